import type { Args } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { dnsPodLabels } from '../../relations/dns/dns-servers.ts'

/**
 * What commands need to name the DNS servers of this very cluster: a selector by heart finds nothing where they are
 * called otherwise, and an empty list reads as "no pods".
 */
export function serverArgs(dns: ClusterDns): { readonly podLabels: string; readonly maker: string } {
  const { workload } = dns
  return {
    podLabels: Object.entries(dnsPodLabels(dns))
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
    maker: workload === null ? '' : `${workload.kind.toLowerCase()}/${workload.name}`,
  }
}

/** `-l k8s-app=kube-dns`, with the labels that the Service asks for. */
export function bySelector(args: Args): string {
  return args.podLabels === undefined || args.podLabels === '' ? 'POD' : `-l ${args.podLabels}`
}

/** The command that restarts the servers; none where nobody is known to make them. */
export function restart(namespace: string | null, args: Args): readonly string[] {
  const maker = args.maker ?? ''
  return maker === '' ? [] : [`kubectl -n ${namespace} rollout restart ${maker}`]
}
