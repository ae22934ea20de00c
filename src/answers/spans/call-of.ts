import { type Hop, phases } from '../../model/spans.ts'
import type { Failure, ReadSpan } from '../../wire/jaeger-json/span.ts'
import { waitingOf } from './phase-words.ts'
import type { SpanTimes } from './span-times.ts'
import type { SpanTree } from './span-tree.ts'

/** One call of a trace: its hop, and where its time on the critical path went. */
export interface Call {
  readonly hop: Pick<Hop, 'from' | 'to' | 'kind' | 'system'>
  /** Milliseconds, by the place of the phase in `phases`. */
  readonly ms: Float64Array
  readonly operation: string
  readonly instance: string | null
  readonly start: number
  readonly end: number
  failure: { readonly kind: Failure | 'status' | 'other'; readonly status: number | null } | null
}

/** Of each client's span: from where to where the server's spans are, if any came. */
export interface CallEnds {
  readonly from: Float64Array
  readonly to: Float64Array
  readonly server: Int32Array
}

export function callEnds({ spans, parent, children }: SpanTree, { start, end, detached }: SpanTimes): CallEnds {
  const size = spans.length
  const from = new Float64Array(size).fill(Number.POSITIVE_INFINITY)
  const to = new Float64Array(size).fill(Number.NEGATIVE_INFINITY)
  const server = new Int32Array(size).fill(-1)
  for (const [at, span] of spans.entries()) {
    const above = parent[at] ?? -1
    const client = spans[above]
    if (client === undefined || detached[at] === 1 || !isCaller(client, children[above] ?? [])) continue
    if (span.kind !== 'server' && span.service === client.service) continue
    if ((start[at] ?? 0) < (from[above] ?? 0)) server[above] = at
    from[above] = Math.min(from[above] ?? 0, start[at] ?? 0)
    to[above] = Math.max(to[above] ?? 0, end[at] ?? 0)
  }
  return { from, to, server }
}

/** OpenTracing's libraries often leave the kind out: what has a span of another's below it, and no other, calls. */
function isCaller({ kind }: ReadSpan, below: readonly number[]): boolean {
  return kind === 'client' || (kind === 'internal' && below.length === 1)
}

/** A trace, and what was found of its times. */
interface Known {
  readonly tree: SpanTree
  readonly times: SpanTimes
  readonly ends: CallEnds
  readonly traced: ReadonlySet<string>
}

interface Assigned {
  /** The call that the own time of each span is of. */
  readonly callOf: Int32Array
  readonly calls: Call[]
}

/** A server and its client are one call; what is in between them in one process is of the server's that it is in. */
export function assigned(trace: Known): Assigned {
  const { spans, parent, order } = trace.tree
  const callOf = new Int32Array(spans.length).fill(-1)
  const so: Assigned = { callOf, calls: [] }
  const later: number[] = []
  for (const at of order) {
    const above = parent[at] ?? -1
    if (isWait(at, trace)) {
      // Within a call of its own process it is a part of that; else of the call that comes next.
      if (spans[above]?.kind === 'client') callOf[at] = callOf[above] ?? -1
      else later.push(at)
      continue
    }
    const of = isPartOfAbove(at, trace) ? (callOf[above] ?? -1) : -1
    callOf[at] = of === -1 ? so.calls.push(callAt(at, trace)) - 1 : of
  }
  for (const at of later) callOf[at] = nextCall(at, trace, so)
  // Below a wait that found its call only now.
  for (const at of order) if (callOf[at] === -1) callOf[at] = callOf[parent[at] ?? -1] ?? -1
  return so
}

function isWait(at: number, { tree: { spans, parent }, ends }: Known): boolean {
  const [span, above] = [spans[at], spans[parent[at] ?? -1]]
  return span !== undefined && above?.service === span.service && ends.server[at] === -1 && waitingOf(span) !== null
}

function isPartOfAbove(at: number, { tree: { spans, parent }, ends }: Known): boolean {
  const [span, above] = [spans[at], spans[parent[at] ?? -1]]
  if (span === undefined || above === undefined) return false
  if (span.service !== above.service) return (ends.server[parent[at] ?? -1] ?? -1) !== -1
  return span.kind === 'internal' || span.kind === 'server' || above.kind === 'client'
}

function callAt(at: number, { tree: { spans, parent }, times, ends, traced }: Known): Call {
  const span = spans[at]
  if (span === undefined) throw new Error('no such span')
  const served = spans[ends.server[at] ?? -1]
  const calls = span.kind === 'client' || span.kind === 'producer' || served !== undefined
  const hop = calls
    ? { from: span.service, ...calledBy(span, served, traced) }
    : { from: callerOf(span, spans[parent[at] ?? -1]), to: span.service, kind: 'service' as const, system: null }
  return callFrom(span, hop, [times.start[at] ?? 0, times.end[at] ?? 0])
}

function callFrom(
  { name: operation, instance }: ReadSpan,
  hop: Call['hop'],
  [start, end]: readonly [number, number],
): Call {
  return { hop, ms: new Float64Array(phases.length), operation, instance, start, end, failure: null }
}

function callerOf({ service }: ReadSpan, above: ReadSpan | undefined): string | null {
  return above === undefined || above.service === service ? null : above.service
}

/** Whom a client's span calls: the service whose span came, or what the span says. */
function calledBy(
  { tags, name }: ReadSpan,
  served: ReadSpan | undefined,
  traced: ReadonlySet<string>,
): Omit<Call['hop'], 'from'> {
  const system = tags.db ?? tags.messaging
  if (served !== undefined) return { to: served.service, kind: 'service', system: null }
  const peer = tags.peer
  const service = peer === null ? undefined : [peer, peer.split('.', 1).join('')].find((it) => traced.has(it))
  if (service !== undefined && system === null) return { to: service, kind: 'service', system: null }
  const to = peer ?? system ?? name
  if (tags.db !== null) return { to, kind: 'database', system }
  return tags.messaging === null ? { to, kind: 'call', system: null } : { to, kind: 'messaging', system }
}

/** What begins a little before a wait is over still comes of it: microseconds are rounded. */
const slack = 1000

/** A pool gives a connection, a resolver an address, and the call follows: beside it, not below. */
function nextCall(at: number, { tree, times, traced }: Known, { callOf, calls }: Assigned): number {
  const { spans, parent, children } = tree
  const above = parent[at] ?? -1
  const span = spans[at]
  if (span === undefined) return -1
  const [begun, over] = [times.start[at] ?? 0, times.end[at] ?? 0]
  const next = firstAfter(children[above] ?? [], over - slack, times, (it) => {
    const its = spans[it]
    const isCall = its?.kind === 'client' && waitingOf(its) === null
    return isCall && (span.tags.peer === null || its.tags.peer === span.tags.peer)
  })
  if (next !== -1) return callOf[next] ?? -1
  // None came of it: what it says itself, or the process that waited.
  if (span.tags.peer === null && span.tags.db === null) return callOf[above] ?? -1
  return calls.push(callFrom(span, { from: span.service, ...calledBy(span, undefined, traced) }, [begun, over])) - 1
}

function firstAfter(
  among: readonly number[],
  from: number,
  { start }: SpanTimes,
  isOne: (at: number) => boolean,
): number {
  const later = among.filter((it) => (start[it] ?? 0) >= from && isOne(it))
  return later.reduce((best, it) => (best === -1 || (start[it] ?? 0) < (start[best] ?? 0) ? it : best), -1)
}
