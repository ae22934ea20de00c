import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { lossOf, nearlyAll, notable, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { type ServerKind, serverKinds } from '../../relations/dns/pod-resolvers.ts'
import { dnsLossInNamespace, dnsLossOnNode, handedOutBy } from '../../relations/symptom.ts'
import { latency, shares } from './dns-evidence.ts'

/**
 * The probe's own pod was made a moment ago, so the nameserver in its resolv.conf is what this node's kubelet writes
 * today.
 * It is not the cluster's DNS, and it does not answer: clusterDNS of that kubelet is wrong, or empty.
 */
export default check({
  code: 'DNS148',
  slug: 'dns/kubelet-wrong-server',
  title: "a kubelet gives its pods a DNS server that is not the cluster's",
  fine: "kubelets give pods the cluster's DNS server",
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns', 'services'],
  remedies: [],
  decides: ['DNS-18'],

  run({ dnsProbe, clusterDns, services }) {
    const vip = clusterDns.service?.clusterIP ?? null
    if (vip === null) return notApplicable('no DNS Service was found to compare with')
    const kind = serverKinds(clusterDns, services)
    return dnsProbe.nodes.map((node) => judge(dnsProbe, node, kind, vip))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The kubelet of node ${on.name} gives its pods the DNS server ${args.server}, ` +
      `which is not the cluster's (${args.vip}), so new pods there find no name.`,
    detail: ({ subject: on, args }) =>
      `on node ${on.name} · a pod made just now has nameserver ${args.server} · ` +
      `${args.failed} of ${args.of} lookups sent there failed, ` +
      `${args.serviceFailed} of ${args.serviceOf} sent to the DNS Service`,
    note: () => 'pods that were started before the change keep the server that they were given then',
    help: ({ subject: on, args }) => [
      `set clusterDNS of the kubelet on ${on.name} to ${args.vip}, restart the kubelet, ` +
        "then restart the node's pods",
      `kubectl get --raw /api/v1/nodes/${on.name}/proxy/configz | grep -o '"clusterDNS":[^]]*]'`,
      `on ${on.name}:  grep -A2 clusterDNS /var/lib/kubelet/config.yaml`,
    ],
  },
})

/** A link-local address is a node cache's: if that is silent, it is not the kubelet. */
function judge(probe: DnsProbe, node: string, kind: (ip: string) => ServerKind, vip: string) {
  const own = seriesOf(probe, { node, role: 'node-cache' })
  const server = own[0]?.server.ip
  if (server === undefined || kind(server) !== 'other') return ok(1)
  const loss = lossOf(own)
  const service = lossOf(seriesOf(probe, { node, role: 'service', zone: 'cluster' }))
  if (loss.of < 4)
    return cannotTell('too-few', `${loss.of} lookups ended at ${server}, the nameserver of a new pod on ${node}`)
  if (!nearlyAll(loss.failed, loss.of)) return ok(loss.of, `a new pod on ${node} asks ${server}, which answers`)
  if (service.of < 4 || notable(service.failed, service.of))
    return cannotTell(
      'ambiguous',
      `on ${node} lookups fail at ${server}, which the kubelet gave a new pod, and at the DNS Service as well`,
    )
  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    args: { server, vip, failed: loss.failed, of: loss.of, serviceFailed: service.failed, serviceOf: service.of },
    evidence: [
      shares('lookups that failed', seriesOf(probe, { node }), (it) => `${it.server.ip} ${it.method}`),
      latency(`lookups at ${server}`, own),
    ],
    symptoms: [dnsLossInNamespace(probe.from.namespace)],
    dueTo: [handedOutBy(server)],
    causes: [dnsLossOnNode(node), `dns-external:node/${node}`, `dns-wrong-server:node/${node}`],
  })
}
