import type { Hop, PathStep, Spans, TracePath } from '../../model/spans.ts'
import { count, ms } from '../../phrases.ts'
import { phaseWord } from '../../relations/spans/words.ts'
import { tableLines } from '../table.ts'

/** Hops and the slowest traces, above the findings: what is said there is of these. */
export function spansLines(spans: Spans): readonly string[] {
  return [...sawLines(spans), ...hopLines(spans.hops), ...unlike(spans.slowest).slice(0, mostPaths).flatMap(pathLines)]
}

const [mostHops, mostPaths, mostSteps] = [12, 2, 10] as const

function sawLines({ asked, traces, spans, slow, samplers, isLimited, doubts }: Spans): readonly string[] {
  const { where, service, trace, sinceMs, slowMs } = asked
  const ofService = service === null ? '' : ` with ${service}`
  const of = trace === null ? ofService : ` ${trace}`
  const since = sinceMs === null ? '' : ` of the last ${lengthOf(sinceMs)}`
  const skew = doubts.skewed === 0 ? '' : `; the clocks of ${count(doubts.skewed, 'call')} do not fit each other`
  const sampled = samplers.length === 0 ? '' : `; sampled: ${samplers.join(', ')}`
  return [
    `${where}: ${count(traces, 'trace')}${of}${since} with ${count(spans, 'span')}; ${slow} of ${traces} took ` +
      `${ms(slowMs)} or longer${isLimited ? '; there are more' : ''}${sampled}${skew}`,
  ]
}

/** As it was given: `1h`, `90s`. */
function lengthOf(length: number): string {
  const seconds = length / 1000
  const [, by, unit] = (
    [
      [3600, 'h'],
      [60, 'min'],
    ] as const
  )
    .map(([size, its]) => [seconds % size === 0, size, its] as const)
    .find(([fits]) => fits) ?? [true, 1, 's']
  return `${seconds / by} ${unit}`
}

/** Ten traces that waited for the same are told by one of them. */
function unlike(paths: readonly TracePath[]): readonly TracePath[] {
  const seen = new Set<string>()
  return paths.filter(({ steps }) => {
    const most = steps.reduce<PathStep | null>((best, it) => (it.ms > (best?.ms ?? 0) ? it : best), null)
    const key = most === null ? '' : `${most.from} ${most.to} ${most.phase}`
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
}

/** The parts of all calls of a hop that have time on a critical path, the largest first. */
function hopLines(hops: readonly Hop[]): readonly string[] {
  if (hops.length === 0) return []
  const rows = hops.slice(0, mostHops).flatMap((hop) =>
    hop.times
      .toSorted((a, b) => b.sum - a.sum)
      .slice(0, 3)
      .map((it, at) => [
        at === 0 ? `${hop.from ?? 'outside'} -> ${hop.to}` : '',
        at === 0 ? String(hop.calls) : '',
        at === 0 ? String(hop.failures.reduce((sum, one) => sum + one.count, 0)) : '',
        phaseWord(it.phase),
        ms(it.p50),
        ms(it.p95),
        ms(it.max),
      ]),
  )
  const left = hops.length - mostHops
  return [
    ...tableLines([['hop', 'calls', 'failed', 'time in', 'p50', 'p95', 'longest'], ...rows], {
      right: [1, 2, 4, 5, 6],
    }),
    ...(left > 0 ? [`and ${count(left, 'hop')} with less time`] : []),
  ]
}

function pathLines({ trace, ms: whole, spans, failed, steps, leftOutMs }: TracePath): readonly string[] {
  const long = new Set(steps.toSorted((a, b) => b.ms - a.ms).slice(0, mostSteps))
  const shown = steps.filter((it) => long.has(it))
  const left = leftOutMs + steps.reduce((sum, it) => sum + (long.has(it) ? 0 : it.ms), 0)
  return [
    `trace ${trace}: ${ms(whole)}, ${count(spans, 'span')}${failed ? ', failed' : ''}; what it waited for:`,
    ...tableLines(shown.map(stepCells), { right: [0, 1], indent: 4 }),
    ...(left >= 1 ? [`  ${ms(left)} in shorter steps`] : []),
  ]
}

function stepCells({ at, ms: length, from, to, phase, operation }: PathStep): readonly string[] {
  return [`+${ms(at)}`, ms(length), `${from ?? 'outside'} -> ${to}`, phaseWord(phase), operation]
}
