import {
  cannotTell,
  type Confidence,
  finding,
  type Found,
  notApplicable,
  ok,
  type Verdict,
} from '../../findings/verdict.ts'
import type { Evidence } from '../../findings/evidence.ts'
import type { Hop, Phase, PhaseTimes, Spans } from '../../model/spans.ts'
import { subject } from '../../model/subject.ts'
import { count, ms } from '../../phrases.ts'
import { areSure, concernedBy, dueToOf, type Part } from './places.ts'
import { phaseWord } from './words.ts'

export type SpanArgs = {
  /** null: from outside of what is traced. */
  readonly from: string | null
  readonly to: string
  readonly system: string | null
  /** Calls that are bad, and all of the hop. */
  readonly count: number
  readonly of: number
  /** Of these, failed with an error that says so. */
  readonly failed: number
  readonly longestMs: number | null
  readonly p50: number | null
  readonly p95: number | null
  readonly slowMs: number
  /** Told by a span or an error of its own, and not by a time alone. */
  readonly named: boolean
  readonly trace: string
  readonly operation: string | null
  readonly instance: string | null
  readonly busiest: number
  readonly waiting: number
}

/** What is bad of a hop. */
export interface HopSign {
  readonly times: PhaseTimes | null
  readonly count: number
  readonly failed: number
  readonly trace: string
  readonly named: boolean
  readonly confidence: Confidence
}

export interface Judging {
  /** As a symptom key has it. */
  readonly what: string
  readonly sign: (hop: Hop) => HopSign | null
  /** Whether spans of this hop could have shown it. */
  readonly shows: (hop: Hop) => boolean
  readonly unseen: string
}

export function timesIn({ times }: Hop, phase: Phase): PhaseTimes | null {
  return times.find((it) => it.phase === phase) ?? null
}

/** Calls that a span, or what was called, says of itself were long in this part. */
export function slowIn(hop: Hop, phase: Phase): HopSign | null {
  const times = timesIn(hop, phase)
  if (times === null || times.slow === 0) return null
  return { times, count: times.slow, failed: 0, trace: times.trace, named: true, confidence: 'observed' }
}

/** The phases of a call outside of both its ends' work, which no span tells apart. */
export const outside: readonly Phase[] = ['before', 'between', 'unseen']

/** What took what a resolver's timeout costs is told as that by another check. */
export function longestOf(hop: Hop, among: readonly Phase[], of: (it: PhaseTimes) => number): PhaseTimes | null {
  const its = among.flatMap((phase) => timesIn(hop, phase) ?? []).filter((it) => of(it) > 0)
  return its.reduce<PhaseTimes | null>((most, it) => (it.max > (most?.max ?? 0) ? it : most), null)
}

export function sumIn(hop: Hop, among: readonly Phase[], of: (it: PhaseTimes) => number): number {
  return among.reduce((sum, phase) => {
    const its = timesIn(hop, phase)
    return sum + (its === null ? 0 : of(its))
  }, 0)
}

/** Every hop by itself; well only where spans could have shown it, and all of them came. */
export function judgeHops(spans: Spans, { what, sign, shows, unseen }: Judging): readonly Verdict<SpanArgs>[] {
  const found = spans.hops.flatMap((hop) => {
    const its = sign(hop)
    return its === null ? [] : [{ hop, its }]
  })
  if (found.length > 0) return found.map(({ hop, its }) => findingOf(spans, hop, its, what))
  const blind = whyBlind(spans)
  if (blind !== null) return [blind]
  const showing = spans.hops.filter(shows)
  return showing.length === 0
    ? [notApplicable(unseen)]
    : [ok(spans.traces, `${count(showing.length, 'hop')} in ${count(spans.traces, 'trace')}${keptBy(spans)}`)]
}

/** Most traces are never kept: what is said is said of those that were. */
function keptBy({ samplers }: Spans): string {
  const some = samplers.filter((it) => !/^const true$/.test(it))
  return some.length === 0 ? '' : `; others were not kept (sampled: ${some.join(', ')})`
}

export function hopName({ from, to }: Pick<Hop, 'from' | 'to'>): string {
  return `${from ?? 'outside'}->${to}`
}

export function whyBlind({ asked, traces, spans, doubts, places }: Spans): Verdict<never> | null {
  const { cutOff, unread, orphans, cycles } = doubts
  if (cutOff > 0) return cannotTell('cut-off', `of ${count(cutOff, 'answer')} the end is missing, or all of it`)
  if (traces === 0)
    return cannotTell(
      'too-few',
      `${asked.where} has no trace of this: none was sampled or sent, or another service was meant`,
    )
  if (unread > 0) return cannotTell('cut-off', `${count(unread, 'span')} could not be read, beside ${spans} that could`)
  if (orphans + cycles === 0) return null
  const lone = `${orphans + cycles} of ${count(spans, 'span')}`
  const why = `${lone} have no parent in their trace: what called them was not seen`
  // What hands a trace on and sends no span of its own stands before most clusters: beside everything else that a
  // diagnosis looks at, that is neither health nor a doubt.
  return places === undefined ? cannotTell('cut-off', why) : notApplicable(why)
}

/** How much is made of a finding in a diagnosis of a cluster. */
interface Weighed {
  readonly confidence: Confidence
  /** It need be no fault: what always takes so long may be meant to, and one error is one user's. */
  readonly isUsual: boolean
}

/**
 * Of a diagnosis of a cluster, a finding of traces is evidence beside causes: it says whom it concerns and what would
 * explain it. Where nothing but a name tells whose the spans are, it is possible, and no error.
 */
export function besideCauses(
  spans: Spans,
  hop: Pick<Hop, 'from' | 'to'>,
  part: Part,
  { confidence, isUsual }: Weighed,
): Pick<Found, 'also' | 'dueTo' | 'confidence' | 'severity'> {
  if (spans.places === undefined) return { confidence }
  const isSure = areSure(spans)
  const milder: Pick<Found, 'severity'> = isSure ? {} : { severity: 'warning' }
  return {
    also: concernedBy(spans),
    dueTo: dueToOf(spans, hop, part),
    confidence: isSure ? confidence : 'possible',
    ...(isUsual ? { severity: 'info' } : milder),
  }
}

function findingOf(spans: Spans, hop: Hop, its: HopSign, what: string): Verdict<SpanArgs> {
  const args: SpanArgs = {
    from: hop.from,
    to: hop.to,
    system: hop.system,
    count: its.count,
    of: hop.calls,
    failed: its.failed,
    longestMs: its.times?.max ?? null,
    p50: its.times?.p50 ?? null,
    p95: its.times?.p95 ?? null,
    slowMs: spans.asked.slowMs,
    named: its.named,
    trace: its.trace,
    operation: its.times?.operation ?? null,
    instance: its.times?.instance ?? null,
    busiest: hop.busiest,
    waiting: hop.waiting,
  }
  return finding({
    subject: subject('Call', null, hopName(hop)),
    ...besideCauses(spans, hop, its.times?.phase === 'work' ? 'work' : 'call', {
      confidence: its.confidence,
      isUsual: isUsual(its, spans.asked.slowMs),
    }),
    args,
    evidence: evidenceOf(spans, hop, its.trace),
    symptoms: [`spans-${what}:${hopName(hop)}`],
  })
}

/** Half of all calls are as slow, so that it is how this is; or one single call failed. */
function isUsual({ times, count: bad, failed }: HopSign, slowMs: number): boolean {
  if (failed > 0) return bad === 1
  return times?.phase === 'work' && times.p50 >= slowMs
}

export function evidenceOf(
  { slowest, doubts }: Spans,
  { times, calls }: Pick<Hop, 'times' | 'calls'>,
  trace: string,
): readonly Evidence[] {
  const path = slowest.find((it) => it.trace === trace)
  const shares = times.map((it) => ({
    where: phaseWord(it.phase),
    bad: it.slow,
    of: it.count,
    note: `p50 ${ms(it.p50)}, p95 ${ms(it.p95)}, longest ${ms(it.max)}`,
  }))
  return [
    ...(shares.length === 0
      ? []
      : [{ kind: 'shares' as const, label: `slow parts of ${count(calls, 'call')}`, rows: shares }]),
    ...(path === undefined
      ? []
      : [
          {
            kind: 'exchange' as const,
            label: `trace ${trace}, what it waited for`,
            rows: path.steps.slice(0, 12).map((it) => ({
              at: it.at,
              text: `${it.from ?? 'outside'} -> ${it.to}  ${phaseWord(it.phase)}  ${ms(it.ms)}  ${it.operation}`,
            })),
          },
        ]),
    { kind: 'fact', label: 'one of them', value: `trace ${trace}` },
    ...(doubts.skewed === 0
      ? []
      : [
          {
            kind: 'fact' as const,
            label: 'clocks',
            value:
              `of ${count(doubts.skewed, 'call')} the two ends' clocks do not fit: ` +
              'before and after are not told apart',
          },
        ]),
  ]
}

/** Errors of these kinds. */
export function failedBy(
  { failures }: Hop,
  kinds: ReadonlySet<string>,
): { readonly count: number; readonly trace: string } | null {
  const its = failures.filter((it) => kinds.has(it.kind))
  const [first] = its
  return first === undefined ? null : { count: its.reduce((sum, it) => sum + it.count, 0), trace: first.trace }
}
