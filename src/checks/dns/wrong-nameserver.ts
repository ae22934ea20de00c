import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import { isClusterFirst, type PodResolver, podResolvers, type ServerKind, serverKinds } from '../../relations/pod-resolvers.ts'
import { count } from '../service/words.ts'
import { resolverEvidence } from './resolver-words.ts'

/**
 * resolv.conf is written when a pod starts, from the kubelet's clusterDNS: pods keep an address that the DNS Service
 * no longer has, and a kubelet without clusterDNS hands out the node's servers, which know no name of the cluster.
 */
export default check({
  code: 'DNS117',
  slug: 'dns/wrong-nameserver',
  title: "pods ask a server that is not the cluster's DNS",
  fine: "pods that look for names of the cluster ask the cluster's DNS",
  severity: 'error',
  needs: ['pods', 'services', 'clusterDns'],
  wants: ['insideViews'],
  remedies: ['pod-dns'],
  decides: ['DNS-16', 'DNS-17'],

  run({ pods, services, clusterDns, insideViews }) {
    if (clusterDns.service === null) return notApplicable('no DNS Service was found to compare with')
    const kind = serverKinds(clusterDns, services)
    const resolvers = podResolvers(pods, clusterDns, insideViews).filter((it) => wantsClusterNames(it, clusterDns.domain))
    if (resolvers.length === 0) return notApplicable('no running pod looks for names of the cluster')
    return resolvers.map((it) => judge(it, kind, clusterDns.service?.clusterIP ?? 'none'))
  },

  words: {
    headline: ({ subject: on, args }) => `${on.kind} ${on.namespace}/${on.name} asks DNS server ${args['server']}, which is not the cluster's (${args['vip']}).`,
    detail: ({ subject: on, args }) => `${on.kind} ${on.namespace}/${on.name} · ${count(Number(args['pods']), 'pod')} · nameserver ${args['server']}, DNS Service ${args['vip']} · ${args['lookup']}`,
    note: ({ args }) => (args['policy'] === 'None' ? 'with dnsPolicy None the servers are those of dnsConfig alone' : `resolv.conf is written when a pod starts, with the clusterDNS of its kubelet: here that of node ${args['node']}`),
    help: ({ subject: on, args }) => [
      args['policy'] === 'None' ? 'put the address of the DNS Service into dnsConfig, or leave dnsPolicy out' : "compare with a pod on another node: if only this node's are wrong, mend clusterDNS of its kubelet; then make the pods anew",
      ...(args['policy'] === 'None' ? [`kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A8 dnsPolicy`] : [`kubectl get --raw /api/v1/nodes/${args['node']}/proxy/configz | grep -o '"clusterDNS":[^]]*]'`]),
      ...(on.kind === 'Deployment' ? [`kubectl -n ${on.namespace} rollout restart deployment/${on.name}`] : []),
    ],
  },
})

/** By its policy, or because its own search list has the cluster's domain in it. */
function wantsClusterNames({ pod }: PodResolver, domain: string): boolean {
  return isClusterFirst(pod) || (pod.dnsPolicy === 'None' && (pod.dnsConfig?.searches ?? []).some((it) => it === domain || it.endsWith(`.${domain}`)))
}

/** A server of another sort may know the cluster's names all the same: a look-up that works has the last word. */
function judge(it: PodResolver, kind: (ip: string) => ServerKind, vip: string): Verdict {
  if (it.nameservers.some((ip) => kind(ip) !== 'other')) return ok(1)
  const lookup = it.view?.lookup
  const result = lookup?.known === true ? lookup.value.result : null
  if (result === 'ok' || result === 'nodata') return ok(1, 'another server, and it knows the names of the cluster')
  const server = it.nameservers[0] ?? 'none'
  return finding({
    subject: it.workload,
    severity: result === null ? 'warning' : 'error',
    confidence: result !== null ? 'observed' : 'inferred',
    args: {
      server,
      vip,
      pods: it.pods.length,
      node: it.pod.node ?? 'unknown',
      policy: it.pod.dnsPolicy,
      lookup: lookup?.known === true ? `look-up of ${lookup.value.name} in ${it.pod.name}: ${lookup.value.result}` : 'no look-up was made in it',
    },
    // Where the node's kubelet writes this into every pod, that is the cause.
    symptoms: it.pod.dnsPolicy === 'None' ? [] : [`dns-wrong-server:node/${it.pod.node ?? 'unknown'}`],
    evidence: [resolverEvidence(it, 'nameserver', server, `the DNS Service is ${vip}`), { kind: 'fact', label: `${it.pod.name} on`, value: it.pod.node ?? 'no node' }],
  })
}
