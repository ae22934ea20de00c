import { type PathStep, type Phase, phases } from '../../model/spans.ts'
import type { ReadSpan } from '../../wire/jaeger-json/span.ts'
import { eachPiece } from './critical-path.ts'
import { assigned, type Call, type CallEnds, callEnds } from './call-of.ts'
import { type Interval, markedWaits, waitingOf } from './phase-words.ts'
import { type SpanTimes, timesOf } from './span-times.ts'
import type { SpanTree } from './span-tree.ts'

export interface TraceCalls {
  readonly calls: readonly Call[]
  /** The critical path of the first root, piece by piece, in the order of time; `at` and `ms` from its start. */
  readonly steps: readonly PathStep[]
  readonly ms: number
  readonly skewed: number
}

export interface TraceSeen extends TraceCalls {
  readonly trace: string
  readonly isRecent: boolean
  readonly spans: number
  readonly failed: boolean
}

interface Piece {
  readonly call: number
  readonly phase: Phase
  readonly from: number
  readonly to: number
  readonly operation: string
}

/** `traced`: services that have spans of their own somewhere, by their names. */
export function callsOf(tree: SpanTree, traced: ReadonlySet<string>): TraceCalls {
  const times = timesOf(tree)
  const ends = callEnds(tree, times)
  const { callOf, calls } = assigned({ tree, times, ends, traced })
  const pieces: Piece[] = []
  const first = longest(tree, times)
  eachPiece(tree, times, (span, from, to, root) => {
    const call = calls[callOf[span] ?? -1]
    const its = tree.spans[span]
    if (call === undefined || its === undefined) return
    for (const it of split(span, from, to, { tree, times, ends, call })) {
      const place = phases.indexOf(it.phase)
      call.ms[place] = (call.ms[place] ?? 0) + (it.to - it.from) / 1000
      if (root === first) pieces.push({ ...it, call: callOf[span] ?? -1, operation: its.name })
    }
  })
  failuresOf(tree, callOf, calls)
  const [lo, hi] = [times.start[first] ?? 0, times.end[first] ?? 0]
  return {
    calls,
    steps: stepsOf(pieces, calls, lo),
    ms: (hi - lo) / 1000,
    skewed: times.skewed.reduce((sum, it) => sum + it, 0),
  }
}

/** The root that took longest stands for its trace. */
function longest({ roots }: SpanTree, { start, end }: SpanTimes): number {
  const length = (at: number): number => (end[at] ?? 0) - (start[at] ?? 0)
  return roots.reduce((best, at) => (best === -1 || length(at) > length(best) ? at : best), -1)
}

interface Around {
  readonly tree: SpanTree
  readonly times: SpanTimes
  readonly ends: CallEnds
  readonly call: Call
}

type Part = Pick<Piece, 'phase' | 'from' | 'to'>

/** A piece of a span's own time by what it was: told by its name, by its events, by where the server's span is. */
function split(at: number, from: number, to: number, { tree, times, ends, call }: Around): readonly Part[] {
  const span = tree.spans[at]
  if (span === undefined) return []
  const named = waitingOf(span)
  if (named !== null && ends.server[at] === -1) return [{ phase: named, from, to }]
  const shift = (times.start[at] ?? 0) - span.start
  const waits = markedWaits(span).map((it) => ({ ...it, from: it.from + shift, to: it.to + shift }))
  return without(waits, from, to, (lo, hi) => plainParts(at, lo, hi, { times, ends, span, call }))
}

function plainParts(
  at: number,
  from: number,
  to: number,
  { times, ends, span, call }: Pick<Around, 'times' | 'ends' | 'call'> & { readonly span: ReadSpan },
): readonly Part[] {
  const server = ends.server[at] ?? -1
  if (server === -1) {
    const calls = span.kind === 'client' || span.kind === 'producer'
    return [{ phase: calls && call.hop.kind === 'service' ? 'unseen' : 'work', from, to }]
  }
  if (times.skewed[server] === 1) return [{ phase: 'between', from, to }]
  const begins = Math.min(Math.max(ends.from[at] ?? from, from), to)
  const parts: readonly Part[] = [
    { phase: 'before', from, to: begins },
    { phase: 'after', from: begins, to },
  ]
  return parts.filter((it) => it.to > it.from)
}

/** The waits that are in it, and `rest` of what is left. The first of two that overlap takes what both have. */
function without(
  waits: readonly Interval[],
  from: number,
  to: number,
  rest: (from: number, to: number) => readonly Part[],
): readonly Part[] {
  const [first, ...others] = waits
  if (first === undefined || from >= to) return from < to ? rest(from, to) : []
  const [lo, hi] = [Math.max(first.from, from), Math.min(first.to, to)]
  if (lo >= hi) return without(others, from, to, rest)
  return [
    ...without(others, from, lo, rest),
    { phase: first.phase, from: lo, to: hi },
    ...without(others, hi, to, rest),
  ]
}

/** An error is where none of those below has one: above it is only handed on. */
function failuresOf({ spans, children }: SpanTree, callOf: Int32Array, calls: readonly Call[]): void {
  for (const [at, span] of spans.entries()) {
    const call = calls[callOf[at] ?? -1]
    if (!span.failed || call === undefined || (children[at] ?? []).some((it) => spans[it]?.failed === true)) continue
    const { status } = span.tags
    const waiting = waitingOf(span)
    const plain = status === null || status < 400 ? 'other' : 'status'
    const waited = waiting === 'connect' ? null : waiting
    call.failure ??= { kind: waited ?? span.failure ?? plain, status }
  }
}

/** Pieces of one call and phase that follow each other are one step. */
function stepsOf(pieces: readonly Piece[], calls: readonly Call[], lo: number): readonly PathStep[] {
  const steps: PathStep[] = []
  let last: Piece | undefined
  for (const it of pieces.toSorted((a, b) => a.from - b.from)) {
    const call = calls[it.call]
    const before = steps.at(-1)
    if (call === undefined) continue
    if (last !== undefined && before !== undefined && last.call === it.call && last.phase === it.phase)
      steps[steps.length - 1] = { ...before, ms: before.ms + (it.to - it.from) / 1000 }
    else
      steps.push({
        at: (it.from - lo) / 1000,
        ms: (it.to - it.from) / 1000,
        from: call.hop.from,
        to: call.hop.to,
        phase: it.phase,
        operation: it.operation,
      })
    last = it
  }
  return steps
}
