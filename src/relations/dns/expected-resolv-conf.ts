import type { ClusterDns } from '../../model/cluster-dns.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import { isClusterFirst } from './pod-resolvers.ts'

/**
 * The resolv.conf that the kubelet writes for a pod, from its spec and the cluster's DNS (kubelet
 * pkg/kubelet/network/dns).
 * The search suffixes of the node itself, which follow the cluster's, can't be seen through the API; nor can anything
 * of a pod that takes the node's whole file.
 */
export function expectedResolvConf(
  pod: Pick<Pod, 'namespace' | 'dnsPolicy' | 'dnsConfig' | 'hostNetwork'>,
  dns: Pick<ClusterDns, 'service' | 'domain'>,
): Known<string> {
  const own = pod.dnsConfig
  const ofCluster = isClusterFirst({ dnsPolicy: pod.dnsPolicy, hostNetwork: pod.hostNetwork })
  if (!ofCluster && pod.dnsPolicy !== 'None')
    return unknown(
      'not-there',
      `dnsPolicy ${pod.dnsPolicy}${pod.hostNetwork ? ' on the host network' : ''} takes the node's own ` +
        'resolv.conf, which the API does not show',
    )
  const vip = dns.service?.clusterIP ?? null
  if (ofCluster && (vip === null || vip === 'None'))
    return unknown('not-there', 'the cluster has no DNS Service with an address')
  const nameservers = [...new Set([...(ofCluster ? [vip ?? ''] : []), ...(own?.nameservers ?? [])])]
  const searches = [
    ...new Set([
      ...(ofCluster ? [`${pod.namespace}.svc.${dns.domain}`, `svc.${dns.domain}`, dns.domain] : []),
      ...(own?.searches ?? []),
    ]),
  ]
  const options = new Map([
    ...(ofCluster ? [['ndots', '5'] as const] : []),
    ...(own?.options ?? []).map((it) => [it.name, it.value] as const),
  ])
  return known(fileOf(nameservers, searches, options))
}

/**
 * Whether the pod's own may be another, as far as anybody looked. Where nobody could, for want of a shell, of a right
 * or by the user's choice, the pod has what the kubelet wrote, unless it mounts something over it. Where somebody
 * looked and came back with nothing, it may have anything.
 */
export function mayDiffer({ resolvConfMount }: Pick<Pod, 'resolvConfMount'>, read: Known<string>): boolean {
  if (read.known) return false
  return resolvConfMount !== undefined || !['not-there', 'forbidden', 'not-asked'].includes(read.why.reason)
}

function fileOf(
  nameservers: readonly string[],
  searches: readonly string[],
  options: ReadonlyMap<string, string | null>,
): string {
  const words = [...options].map(([name, value]) => (value === null ? name : `${name}:${value}`))
  return [
    ...nameservers.map((it) => `nameserver ${it}`),
    ...(searches.length === 0 ? [] : [`search ${searches.join(' ')}`]),
    ...(words.length === 0 ? [] : [`options ${words.join(' ')}`]),
    '',
  ].join('\n')
}
