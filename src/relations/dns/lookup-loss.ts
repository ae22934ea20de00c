import type { Answer, DnsProbe, Lookup, LookupSeries } from '../../model/lookups.ts'
import { once } from '../once.ts'
import { isIpv6 } from '../../wire/ip-family.ts'
import { blindLagMs } from '../troubles/probe-lag.ts'

/** Lookups of some series, counted by what became of them. */
export interface Loss {
  readonly of: number
  /** Ended without the answers asked for: timeout, ICMP refusal, SERVFAIL, REFUSED. */
  readonly failed: number
  /** Failed, and neither question was answered: a filter on one type leaves the other, so it cuts nothing off. */
  readonly unanswered: number
  /** Neither question was answered with anything: an error is an answer. */
  readonly silent: number
  /** Answered with SERVFAIL or REFUSED. */
  readonly erring: number
  /** Exactly one question of the pair had no answer to its first sending. */
  readonly lostA: number
  readonly lostAaaa: number
  readonly lostBoth: number
  /** Milliseconds, sorted. */
  readonly times: readonly number[]
}

export type Which = Partial<Pick<LookupSeries, 'node' | 'transport' | 'method' | 'zone'>> & {
  readonly role?: LookupSeries['server']['role']
  readonly ip?: string
}

/**
 * Servers of a family in which nobody asks are left out: the Service of a dual-stack cluster has endpoints of both, and
 * its address goes to those of its own family alone. So is a node whose probe got the CPU so late that its timeouts may
 * be its own: it shows nothing, of itself or of a server.
 */
export function seriesOf(probe: DnsProbe, which: Which): readonly LookupSeries[] {
  const { all, byNode, byIp } = counted(probe)
  const ofIp = which.ip === undefined ? all : (byIp.get(which.ip) ?? [])
  const among = which.node === undefined ? ofIp : (byNode.get(which.node) ?? [])
  return among.filter(
    (it) =>
      (which.transport === undefined || it.transport === which.transport) &&
      (which.method === undefined || it.method === which.method) &&
      (which.zone === undefined || it.zone === which.zone) &&
      (which.role === undefined || it.server.role === which.role) &&
      (which.ip === undefined || it.server.ip === which.ip),
  )
}

/** The series that show something, by what is asked for most: each node, and each server. */
const counted = once((probe: DnsProbe) => {
  const asked = new Set(probe.series.filter((it) => it.server.role === 'service').map((it) => isIpv6(it.server.ip)))
  const blind = blindNodes(probe)
  const starved = starvedLibcs(probe)
  const isAsked = (ip: string): boolean => asked.size === 0 || asked.has(isIpv6(ip))
  const all = probe.series.filter(
    (it) =>
      !blind.has(it.node) &&
      !(it.method === 'getaddrinfo' && starved.has(it.node)) &&
      (it.server.role !== 'endpoint' || isAsked(it.server.ip)),
  )
  return { all, byNode: Map.groupBy(all, (it) => it.node), byIp: Map.groupBy(all, (it) => it.server.ip) }
})

/** Nodes whose probe got the CPU so late that even its timeouts say nothing. */
export function blindNodes(probe: DnsProbe): ReadonlySet<string> {
  return new Set((probe.lag ?? []).flatMap((it) => (it.p99Ms >= blindLagMs ? [it.node] : [])))
}

/** What a starved process takes at the median where packets take a few ms; a loss takes 5 s, and spares most. */
const starvedMs = { least: 100, most: 4500, times: 20, rawAtMost: 50 } as const

/**
 * Nodes on which the C library's own lookups, each in a process of its own, were late for want of CPU: of the probe's
 * packets to the same server none was lost, and at the median they took a fraction of the time. The times and timeouts
 * of such processes say nothing of the network.
 */
export const starvedLibcs = once((probe: DnsProbe): ReadonlySet<string> => {
  const cluster = Map.groupBy(
    probe.series.filter((it) => it.zone === 'cluster' && it.transport === 'udp'),
    (it) => it.node,
  )
  return new Set([...cluster].flatMap(([node, series]) => (isStarved(series) ? [node] : [])))
})

function isStarved(series: readonly LookupSeries[]): boolean {
  const libc = series.filter((it) => it.method === 'getaddrinfo')
  const asked = new Set(libc.map((it) => it.server.ip))
  const raw = series.filter((it) => it.method !== 'getaddrinfo' && asked.has(it.server.ip))
  const [libcLoss, rawLoss] = [lossOf(libc), lossOf(raw)]
  if (libcLoss.of < 4 || rawLoss.of < 20 || troubled(raw) > 0) return false
  const [late, usual] = [quantile(libcLoss.times, 0.5), quantile(rawLoss.times, 0.5)]
  return (
    usual <= starvedMs.rawAtMost && late >= Math.max(starvedMs.least, starvedMs.times * usual) && late < starvedMs.most
  )
}

type Counts = Omit<Loss, 'times'>
const counts = ['of', 'failed', 'unanswered', 'silent', 'erring', 'lostA', 'lostAaaa', 'lostBoth'] as const

/**
 * Thirty checks ask for the same series, alone and together: each is counted once, and sorted when times are asked for.
 */
export function lossOf(series: readonly LookupSeries[]): Loss {
  const each = series.map(countsOf)
  const sums = Object.fromEntries(counts.map((name) => [name, each.reduce((sum, it) => sum + it[name], 0)]))
  let times: readonly number[] | null = null
  return {
    ...(sums as unknown as Counts),
    get times() {
      times ??= series.flatMap((it) => it.lookups.map((lookup) => lookup.ms)).toSorted((x, y) => x - y)
      return times
    },
  }
}

const countsOf = once(({ lookups }: LookupSeries): Counts => {
  const lost = { none: 0, a: 0, aaaa: 0, both: 0 }
  let failed = 0
  let unanswered = 0
  let silent = 0
  let erring = 0
  for (const lookup of lookups) {
    lost[lookup.firstLost] += 1
    if (!hasFailed(lookup)) continue
    failed += 1
    if (!isAnswer(lookup.a) && !isAnswer(lookup.aaaa)) unanswered += 1
    if (isError(lookup.a) || isError(lookup.aaaa)) erring += 1
    else if (!isAnswer(lookup.a) && !isAnswer(lookup.aaaa)) silent += 1
  }
  return {
    of: lookups.length,
    failed,
    unanswered,
    silent,
    erring,
    lostA: lost.a,
    lostAaaa: lost.aaaa,
    lostBoth: lost.both,
  }
})

/** How many lookups lost at least one question's first sending, or failed otherwise. */
export function troubled(series: readonly LookupSeries[]): number {
  return series.reduce((sum, it) => sum + it.lookups.filter((lookup) => isTroubled(it, lookup)).length, 0)
}

/**
 * The C library does not say what it lost, so its own timeouts must: glibc asks again after 5 s, musl after 2.5 s.
 * A lookup that was merely slow is not troubled.
 */
export function isTroubled(series: LookupSeries, lookup: Lookup): boolean {
  const asksAgainMs = series.libc === 'musl' ? 2470 : 4970
  return (
    lookup.firstLost !== 'none' || hasFailed(lookup) || (series.method === 'getaddrinfo' && lookup.ms >= asksAgainMs)
  )
}

const failures: ReadonlySet<string> = new Set(['timeout', 'unreachable', 'servfail', 'refused'])

function isError(answer: Answer): boolean {
  return answer === 'servfail' || answer === 'refused'
}

function hasFailed(lookup: Lookup): boolean {
  return failures.has(lookup.a) || failures.has(lookup.aaaa)
}

/** The name, or its records of this type, does not exist. */
export function isDenial(answer: Answer): boolean {
  return answer === 'nxdomain' || answer === 'nodata'
}

function isAnswer(answer: Answer): boolean {
  return answer !== 'not-asked' && !failures.has(answer)
}

/** The value that `share` of the sorted numbers do not exceed; NaN-free: 0 for none. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? 0
}

/**
 * Whether somebody says no, where nothing is answered: ICMP port unreachable, or a reset. Linux sends one such message
 * a second to each client (net.ipv4.icmp_ratelimit, with a burst of 6), so of many lookups at once most just time out.
 */
export function isRefused(series: readonly LookupSeries[]): boolean {
  return series.flatMap((it) => it.lookups).filter((it) => it.a === 'unreachable').length >= 3
}

/** A share as a whole picture: a handful of lookups is no ground to speak of all of them. */
export function nearlyAll(bad: number, of: number): boolean {
  return of >= 4 && bad / of >= 0.9
}

/** Lost, or answered with errors: on the whole, or on one path alone. */
export function isLossy(series: readonly LookupSeries[]): boolean {
  return notable(troubled(series), lossOf(series).of) || series.some((it) => notable(troubled([it]), it.lookups.length))
}

/** At least two, and at least one in a hundred: one late packet on a busy node is no fault. */
export function notable(bad: number, of: number): boolean {
  return bad >= 2 && bad / of >= 0.01
}
