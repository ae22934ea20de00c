import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, okOrUntold, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import type { Pod } from '../../model/pod.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { blindNodes, lossOf, nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { dnsLossInPod, ednsUnanswered } from '../../relations/symptom.ts'
import { some } from '../../phrases.ts'
import { latency, shares } from './dns-evidence.ts'

/**
 * Go, c-ares, systemd-resolved and glibc with `options edns0` add an OPT record (RFC 6891) to each query; musl, busybox
 * and glibc by itself do not. Old firewalls and middleboxes drop such packets, or answer them FORMERR, so that some
 * programs of a node find no name at all while nslookup beside them is well.
 */
export default check({
  code: 'DNS187',
  slug: 'dns/edns-unanswered',
  title: 'DNS queries with EDNS0 are not answered',
  fine: 'DNS queries with EDNS0 are answered as plain ones are',
  severity: 'error',
  needs: ['dnsProbe'],
  wants: ['clusterDns', 'pods'],
  remedies: [],
  decides: [],

  run({ dnsProbe, clusterDns, pods }) {
    const asked = (dnsProbe.edns ?? []).filter((it) => !blindNodes(dnsProbe).has(it.node))
    if (asked.length === 0) return notApplicable('no query with EDNS0 was sent')
    return verdicts(dnsProbe, asked, { clusterDns, pods })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `DNS queries with EDNS0 ${args.erring ? 'are answered with errors' : 'go unanswered'} ${place(on, args)}, ` +
      'while plain ones are answered: Go, c-ares and systemd-resolved send these, and find no name.',
    detail: ({ subject: on, args }) =>
      `${place(on, args)} · with EDNS0 ${args.failed} of ${args.of} lookups failed, ` +
      `without ${args.plainFailed} of ${args.plainOf}`,
    note: () =>
      'what tells these packets apart is one more record at their end: a rule or a box that reads DNS drops them, ' +
      'and the network loses nothing',
    help: ({ subject: on, args }) => [
      args.where === 'server'
        ? `see what stands before that one server, and what it runs: ${on.namespace}/${on.name}`
        : `find the rule or device that reads DNS packets ${near(on, args)}`,
      `on ${args.where === 'node' ? on.name : 'any node'}:  nft list ruleset    ` +
        'iptables-save -c | grep -E "u32|bpf|string"',
      `from a pod there, with dig:  dig +noedns ${args.name} @${args.ip}    dig +edns=0 ${args.name} @${args.ip}`,
    ],
  },
})

type EdnsLost = {
  readonly where: 'node' | 'server' | 'everywhere'
  readonly erring: boolean
  readonly failed: number
  readonly of: number
  readonly plainFailed: number
  readonly plainOf: number
  readonly name: string
  readonly ip: string
}

interface Around {
  readonly clusterDns: Known<ClusterDns>
  readonly pods: Known<readonly Pod[]>
}

function near(on: Subject, { where }: EdnsLost): string {
  return where === 'node' ? `on ${on.name}` : 'before the servers'
}

function place(on: Subject, { where }: EdnsLost): string {
  if (where === 'node') return `from node ${on.name}`
  return where === 'server' ? `by DNS server ${on.name}` : 'from every node'
}

function verdicts(probe: DnsProbe, asked: readonly LookupSeries[], around: Around): readonly Verdict<EdnsLost>[] {
  const byNode = Map.groupBy(asked, (it) => it.node)
  const nodes = [...byNode.keys()]
  const failing = nodes.filter((node) => isAlone(probe, byNode.get(node) ?? []))
  const untold = [...new Set(probe.series.map((it) => it.node))].filter((it) => !byNode.has(it))
  const service = around.clusterDns.known ? around.clusterDns.value.service : null
  const whole = subject('Service', service?.namespace ?? 'kube-system', service?.name ?? 'kube-dns')
  if (failing.length > 1 && failing.length === nodes.length)
    return [told(probe, { on: whole, where: 'everywhere', series: asked }, around)]
  const rest = asked.filter((it) => !failing.includes(it.node))
  const servers = [...Map.groupBy(rest, (it) => it.server.ip).values()].filter((its) => {
    const [first] = its
    return first !== undefined && first.server.role === 'endpoint' && its.every((it) => isAlone(probe, [it]))
  })
  const found = [
    ...failing.map((node) => ({
      on: subject('Node', null, node),
      where: 'node' as const,
      series: byNode.get(node) ?? [],
    })),
    ...servers.map((its) => {
      const pod = its[0]?.server.pod ?? null
      return {
        on: pod === null ? whole : subject('Pod', whole.namespace, pod),
        where: 'server' as const,
        series: its,
      }
    }),
  ]
  if (found.length > 0) return found.map((it) => told(probe, it, around))
  const loss = lossOf(asked)
  if (loss.of < 4) return [cannotTell('too-few', `${loss.of} lookups with EDNS0 ended`)]
  const lost = nodes.filter((node) => {
    const its = lossOf(byNode.get(node) ?? [])
    return nearlyAll(its.failed, its.of)
  })
  if (lost.length > 0)
    return [cannotTell('ambiguous', `lookups from ${some(lost, 6)} fail without EDNS0 as well, or too few ended`)]
  return [okOrUntold(loss.of, untold, 'no lookup with EDNS0 ended there')]
}

/** Nearly all with EDNS0 fail, and of the plain ones to the same servers next to none. */
function isAlone(probe: DnsProbe, series: readonly LookupSeries[]): boolean {
  const edns = lossOf(series)
  const plain = lossOf(plainOf(probe, series))
  return nearlyAll(edns.failed, edns.of) && plain.of >= 4 && plain.failed <= plain.of / 5
}

/** The same servers, asked from the same nodes over UDP without it. */
function plainOf(probe: DnsProbe, series: readonly LookupSeries[]): readonly LookupSeries[] {
  const pairs = new Set(series.map((it) => `${it.node} ${it.server.ip}`))
  return seriesOf(probe, { transport: 'udp', zone: 'cluster' }).filter(
    (it) => it.method !== 'getaddrinfo' && pairs.has(`${it.node} ${it.server.ip}`),
  )
}

interface Found {
  readonly on: Subject
  readonly where: EdnsLost['where']
  readonly series: readonly LookupSeries[]
}

function told(probe: DnsProbe, { on, where, series }: Found, { pods }: Around): Verdict<EdnsLost> {
  const plain = plainOf(probe, series)
  const [loss, plainLoss] = [lossOf(series), lossOf(plain)]
  const nodes = [...new Set(series.map((it) => it.node))]
  const first = series.find((it) => it.server.role === 'service') ?? series[0]
  return finding({
    subject: on,
    confidence: 'observed',
    args: {
      where,
      erring: loss.erring > loss.silent,
      failed: loss.failed,
      of: loss.of,
      plainFailed: plainLoss.failed,
      plainOf: plainLoss.of,
      name: first?.name ?? '',
      ip: first?.server.ip ?? '',
    },
    evidence: [
      shares('lookups with EDNS0 that failed', series, (it) => it.server.pod ?? it.server.role),
      latency('lookups with EDNS0', series),
      latency('the same without', plain),
    ],
    symptoms: where === 'server' ? [] : nodes.map(ednsUnanswered),
    causes: [...nodes.map(ednsUnanswered), ...(where === 'server' ? [] : inPods(pods, where, nodes))],
  })
}

/** A program that finds no name answers its own callers badly. */
function inPods(pods: Known<readonly Pod[]>, where: EdnsLost['where'], nodes: readonly string[]): readonly string[] {
  if (where === 'everywhere') return ['dns-loss:*']
  if (!pods.known) return []
  return pods.value.flatMap((it) => (it.node !== null && nodes.includes(it.node) ? [dnsLossInPod(it)] : []))
}
