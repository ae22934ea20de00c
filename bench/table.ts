import { tableLines } from '../src/report/table.ts'

export interface Row {
  readonly what: string
  readonly ours: string
  readonly rival: string
  readonly goal: string
  /** 'no goal' for a figure that is only shown. */
  readonly met: boolean | 'no goal'
}

export const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`

export const mib = (bytes: number | null): string =>
  bytes === null ? 'not known' : `${Math.round(bytes / 1024 / 1024)} MiB`

function metWord({ met }: Row): string {
  if (met === 'no goal') return ''
  return met ? 'met' : 'MISSED'
}

/** Columns as wide as their widest cell; the last says in a word whether the goal is met. */
export function table(rows: readonly Row[]): string {
  const cells = [
    ['', 'hopscope', 'against', 'goal', ''],
    ...rows.map((it) => [it.what, it.ours, it.rival, it.goal, metWord(it)]),
  ]
  return tableLines(cells, { indent: 0, gap: 3 }).join('\n')
}
