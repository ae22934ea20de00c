import { type Scattered, type Spans, type SpansAsked, type TracePath } from '../../model/spans.ts'
import type { ReadSpan, TracesRead } from '../../wire/jaeger-json/span.ts'
import { callsOf, type TraceSeen } from './calls.ts'
import { hopKey, hopsOf, slowIn } from './hops.ts'
import { treeOf } from './span-tree.ts'

/** One answer of the server, or one file. */
export interface SpansAnswer {
  readonly read: Pick<TracesRead, 'spans' | 'unread'> & { readonly end: TracesRead['end'] }
  /** `length`: its traces were chosen since they are slow. */
  readonly chosenBy: 'time' | 'length'
  readonly isLimited: boolean
}

const mostPaths = 5
const mostSteps = 40
/** A step shorter than this part of its trace is no part of the answer. */
const shortShare = 0.005

/** What many traces say: pure, in time of n log n of their spans. */
export function spansOf(
  asked: SpansAsked,
  answers: readonly SpansAnswer[],
  how: { readonly unanswered?: number } = {},
): Spans {
  const all = answers.flatMap((it) => it.read.spans)
  const traces = Map.groupBy(all, (it) => it.trace)
  const recent = new Set(
    answers.filter((it) => it.chosenBy === 'time').flatMap((it) => it.read.spans.map((s) => s.trace)),
  )
  const traced = new Set(all.map((it) => it.service))
  const doubts = { orphans: 0, cycles: 0, duplicates: 0, skewed: 0 }
  const samplers = new Set<string>()
  const seen: TraceSeen[] = []
  let spans = 0
  for (const [trace, its] of traces) {
    const tree = treeOf(its)
    const found = callsOf(tree, traced)
    doubts.orphans += tree.orphans
    doubts.cycles += tree.cycles
    // One trace may come with both answers, of which the second says nothing new.
    doubts.duplicates += answers.length > 1 ? 0 : tree.duplicates
    doubts.skewed += found.skewed
    spans += tree.spans.length
    for (const it of tree.spans) if (it.tags.sampler !== null && samplers.size < 8) samplers.add(it.tags.sampler)
    seen.push({
      ...found,
      trace,
      isRecent: recent.has(trace),
      spans: tree.spans.length,
      failed: tree.spans.some((it: ReadSpan) => it.failed),
    })
  }
  const sum = (of: (it: SpansAnswer) => number): number => answers.reduce((n, it) => n + of(it), 0)
  return {
    asked,
    traces: seen.length,
    recent: seen.filter((it) => it.isRecent).length,
    slow: seen.filter((it) => it.ms >= asked.slowMs).length,
    spans,
    isLimited: answers.some((it) => it.isLimited),
    samplers: [...samplers].toSorted(),
    doubts: {
      ...doubts,
      unread: sum((it) => it.read.unread),
      cutOff: sum((it) => (it.read.end === 'whole' ? 0 : 1)) + (how.unanswered ?? 0),
    },
    hops: hopsOf(seen, asked.slowMs),
    scattered: scatteredOf(seen, asked.slowMs),
    slowest: seen
      .toSorted((a, b) => b.ms - a.ms || (a.trace < b.trace ? -1 : 1))
      .slice(0, mostPaths)
      .map(pathOf),
  }
}

function pathOf({ trace, ms, spans, failed, steps }: TraceSeen): TracePath {
  const long = steps.filter((it) => it.ms >= ms * shortShare)
  const bound = long.map((it) => it.ms).toSorted((a, b) => b - a)[mostSteps - 1] ?? 0
  const shown = long.filter((it) => it.ms >= bound).slice(0, mostSteps)
  const told = shown.reduce((sum, it) => sum + it.ms, 0)
  return { trace, ms, spans, failed, steps: shown, leftOutMs: Math.max(0, ms - told) }
}

/** Slow from end to end, and no call of it is: told by the hop that most of it went to. */
function scatteredOf(seen: readonly TraceSeen[], slowMs: number): readonly Scattered[] {
  const its = seen
    .filter(({ ms, calls }) => ms >= slowMs && !calls.some((it) => it.ms.some((one) => one >= slowIn(ms, slowMs))))
    .flatMap((it) => mostOf(it) ?? [])
  return [...Map.groupBy(its, (it) => `${hopKey(it)}\n${it.phase}`).values()].flatMap((same) => {
    const [worst] = same.toSorted((a, b) => b.sum - a.sum)
    return worst === undefined ? [] : [{ ...worst, traces: same.length }]
  })
}

function mostOf({ steps, ms, trace }: TraceSeen): Scattered | null {
  const groups = [...Map.groupBy(steps, (it) => `${hopKey(it)}\n${it.phase}`).values()].map((same) => ({
    same,
    sum: same.reduce((sum, it) => sum + it.ms, 0),
  }))
  const most = groups.reduce<(typeof groups)[number] | null>(
    (best, it) => (it.sum > (best?.sum ?? 0) ? it : best),
    null,
  )
  const [first] = most?.same ?? []
  if (first === undefined || most === null) return null
  const { from, to, phase } = first
  return { from, to, phase, traces: 1, calls: most.same.length, sum: most.sum, ms, trace }
}
