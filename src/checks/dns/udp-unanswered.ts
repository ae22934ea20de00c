import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { asOne } from '../../relations/dns/every-node.ts'
import { isRefused, lossOf, nearlyAll, notable, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { pastSilentServers } from '../../relations/dns/server-reach.ts'
import { dnsLossInNamespace, dnsLossOnNode } from '../../relations/symptom.ts'
import { latency, shares } from './dns-evidence.ts'

/**
 * TCP/53 works and UDP/53 does not: a rule that was written for `tcp` alone. Who tries the port by hand finds it open.
 */
export default check({
  code: 'DNS141',
  slug: 'dns/udp-unanswered',
  title: 'DNS over UDP is not answered',
  fine: 'DNS over UDP is answered',
  severity: 'error',
  needs: ['dnsProbe'],
  remedies: [],
  decides: [],

  run({ dnsProbe }) {
    return dnsProbe.nodes.map((node) => judge(pastSilentServers(dnsProbe), node))
  },

  together: (findings, model) => asOne(findings, model, ['failed', 'of', 'tcpFailed', 'tcpOf']),

  words: {
    headline: ({ subject: on, args }) =>
      args.nodes === null
        ? `DNS over UDP is ${args.how} from node ${on.name}, over TCP it works, so every ordinary lookup there fails.`
        : `DNS over UDP is ${args.how} from every node, over TCP it works, so every ordinary lookup fails.`,
    detail: ({ subject: on, args }) =>
      `${args.nodes === null ? `on node ${on.name}` : `from all ${args.nodes} nodes probed`} · ` +
      `UDP ${args.failed} of ${args.of} lookups failed, TCP ${args.tcpFailed} of ${args.tcpOf}`,
    note: () => 'nc and telnet try TCP: that port 53 is open to them says nothing of UDP',
    help: ({ subject: on, args }) => [
      'allow UDP port 53 wherever TCP port 53 is allowed',
      ...(args.nodes === null
        ? []
        : [`kubectl -n ${on.namespace} get service ${on.name} -o yaml`, 'kubectl get networkpolicies -A']),
      `on ${args.nodes === null ? on.name : 'any node'}:  ` +
        'iptables-save -c | grep "udp.*dport 53"    tcpdump -ni any udp port 53',
      'until then: options use-vc in dnsConfig makes glibc ask over TCP (musl ignores it)',
    ],
  },
})

type UdpLost = {
  readonly how: 'lost' | 'refused'
  readonly failed: number
  readonly of: number
  readonly tcpFailed: number
  readonly tcpOf: number
  /** How many nodes have it, where all of them have. */
  readonly nodes: number | null
}

function judge(probe: DnsProbe, node: string): Verdict<UdpLost> {
  const udp = seriesOf(probe, { node, transport: 'udp', zone: 'cluster' })
  const tcp = seriesOf(probe, { node, transport: 'tcp', zone: 'cluster' })
  const loss = lossOf(udp)
  const tcpLoss = lossOf(tcp)
  if (loss.of < 4) return cannotTell('too-few', `${loss.of} lookups over UDP ended on ${node}`)
  // An error is an answer, which came over UDP: DNS160.
  if (!nearlyAll(loss.silent, loss.of)) return ok(loss.of)
  if (tcpLoss.of < 4) return cannotTell('too-few', `${tcpLoss.of} lookups over TCP ended on ${node} to compare with`)
  if (notable(tcpLoss.failed, tcpLoss.of)) return notApplicable(`on ${node} TCP fails as well as UDP`)
  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    args: {
      how: isRefused(udp) ? 'refused' : 'lost',
      failed: loss.silent,
      of: loss.of,
      tcpFailed: tcpLoss.failed,
      tcpOf: tcpLoss.of,
      nodes: null,
    },
    evidence: [
      shares('lookups that failed', [...udp, ...tcp], (it) => `${it.transport} to ${it.server.role}`),
      latency(`lookups over UDP on ${node}`, udp),
    ],
    symptoms: [dnsLossInNamespace(probe.from.namespace)],
    causes: [dnsLossOnNode(node), `dns-external:node/${node}`],
  })
}
