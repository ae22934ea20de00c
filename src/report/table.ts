import { stripVTControlCharacters } from 'node:util'

type Cells = readonly string[]

export interface Columns {
  /** Columns of numbers, by index: they end below each other. */
  readonly right?: readonly number[]
  /** The least width of a column, by index: what is printed apart from this table lines up with it. */
  readonly least?: readonly number[]
  readonly indent?: number
  readonly gap?: number
}

/** Rows as lines, each column as wide as its widest cell; a colour has no width. */
export function tableLines(
  rows: readonly Cells[],
  { right = [], least = [], indent = 2, gap = 2 }: Columns = {},
): Cells {
  const widths: number[] = [...least]
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell))
  const padded = (cell: string, at: number): string => {
    const blanks = ' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(cell)))
    return right.includes(at) ? `${blanks}${cell}` : `${cell}${blanks}`
  }
  return rows.map((row) => `${' '.repeat(indent)}${row.map(padded).join(' '.repeat(gap))}`.trimEnd())
}

/** What a row is called, and what it says: the words of all begin below each other. */
export function labelled(rows: readonly (readonly [string, string])[], width: number): Cells {
  return tableLines(rows, { least: [width], gap: 1 })
}

function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length
}
