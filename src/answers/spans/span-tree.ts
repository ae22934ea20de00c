import type { ReadSpan } from '../../wire/jaeger-json/span.ts'

/** One trace with its parents found: arrays by the place of a span. */
export interface SpanTree {
  readonly spans: readonly ReadSpan[]
  /** -1: nobody waits for it. */
  readonly parent: Int32Array
  readonly children: readonly (readonly number[])[]
  /** Parents first. */
  readonly order: readonly number[]
  readonly roots: readonly number[]
  readonly orphans: number
  readonly cycles: number
  readonly duplicates: number
}

/** Takes any spans: ids twice, parents in a circle, parents that are not there. Linear in their number. */
export function treeOf(all: readonly ReadSpan[]): SpanTree {
  const { spans, duplicates } = once(all)
  const byId = Map.groupBy(
    spans.map((_, at) => at),
    (at) => spans[at]?.id ?? '',
  )
  const parent = new Int32Array(spans.length).fill(-1)
  let orphans = 0
  for (const [at, span] of spans.entries()) {
    parent[at] = parentOf(at, span, byId, spans)
    if (span.parent !== null && parent[at] === -1) orphans++
  }
  const cycles = cut(parent)
  const children = spans.map((): number[] => [])
  const roots: number[] = []
  for (const [at, above] of parent.entries()) if (above === -1) roots.push(at)
  for (const [at, above] of parent.entries()) if (above !== -1) children[above]?.push(at)
  const order = [...roots]
  for (let next = 0; next < order.length; next++) for (const it of children[order[next] ?? 0] ?? []) order.push(it)
  return { spans, parent, children, order, roots, orphans, cycles, duplicates }
}

/** The same span may be sent again, and come from two answers. Zipkin gives both ends of a call one id. */
function once(all: readonly ReadSpan[]): { readonly spans: readonly ReadSpan[]; readonly duplicates: number } {
  const spans = [...new Map(all.map((it) => [`${it.id} ${it.kind} ${it.service}`, it])).values()]
  return { spans, duplicates: all.length - spans.length }
}

function parentOf(
  at: number,
  span: ReadSpan,
  byId: ReadonlyMap<string, readonly number[]>,
  spans: readonly ReadSpan[],
): number {
  const twins = byId.get(span.id) ?? []
  const client = twins.find((it) => it !== at && spans[it]?.kind === 'client')
  if (span.kind === 'server' && client !== undefined) return client
  const above = span.parent === null ? [] : (byId.get(span.parent) ?? []).filter((it) => it !== at)
  return above.find((it) => spans[it]?.service === span.service) ?? above[0] ?? -1
}

/** Of each circle one span loses its parent. */
function cut(parent: Int32Array): number {
  const seen = new Int32Array(parent.length)
  let cycles = 0
  for (let start = 0; start < parent.length; start++) {
    let [at, before] = [start, -1]
    while (at !== -1 && seen[at] === 0) {
      seen[at] = start + 1
      ;[before, at] = [at, parent[at] ?? -1]
    }
    // Back where this very walk has been.
    if (at === -1 || before === -1 || seen[at] !== start + 1) continue
    parent[before] = -1
    cycles++
  }
  return cycles
}
