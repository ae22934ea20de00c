// What a run says at its end: a line a folder, and each survivor with its place.
import { dirname } from 'node:path'

export interface Result {
  readonly file: string
  readonly line: number
  readonly kind: string
  readonly from: string
  readonly to: string
  readonly verdict: 'killed' | 'survived' | 'not-reached' | 'timeout'
  /** Why no test can tell it from the program. */
  readonly equivalent: string | null
}

export function table(results: readonly Result[], run: { readonly of: number; readonly seed: string }): string {
  const folders = [...Map.groupBy(results, (it) => dirname(it.file))].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const head = ['folder', 'mutants', 'killed', 'timeout', 'survived', 'not reached', 'equivalent', 'score']
  const rows = [...folders, ['all', results] as const].map(([name, its]) => [name, ...numbers(its)])
  const widths = head.map((it, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? it).length)))
  const lines = [head, ...rows].map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
  const left = results.filter((it) => it.equivalent === null && isLeft(it))
  const survivors = left.map((it) => `${it.file}:${it.line} ${it.kind}: ${it.from} -> ${it.to}`)
  const sample = `${results.length} of ${run.of} mutants, seed ${run.seed}`
  return `${[...survivors, '', ...lines, '', sample].join('\n')}\n`
}

function isLeft({ verdict }: Result): boolean {
  return verdict === 'survived' || verdict === 'not-reached'
}

function numbers(its: readonly Result[]): readonly string[] {
  const count = (verdict: Result['verdict']): number =>
    its.filter((it) => it.verdict === verdict && !(isLeft(it) && it.equivalent !== null)).length
  const equivalent = its.filter((it) => isLeft(it) && it.equivalent !== null).length
  const dead = count('killed') + count('timeout')
  const judged = its.length - equivalent
  const score = judged === 0 ? '–' : `${((100 * dead) / judged).toFixed(1)} %`
  const counts = [dead - count('timeout'), count('timeout'), count('survived'), count('not-reached'), equivalent]
  return [String(its.length), ...counts.map(String), score]
}
