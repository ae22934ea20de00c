import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { CoreDnsWindow } from '../../model/counters.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe, Lookup } from '../../model/lookups.ts'
import type { DnsServerLog } from '../../model/server-log.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { corefileObject } from '../../relations/dns/corefile-text.ts'
import { asOne } from '../../relations/dns/every-node.ts'
import { nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { pastSilentServers } from '../../relations/dns/server-reach.ts'
import { dnsLossInNamespace, dnsLossOnNode } from '../../relations/symptom.ts'
import { outside, typeFailing } from '../../relations/dns/upstream.ts'
import { exchange, latency, shares } from './dns-evidence.ts'
import { upstreamEvidence, upstreamsAsked } from './upstream-evidence.ts'
import { askUpstream, upstreamArgs, upstreamWords } from './upstream-words.ts'

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
  needs: ['dnsProbe', 'clusterDns'],
  wants: ['coreDnsWindows', 'dnsServerLogs'],
  remedies: [],
  decides: ['DNS-21'],

  run({ dnsProbe, clusterDns, coreDnsWindows, dnsServerLogs }) {
    return [
      ...dnsProbe.nodes.map((node) => judge(pastSilentServers(dnsProbe), node)),
      ...upstream(dnsProbe, clusterDns, coreDnsWindows, dnsServerLogs),
    ]
  },

  together(findings, model) {
    if (new Set(findings.map((it) => it.args.type)).size > 1) return null
    const one = asOne(findings, model, ['lost', 'of', 'otherLost'])
    return one === null ? null : { ...one, args: { ...one.args, elsewhere: 0, elsewhereOf: 0 } }
  },

  words: {
    headline: ({ subject: on, args }) =>
      isFromNodes(on, args)
        ? `${args.lost < args.of ? 'Nearly every' : 'Every'} ${args.type} query from ${whence(on, args)} goes ` +
          'unanswered, so lookups wait 5 s or fail.'
        : `CoreDNS gets no answer to ${args.type} queries from its ${upstreamWords(args)}: lookups of outside names ` +
          'that no cache has wait 5 s or fail.',
    detail: ({ subject: on, args }) =>
      !isFromNodes(on, args)
        ? `outside names · ${args.type} unanswered or SERVFAIL in ${args.lost} of ${args.of} lookups, ` +
          `${args.other} in ${args.otherLost} · names of the cluster are answered`
        : `from ${whence(on, args)} · ${args.type} unanswered in ${args.lost} of ${args.of} lookups, ` +
          `${args.other} in ${args.otherLost}` +
          (args.elsewhereOf === 0 ? '' : ` · other nodes ${args.elsewhere} of ${args.elsewhereOf}`),
    note: ({ subject: on, args }) =>
      isFromNodes(on, args)
        ? 'the conntrack race hits A and AAAA alike and spares single questions; ' +
          'a loss that is always one type is a filter on the content'
        : `CoreDNS waits for the ${args.type} answer and then says SERVFAIL; a resolver waits for both answers`,
    help: ({ subject: on, args }) =>
      !isFromNodes(on, args)
        ? [
            `fix the upstream, or have CoreDNS answer ${args.type} itself: ` +
              `in the Corefile "template IN ${args.type} . ` +
              `{ rcode NOERROR }"${args.type === 'AAAA' ? ' (not where IPv6 is in use)' : ''}`,
            ...askUpstream(args, `${args.type} example.com`).map((it) => `on a node of CoreDNS:  ${it}`),
            'hopscope explain DNS102',
          ]
        : [
            `find the rule or device that drops ${args.type} queries near ` +
              `${on.kind === 'Node' ? on.name : 'the DNS servers, or before their Service'}`,
            `on ${on.kind === 'Node' ? on.name : 'any node'}:  ` +
              'iptables-save -c | grep -E "u32|string|bpf"    nft list ruleset | grep -B2 drop',
            'hopscope explain DNS102',
          ],
  },
})

type TypeLost = {
  readonly type: string
  readonly other: string
  readonly lost: number
  readonly of: number
  readonly otherLost: number
  /** The same on other nodes; of none where it is the upstream's, or every node has it. */
  readonly elsewhere: number
  readonly elsewhereOf: number
  readonly upstream: readonly string[]
  /** How many nodes have it, where all of them have. */
  readonly nodes: number | null
}

/** A fault before the servers, and not behind them. */
function isFromNodes(on: Subject, args: TypeLost): boolean {
  return on.kind === 'Node' || args.nodes !== null
}

function whence(on: Subject, args: TypeLost): string {
  return args.nodes === null ? `node ${on.name}` : `all ${args.nodes} nodes probed`
}

function judge(probe: DnsProbe, node: string): Verdict<TypeLost> {
  const series = seriesOf(probe, { node, transport: 'udp', zone: 'cluster' }).filter(
    (it) => it.method !== 'getaddrinfo',
  )
  const lookups = series.flatMap((it) => it.lookups)
  if (lookups.length < 20) return cannotTell('too-few', `${lookups.length} lookups on ${node}; 20 are needed`)
  for (const type of ['aaaa', 'a'] as const) {
    const other = type === 'a' ? 'aaaa' : 'a'
    const lost = lookups.filter((it) => isLost(it, type)).length
    const otherLost = lookups.filter((it) => isLost(it, other)).length
    if (!nearlyAll(lost, lookups.length) || otherLost > lookups.length * 0.2) continue
    const others = probe.series
      .filter(
        (it) => it.node !== node && it.transport === 'udp' && it.method !== 'getaddrinfo' && it.zone === 'cluster',
      )
      .flatMap((it) => it.lookups)
    return finding({
      subject: subject('Node', null, node),
      confidence: 'observed',
      args: {
        type: type.toUpperCase(),
        other: other.toUpperCase(),
        lost,
        of: lookups.length,
        otherLost,
        elsewhere: others.filter((it) => isLost(it, type)).length,
        elsewhereOf: others.length,
        upstream: [],
        nodes: null,
      },
      evidence: [
        latency(`lookups on ${node}`, series),
        ...exchange(series),
        shares('lookups that lost a question', series, (it) => `${it.server.role} ${it.method}`),
      ],
      symptoms: [dnsLossInNamespace(probe.from.namespace)],
      causes: [dnsLossOnNode(node), `dns-external:node/${node}`],
    })
  }
  return ok(lookups.length)
}

/** The same beyond the cluster: names of the cluster are answered in both types, names outside in one. */
function upstream(
  probe: DnsProbe,
  dns: ClusterDns,
  windows: Known<readonly CoreDnsWindow[]>,
  logs: Known<readonly DnsServerLog[]>,
): readonly Verdict<TypeLost>[] {
  const asked = outside(probe)
  const type = typeFailing(asked.lookups)
  if (type === null) return []
  const other = type === 'a' ? 'aaaa' : 'a'
  const upstreams = upstreamsAsked(dns, asked.series, windows, logs)
  const failing = (which: 'a' | 'aaaa'): number =>
    asked.lookups.filter((it) => isLost(it, which) || it[which] === 'servfail').length
  return [
    finding({
      subject: corefileObject(dns),
      confidence: 'observed',
      args: {
        type: type.toUpperCase(),
        other: other.toUpperCase(),
        lost: failing(type),
        of: asked.lookups.length,
        otherLost: failing(other),
        ...upstreamArgs(upstreams),
        elsewhere: 0,
        elsewhereOf: 0,
        nodes: null,
      },
      evidence: [
        ...upstreamEvidence({
          dns,
          probe,
          asked: asked.series,
          upstreams: { ...upstreams, windows: [] },
          label: `answered no ${type.toUpperCase()}`,
        }),
        ...exchange(asked.series),
      ],
      causes: ['dns-external:*'],
    }),
  ]
}

function isLost(lookup: Lookup, type: 'a' | 'aaaa'): boolean {
  return lookup[type] === 'timeout' || lookup.firstLost === type || lookup.firstLost === 'both'
}
