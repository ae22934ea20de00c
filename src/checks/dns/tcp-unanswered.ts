import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { lossOf, nearlyAll, seriesOf } from '../../relations/lookup-loss.ts'
import { dnsLossInNamespace, dnsLossOnNode } from '../../relations/symptom.ts'
import { latency, shares } from './dns-evidence.ts'

/**
 * UDP/53 works and TCP/53 does not. Nothing shows until an answer is too large for UDP: then glibc waits in connect()
 * without a time-out of its own, for minutes.
 */
export default check({
  code: 'DNS109',
  slug: 'dns/tcp-unanswered',
  title: 'DNS over TCP is not answered',
  fine: 'DNS over TCP is answered',
  severity: 'error',
  needs: ['dnsProbe'],
  remedies: [],
  decides: ['DNS-69'],

  run({ dnsProbe }) {
    return dnsProbe.nodes.map((node) => judge(dnsProbe, node))
  },

  words: {
    headline: ({ subject: on }) => `DNS over TCP fails from node ${on.name}, so every look-up with a large answer hangs.`,
    detail: ({ subject: on, args }) => `on node ${on.name} · TCP ${args['failed']} of ${args['of']} look-ups failed, UDP ${args['udpFailed']} of ${args['udpOf']}`,
    note: () => 'an answer that does not fit in UDP is asked for again over TCP; glibc has no time-out of its own for that connect',
    help: ({ subject: on }) => ['allow TCP port 53 wherever UDP port 53 is allowed', `on ${on.name}:  iptables-save -c | grep "dport 53"`, 'hopscope explain DNS109'],
  },
})

function judge(probe: DnsProbe, node: string): Verdict {
  const tcp = seriesOf(probe, { node, transport: 'tcp', zone: 'cluster' })
  const udp = seriesOf(probe, { node, transport: 'udp', zone: 'cluster' })
  const loss = lossOf(tcp)
  const udpLoss = lossOf(udp)
  if (loss.of < 4) return cannotTell('too-few', `${loss.of} look-ups over TCP ended on ${node}`)
  if (!nearlyAll(loss.failed, loss.of)) return ok(loss.of)
  if (udpLoss.failed > udpLoss.of / 2) return notApplicable(`on ${node} UDP fails as well as TCP`)
  return finding({
    subject: subject('Node', null, node),
    confidence: 'observed',
    args: { failed: loss.failed, of: loss.of, udpFailed: udpLoss.failed, udpOf: udpLoss.of },
    evidence: [shares('look-ups that failed', probe, [...tcp, ...udp], (it) => `${it.transport} to ${it.server.role}`), latency('look-ups over TCP', tcp)],
    symptoms: [dnsLossInNamespace(probe.from.namespace)],
    explains: [dnsLossOnNode(node)],
  })
}
