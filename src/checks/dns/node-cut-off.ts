import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { isRefused, type Loss, lossOf, nearlyAll, notable, seriesOf } from '../../relations/lookup-loss.ts'
import { dnsLossInNamespace, dnsLossOnNode } from '../../relations/symptom.ts'
import { latency, shares } from './dns-evidence.ts'

/** No DNS packet of this node's pods comes back, to any server, over any transport, while other nodes are served. */
export default check({
  code: 'DNS105',
  slug: 'dns/node-cut-off',
  title: 'all DNS from one node is lost',
  fine: 'every node probed reaches DNS',
  severity: 'error',
  needs: ['dnsProbe'],
  remedies: [],
  decides: ['DNS-61', 'DNS-75', 'DNS-76'],

  run({ dnsProbe }) {
    const cut = dnsProbe.nodes.filter((node) => isCutOff(dnsProbe, node))
    if (cut.length > 1 && cut.length === dnsProbe.nodes.length) {
      return cannotTell('ambiguous', 'look-ups fail from every node probed: the servers or a policy, not one node')
    }
    return dnsProbe.nodes.map((node) => judge(dnsProbe, node, cut.includes(node)))
  },

  words: {
    headline: ({ subject: on, args }) => `All DNS from pods on node ${on.name} is ${args['how']}, over UDP and TCP, to every DNS server.`,
    detail: ({ subject: on, args }) => `on node ${on.name} · ${args['failed']} of ${args['of']} look-ups failed · ${args['elsewhere']}`,
    note: ({ args }) => (args['how'] === 'refused' ? 'a rule answers "port unreachable", which the kernel sends once a second to each client: then glibc gives up at once, and else it waits as for a loss; musl (Alpine) always waits' : args['others'] === 0 ? 'only this node was probed; hopscope dns without --node compares it with the others' : 'the servers answer other nodes, so the fault is on this node or on its way out'),
    help: ({ subject: on, args }) => [
      `look at what ${args['how'] === 'refused' ? 'rejects' : 'drops'} port 53 on ${on.name}: firewall rules, the CNI's pod, a node-local cache that died and left its rules`,
      `kubectl get pods -A -o wide --field-selector spec.nodeName=${on.name}`,
      `on ${on.name}:  iptables-save -c | grep -E "dport 53|NodeLocal|REJECT"    tcpdump -ni any port 53`,
    ],
  },
})

function isCutOff(probe: DnsProbe, node: string): boolean {
  const all = lossOf(seriesOf(probe, { node }))
  return nearlyAll(all.unanswered, all.of) && (['udp', 'tcp'] as const).every((transport) => isSilent(lossOf(seriesOf(probe, { node, transport }))))
}

/** TCP look-ups are few: they would vanish in a share of all, and TCP that works is a way out. */
function isSilent(loss: Loss): boolean {
  return loss.of === 0 || loss.unanswered / loss.of >= 0.9
}

function judge(probe: DnsProbe, node: string, cutOff: boolean): Verdict {
  const series = seriesOf(probe, { node })
  const loss = lossOf(series)
  if (loss.of < 4) return cannotTell('too-few', `${loss.of} look-ups ended on ${node}`)
  if (!cutOff) return ok(loss.of)
  const others = probe.series.filter((it) => it.node !== node)
  const elsewhere = lossOf(others)
  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    args: {
      how: isRefused(series) ? 'refused' : 'lost',
      failed: loss.unanswered,
      of: loss.of,
      others: elsewhere.of,
      elsewhere: elsewhere.of === 0 ? 'no other node probed' : `other nodes ${elsewhere.unanswered} of ${elsewhere.of}`,
      otherNodesClean: notable(elsewhere.unanswered, elsewhere.of) ? 'no' : 'yes',
    },
    evidence: [latency(`look-ups on ${node}`, series), shares('look-ups that failed', probe, probe.series, (it) => `${it.node} ${it.transport} to ${it.server.role}`)],
    symptoms: [dnsLossInNamespace(probe.from.namespace), `dns-cut-off:node/${node}`],
    explains: [dnsLossOnNode(node), `dns-external:node/${node}`],
  })
}
