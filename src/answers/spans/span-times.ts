import type { ReadSpan } from '../../wire/jaeger-json/span.ts'
import type { SpanTree } from './span-tree.ts'

/** Each span on its root's clock, in microseconds. */
export interface SpanTimes {
  readonly start: Float64Array
  readonly end: Float64Array
  /** Nobody waits for it, though it has a parent: it begins a path of its own. */
  readonly detached: Uint8Array
  /** Its clock did not fit its parent's. */
  readonly skewed: Uint8Array
}

/** A server's span ends a little after its client has the answer: that is no skew. */
const tail = 100_000
/** Nor is this, which two clocks that are kept in step by NTP differ by. */
const close = 1000

/**
 * Moves the spans of other processes as little as it takes for them to lie within the call that they answer. Jaeger
 * moves them into the middle, which halves a wait that was all before.
 */
export function timesOf({ spans, parent, order }: SpanTree): SpanTimes {
  const size = spans.length
  const start = new Float64Array(size)
  const end = new Float64Array(size)
  const shift = new Float64Array(size)
  const detached = new Uint8Array(size)
  const skewed = new Uint8Array(size)
  for (const at of order) {
    const span = spans[at]
    if (span === undefined) continue
    const above = parent[at] ?? -1
    const around = spans[above]
    const isOwn = around !== undefined && isOneClock(span, around)
    const raw = span.start + (isOwn ? (shift[above] ?? 0) : 0)
    const [lo, hi] = around === undefined ? [raw, raw + span.micros] : [start[above] ?? 0, end[above] ?? 0]
    const isAlone = around === undefined || isNotWaitedFor(span, isOwn && raw >= hi)
    const by = isAlone || isOwn ? 0 : shiftInto(raw, span.micros, lo, hi)
    shift[at] = raw + by - span.start
    start[at] = raw + by
    end[at] = raw + by + span.micros
    detached[at] = isAlone && around !== undefined ? 1 : 0
    skewed[at] = !isAlone && (Math.abs(by) > close || span.moved) ? 1 : 0
  }
  return { start, end, detached, skewed }
}

function isOneClock(one: ReadSpan, other: ReadSpan): boolean {
  return one.service === other.service && one.instance === other.instance
}

function isNotWaitedFor(span: ReadSpan, isAfter: boolean): boolean {
  return span.kind === 'consumer' || span.follows || isAfter
}

function shiftInto(start: number, length: number, lo: number, hi: number): number {
  if (start < lo) return lo - start
  const over = start + length - hi
  // It outlives a caller that gave up, or ends a little later.
  if (over <= tail && start < hi) return 0
  if (length <= hi - lo) return -over
  return start < hi ? 0 : lo - start
}
