import { check } from '../../findings/check.ts'
import { finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import type { EndpointSlice } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'

/** Idle connections that pools, load balancers and databases keep are used again within some five minutes. */
const leastSeconds = 300
/** Below the wait of many a keep-alive, and below the pause of a person. */
const fewSeconds = 60

/**
 * A node remembers how it translated a connection (conntrack) for as long as something comes of it, and a while more:
 * five days by Linux, a day by kube-proxy. Once that is over, the next packet of a connection to a Service is taken for
 * the first of a new one, is led to another endpoint, and is answered with a reset, or not at all.
 */
export default check({
  code: 'NOD551',
  slug: 'node/forgets-connections',
  title: 'a node forgets connections while they are open',
  fine: 'nodes keep open connections in mind for longer than they are idle',
  severity: 'warning',
  needs: ['nodeNetworks'],
  wants: ['endpointSlices'],
  remedies: [],
  decides: [],

  run({ nodeNetworks: { nodes }, endpointSlices: slices }) {
    const isLedElsewhere = !slices.known || slices.value.some(hasSeveral)
    const read = nodes.flatMap(({ node, keptSeconds }) =>
      typeof keptSeconds === 'number' ? [{ node, keptSeconds }] : [],
    )
    if (read.length === 0) return notApplicable('the timeouts of connections were not read on any node')
    const short = read.filter((it) => it.keptSeconds < leastSeconds)
    if (short.length > 0)
      return short.map(({ node, keptSeconds }) =>
        finding({
          subject: subject('Node', null, node),
          confidence: 'inferred',
          severity: keptSeconds < fewSeconds && isLedElsewhere ? 'error' : 'warning',
          args: { seconds: keptSeconds, nodes: short.length, of: read.length },
          evidence: [
            { kind: 'fact', label: 'net.netfilter.nf_conntrack_tcp_timeout_established', value: `${keptSeconds} s` },
          ],
        }),
      )
    const untold = nodes.filter((it) => typeof it.keptSeconds !== 'number').map((it) => it.node)
    return okOrUntold(read.length, untold, 'its timeout of connections was not read')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Node ${on.name} forgets a TCP connection after ${args.seconds} s without a packet: ` +
      'one to a Service of several endpoints that was idle for longer breaks when it is used again.',
    detail: ({ args }) =>
      `nf_conntrack_tcp_timeout_established ${args.seconds} s on ${args.nodes} of ${args.of} nodes · ` +
      'kube-proxy sets 86400',
    note: () =>
      'new connections are well, so that a probe sees nothing; who keeps connections open in a pool gets resets, or ' +
      'waits; with one endpoint the next packet is led there again, unless nf_conntrack_tcp_loose is 0',
    help: ({ subject: on }) => [
      'look for what set it: a sysctl file, a tuning DaemonSet, conntrack.tcpEstablishedTimeout of kube-proxy',
      `on ${on.name}:  sysctl net.netfilter.nf_conntrack_tcp_timeout_established`,
      `on ${on.name}:  sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established=86400`,
    ],
  },
})

/**
 * Of a Service of one endpoint the next packet is led to where the connection is open (nf_conntrack_tcp_loose is 1).
 */
function hasSeveral({ endpoints, ports }: EndpointSlice): boolean {
  return ports.some((it) => it.protocol === 'TCP') && endpoints.filter((it) => it.ready).length > 1
}
