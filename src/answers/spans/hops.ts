import { type Hop, phases, type PhaseTimes, type SpanFailure } from '../../model/spans.ts'
import { comb } from '../../relations/dns/resolver-comb.ts'
import type { Call } from './call-of.ts'
import type { TraceSeen } from './calls.ts'

export function hopKey({ from, to }: Pick<Hop, 'from' | 'to'>): string {
  return `${from ?? ''}\n${to}`
}

/** Of a trace that is slow, what takes half of it is: 980 ms of 1.05 s are no small call of many. */
export function slowIn(traceMs: number, slowMs: number): number {
  return traceMs >= slowMs ? Math.min(slowMs, traceMs / 2) : slowMs
}

interface Seen {
  readonly call: Call
  readonly trace: string
  readonly isRecent: boolean
  /** From here on a part of a call is slow. */
  readonly slowMs: number
}

const mostHops = 200

/** Calls by hop, the one with the most time on the critical paths first. */
export function hopsOf(traces: readonly TraceSeen[], slowMs: number): readonly Hop[] {
  const all = traces.flatMap(({ calls, trace, isRecent, ms }) =>
    calls.map((call): Seen => ({ call, trace, isRecent, slowMs: slowIn(ms, slowMs) })),
  )
  // What nobody chose for its length tells what is usual; without any there are only chosen ones to tell it.
  const anyRecent = traces.some((it) => it.isRecent)
  return [...Map.groupBy(all, ({ call: { hop } }) => `${hopKey(hop)}\n${hop.kind}`).values()]
    .flatMap((its) => hopOf(its, anyRecent) ?? [])
    .toSorted((a, b) => sumOf(b) - sumOf(a) || (hopKey(a) < hopKey(b) ? -1 : 1))
    .slice(0, mostHops)
}

function sumOf({ times }: Hop): number {
  return times.reduce((sum, it) => sum + it.sum, 0)
}

function hopOf(its: readonly Seen[], anyRecent: boolean): Hop | null {
  const [first] = its
  if (first === undefined) return null
  const calls = its.map((it) => it.call)
  return {
    ...first.call.hop,
    system: calls.find((it) => it.hop.system !== null)?.hop.system ?? null,
    calls: its.length,
    failures: failuresOf(its),
    times: phases.flatMap((phase, place) => timesOf(its, { phase, place, anyRecent }) ?? []),
    busiest: mostAtATime(calls.filter((it) => (it.ms[poolPlace] ?? 0) < it.end - it.start)),
    waiting: mostAtATime(calls.filter((it) => (it.ms[poolPlace] ?? 0) > 0).map(waitOf)),
  }
}

const poolPlace = phases.indexOf('pool')

/** A wait for the pool is over when the call begins. */
function waitOf({ start, ms }: Call): Pick<Call, 'start' | 'end'> {
  return { start: start - (ms[poolPlace] ?? 0) * 1000, end: start }
}

function mostAtATime(its: readonly Pick<Call, 'start' | 'end'>[]): number {
  const ends = its.map((it) => it.end).toSorted((a, b) => a - b)
  const starts = its.map((it) => it.start).toSorted((a, b) => a - b)
  let [most, over] = [0, 0]
  for (const [begun, start] of starts.entries()) {
    while ((ends[over] ?? Number.POSITIVE_INFINITY) <= start) over++
    most = Math.max(most, begun + 1 - over)
  }
  return most
}

function failuresOf(its: readonly Seen[]): readonly SpanFailure[] {
  const failed = its.flatMap(({ call: { failure }, trace }) => (failure === null ? [] : [{ ...failure, trace }]))
  return [...Map.groupBy(failed, (it) => `${it.kind} ${it.status}`).values()]
    .flatMap((same) => same.slice(0, 1).map((it) => ({ ...it, count: same.length })))
    .toSorted((a, b) => b.count - a.count)
    .slice(0, 16)
}

interface Of {
  readonly phase: PhaseTimes['phase']
  readonly place: number
  readonly anyRecent: boolean
}

function timesOf(its: readonly Seen[], { phase, place, anyRecent }: Of): PhaseTimes | null {
  const own = its.flatMap((it) => {
    const ms = it.call.ms[place] ?? 0
    return ms > 0 ? [{ ...it, ms }] : []
  })
  const worst = own.reduce<(typeof own)[number] | undefined>(
    (most, it) => (it.ms > (most?.ms ?? 0) ? it : most),
    undefined,
  )
  if (worst === undefined) return null
  const usual = own.filter((it) => it.isRecent || !anyRecent).map((it) => it.ms)
  const sorted = (usual.length > 0 ? usual : own.map((it) => it.ms)).toSorted((a, b) => a - b)
  const slow = own.filter((it) => it.ms >= it.slowMs)
  return {
    phase,
    count: own.length,
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    max: worst.ms,
    sum: own.reduce((sum, it) => sum + it.ms, 0),
    slow: slow.length,
    dnsTeeth: slow.filter((it) => comb([it.ms]).length > 0).length,
    synTeeth: slow.filter((it) => isLostSyn(it.ms) && comb([it.ms]).length === 0).length,
    trace: worst.trace,
    operation: worst.call.operation,
    instance: worst.call.instance,
  }
}

/** The value that so many are at or below: nearest rank. */
function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * q) - 1)] ?? 0
}

/** Linux sends a SYN again after 1 s, and then after twice as long each (tcp_timeout_init, RFC 6298). */
const resent = [1000, 3000, 7000, 15_000, 31_000]

function isLostSyn(ms: number): boolean {
  return resent.some((it) => ms >= it - 10 && ms <= it + 150)
}
