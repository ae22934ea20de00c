import type { Trouble } from '../../findings/trouble.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import type { Model } from '../../model/sources.ts'
import { corefileObject } from '../dns/corefile-text.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { deniesWhatIsThere } from '../dns/answers-differ.ts'
import { isSlow, lateProbes, slowMs } from '../dns/slow-lookups.ts'
import { isDenial, isTroubled, notable, starvedLibcs } from '../dns/lookup-loss.ts'
import {
  dnsAnswersDiffer,
  dnsForeignAnswer,
  dnsLossInNamespace,
  dnsLossOnNode,
  dnsTcpUnanswered,
  dnsUpstreamTcp,
  ednsUnanswered,
  nameWrongOf,
} from '../symptom.ts'
import { answeredOtherwise, closedToProbe, usersAskService } from '../dns/users-way.ts'
import { blindLagMs, lagOf } from './probe-lag.ts'

/** Below this many lookups each single one counts; above it, one lost packet is the network's daily bread. */
const few = 20

/** Lookups of the probe pods, one trouble for each node, server, transport and zone that had any. */
export function probeTroubles(model: Model): readonly Trouble[] {
  const { dnsProbe } = model.sources
  if (!dnsProbe.known) return []
  const probe = dnsProbe.value
  return [
    ...probe.series.flatMap((it) => ofSeries(model, probe, it)),
    ...(probe.named ?? []).flatMap((it) => ofSeries(model, probe, it)),
    ...(probe.farTcp ?? []).flatMap((it) =>
      ofSeries(model, probe, it).map((trouble) => ({ ...trouble, keys: [...trouble.keys, dnsUpstreamTcp] })),
    ),
    ...(probe.edns ?? []).flatMap((it) => ofSeries(model, probe, it).map((trouble) => withEdns(trouble, it))),
    ...ofLargeFetches(model, probe),
  ]
}

function ofSeries(model: Model, probe: DnsProbe, series: LookupSeries): readonly Trouble[] {
  const lag = lagOf(model, series.node)
  if (lag >= blindLagMs || (series.method === 'getaddrinfo' && starvedLibcs(probe).has(series.node))) return []
  const of = series.lookups.length
  const bad = series.lookups.filter((it) => isTroubled(series, it))
  const wrong =
    series.zone === 'cluster'
      ? series.lookups.filter((it) => isDenial(it.a) || isForeign(it))
      : series.lookups.filter((it) => isForeign(it) || deniesWhatIsThere(probe, series, it))
  const about = whose(model, probe, series)
  const worst = (its: readonly { readonly ms: number }[]): number => its.reduce((most, it) => Math.max(most, it.ms), 0)
  const found: Trouble[] = []
  if (bad.length > 0) {
    const weight = isNobodys(model, probe, series) ? 'sign' : weightOf(series, bad.length, of)
    found.push({ ...about, kind: 'lookup-failed', how: howOf(bad), bad: bad.length, of, ms: worst(bad), weight })
  }
  if (wrong.length > 0) {
    const how = wrong[0]?.a ?? 'nxdomain'
    const foreign = wrong.some(isForeign) ? [dnsForeignAnswer] : []
    const keys = [
      ...about.keys,
      ...foreign,
      ...(series.zone === 'cluster' ? nameWrongOf(series.name) : [dnsAnswersDiffer]),
    ]
    found.push({ ...about, keys, kind: 'lookup-wrong', how, bad: wrong.length, of, ms: null, weight: 'outage' })
  }
  if (isSlow(series) && lateProbes(probe, model.sources.clusterDns, series.node, [series]).length === 0) {
    const late = series.lookups.filter((it) => !bad.includes(it) && it.ms >= slowMs)
    found.push({
      ...about,
      kind: 'lookup-slow',
      how: 'slow',
      bad: late.length,
      of,
      ms: worst(late),
      weight: 'nuisance',
    })
  }
  return found
}

/** glibc finds nothing in it, whatever else it holds. */
function isForeign({ a, aaaa }: LookupSeries['lookups'][number]): boolean {
  return a === 'other-name' || aaaa === 'other-name'
}

/** Whatever loses plain queries loses these as well. */
function withEdns(trouble: Trouble, { node }: LookupSeries): Trouble {
  return { ...trouble, keys: [...trouble.keys, ednsUnanswered(node)], asked: `${trouble.asked} with EDNS0` }
}

/** No user's lookups go this way, and the probe's own may be closed on purpose. */
function isNobodys(model: Model, probe: DnsProbe, series: LookupSeries): boolean {
  const isService = series.server.role === 'service' && series.method !== 'getaddrinfo'
  return isService
    ? !usersAskService(probe, series.node)
    : closedToProbe(model, series) || answeredOtherwise(probe, series)
}

/** What goes past the Service to a server may explain a loss on the users' way, and is none of theirs by itself. */
function weightOf(series: LookupSeries, bad: number, of: number): Trouble['weight'] {
  if (of >= few && !notable(bad, of)) return 'sign'
  const usersWay = series.server.role === 'service' || series.server.role === 'node-cache'
  return usersWay ? 'outage' : 'nuisance'
}

function howOf(bad: readonly LookupSeries['lookups'][number][]): string {
  const hows = bad.map((it) => firstBad(it.a) ?? firstBad(it.aaaa) ?? 'a lost packet')
  return [...new Set(hows)].toSorted().join(', ')
}

function firstBad(answer: string): string | null {
  return ['timeout', 'unreachable', 'servfail', 'refused'].includes(answer) ? answer : null
}

function whose(
  model: Model,
  probe: DnsProbe,
  series: LookupSeries,
): Pick<Trouble, 'source' | 'sufferer' | 'involved' | 'keys' | 'asked' | 'from'> {
  const { node, server, zone, transport, method } = series
  const self = subject('Node', null, node)
  const where = server.pod ?? server.ip
  const keys = [
    zone === 'cluster' ? dnsLossOnNode(node) : `dns-external:node/${node}`,
    dnsLossInNamespace(probe.from.namespace),
    `dns-loss:server/${server.ip}`,
    ...(transport === 'tcp' ? [dnsTcpUnanswered] : []),
  ]
  return {
    source: 'dnsProbe',
    sufferer: self,
    involved: [self, ...dnsObjects(model), ...(server.pod === null ? [] : serverPods(model, server.pod))],
    keys,
    asked: `${series.name} of ${where} over ${transport.toUpperCase()} (${method})`,
    from: `from node ${node}`,
  }
}

function ofLargeFetches(model: Model, probe: DnsProbe): readonly Trouble[] {
  const stalled = (probe.large ?? []).filter((it) => it.result === 'stalled' && lagOf(model, it.node) < blindLagMs)
  return stalled.map((it) => ({
    kind: 'contact-failed',
    source: 'dnsProbe',
    sufferer: subject('Node', null, it.node),
    involved: [subject('Node', null, it.node), ...serverPods(model, it.pod), ...dnsObjects(model)],
    keys: [dnsLossOnNode(it.node)],
    asked: `a large answer of ${it.pod} over TCP`,
    from: `from node ${it.node}`,
    how: 'stalled',
    bad: 1,
    of: 1,
    ms: null,
    weight: 'nuisance',
  }))
}

function serverPods(model: Model, name: string): readonly Subject[] {
  const dns = model.sources.clusterDns
  const pods = dns.known ? [...dns.value.pods, ...dns.value.nodeCaches].filter((it) => it.name === name) : []
  return pods.flatMap((it) => [
    subject('Pod', it.namespace, it.name),
    ...(it.node === null ? [] : [subject('Node', null, it.node)]),
  ])
}

/** What all of the cluster's DNS hangs on. */
export function dnsObjects(model: Model): readonly Subject[] {
  const dns = model.sources.clusterDns
  if (!dns.known) return []
  const { service, workload } = dns.value
  return [
    ...(service === null ? [] : [subject('Service', service.namespace, service.name)]),
    ...(workload === null ? [] : [subject(workload.kind, workload.namespace, workload.name)]),
    corefileObject(dns.value),
  ]
}
