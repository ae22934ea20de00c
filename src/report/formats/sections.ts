import { columnName, legend, rowName, signOf } from '../matrix/matrix-text.ts'
import { hopLabel, hows, isDoubtful, seenText } from '../trace/trace-text.ts'
import type { Parts } from './answer.ts'

type Matrixed = NonNullable<Parts['matrix']>
export type Hop = NonNullable<Parts['trace']>['hops'][number]

/** Who begins; a trace may come from outside. */
export function startOf({ from }: NonNullable<Parts['trace']>): string {
  return from === null ? 'this machine' : `pod ${from.namespace}/${from.pod}`
}

const verdicts: Readonly<Record<Hop['verdict'], string>> = {
  ok: 'ok',
  broken: 'broken',
  'cannot-tell': 'cannot tell',
  'not-looked': 'not looked',
}

/** A hop as words: its name, what became of it, what was seen, how it is known. */
export function hopWords(it: Hop): readonly [name: string, verdict: string, seen: string, how: string] {
  const codes = it.codes.length === 0 || (it.verdict === 'ok' && !isDoubtful(it)) ? '' : ` (${it.codes.join(', ')})`
  return [
    hopLabel(it.name),
    isDoubtful(it) ? 'in doubt' : verdicts[it.verdict],
    `${seenText(it.seen)}${codes}`,
    hows[it.how],
  ]
}

export interface MatrixTable {
  readonly heads: readonly string[]
  /** The first cell of a row names it. */
  readonly rows: readonly (readonly string[])[]
  readonly legend: string
}

/** One sign a cell, as in the text. */
export function matrixWords({ rows, columns, cells, namespace }: Matrixed): MatrixTable {
  const at = new Map(cells.map((it) => [`${it.row} ${it.column}`, signOf(it)]))
  const used = new Set(at.values())
  return {
    heads: columns.map((it) => columnName(it, namespace)),
    rows: rows.map((it, row) => [
      rowName(it, namespace),
      ...columns.map((_, column) => at.get(`${row} ${column}`) ?? ' '),
    ]),
    legend: legend.flatMap(([sign, means]) => (used.has(sign) ? [`${sign} ${means}`] : [])).join(', '),
  }
}
