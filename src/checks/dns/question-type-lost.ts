import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { DnsProbe, Lookup } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { nearlyAll, seriesOf } from '../../relations/lookup-loss.ts'
import { dnsLossInNamespace, dnsLossOnNode } from '../../relations/symptom.ts'
import { exchange, latency, shares } from './dns-evidence.ts'

/**
 * Every AAAA question (or, rarer, every A) goes unanswered while the other type is answered at once: a filter or a
 * middlebox that drops by content. It looks like the conntrack race to a resolver, and no cure for the race helps.
 */
export default check({
  code: 'DNS102',
  slug: 'dns/question-type-lost',
  title: 'every query of one type goes unanswered',
  fine: 'A and AAAA queries are both answered',
  severity: 'error',
  needs: ['dnsProbe'],
  remedies: [],
  decides: ['DNS-21'],

  run({ dnsProbe }) {
    return dnsProbe.nodes.map((node) => judge(dnsProbe, node))
  },

  words: {
    headline: ({ subject: on, args }) => `Every ${args['type']} query from node ${on.name} goes unanswered, so each look-up waits 5 s or fails.`,
    detail: ({ subject: on, args }) => `on node ${on.name} · ${args['type']} unanswered in ${args['lost']} of ${args['of']} look-ups, ${args['other']} in ${args['otherLost']}${args['elsewhere'] === '' ? '' : ` · ${args['elsewhere']}`}`,
    note: () => 'the conntrack race hits A and AAAA alike and spares single questions; a loss that is always one type is a filter on the content',
    help: ({ subject: on, args }) => [
      `find the rule or device that drops ${args['type']} queries near ${on.name}`,
      `on ${on.name}:  iptables-save -c | grep -E "u32|string|bpf"    nft list ruleset | grep -B2 drop`,
      'hopscope explain DNS102',
    ],
  },
})

function judge(probe: DnsProbe, node: string): Verdict {
  const series = seriesOf(probe, { node, transport: 'udp', zone: 'cluster' }).filter((it) => it.method !== 'getaddrinfo')
  const lookups = series.flatMap((it) => it.lookups)
  if (lookups.length < 20) return cannotTell('too-few', `${lookups.length} look-ups on ${node}; 20 are needed`)
  for (const type of ['aaaa', 'a'] as const) {
    const other = type === 'a' ? 'aaaa' : 'a'
    const lost = lookups.filter((it) => isLost(it, type)).length
    const otherLost = lookups.filter((it) => isLost(it, other)).length
    if (!nearlyAll(lost, lookups.length) || otherLost > lookups.length * 0.2) continue
    const others = probe.series.filter((it) => it.node !== node && it.transport === 'udp' && it.method !== 'getaddrinfo' && it.zone === 'cluster').flatMap((it) => it.lookups)
    return finding({
      subject: subject('Node', null, node),
      confidence: 'observed',
      args: {
        type: type.toUpperCase(),
        other: other.toUpperCase(),
        lost,
        of: lookups.length,
        otherLost,
        elsewhere: others.length === 0 ? '' : `other nodes ${others.filter((it) => isLost(it, type)).length} of ${others.length}`,
      },
      evidence: [latency(`look-ups on ${node}`, series), ...exchange(series), shares('look-ups that lost a question', probe, series, (it) => `${it.server.role} ${it.method}`)],
      symptoms: [dnsLossInNamespace(probe.from.namespace)],
      explains: [dnsLossOnNode(node), `dns-external:node/${node}`],
    })
  }
  return ok(lookups.length)
}

function isLost(lookup: Lookup, type: 'a' | 'aaaa'): boolean {
  return lookup[type] === 'timeout' || lookup.firstLost === type || lookup.firstLost === 'both'
}
