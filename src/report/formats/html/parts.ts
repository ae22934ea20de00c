import { type Markup, markup } from '../markup.ts'

export type Mark = 'error' | 'warning' | 'info' | 'ok' | 'cannot-tell' | 'not-asked' | 'not-applicable' | 'crashed'

const signs: Readonly<Record<Mark, string>> = {
  error: '✗',
  warning: '!',
  info: 'i',
  ok: '✓',
  'cannot-tell': '?',
  'not-asked': '-',
  'not-applicable': '-',
  crashed: '✗',
}

const words: Readonly<Record<Mark, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'info',
  ok: 'ok',
  'cannot-tell': 'cannot tell',
  'not-asked': 'not asked',
  'not-applicable': 'not applicable',
  crashed: 'crashed',
}

/** A verdict: its sign, which a screen reader need not read, and its word. */
export function verdict(mark: Mark, word = words[mark]): Markup {
  return markup`<span class="${mark}"><span class="sign" aria-hidden="true">${signs[mark]}</span> ${word}</span>`
}

export interface Table {
  readonly caption: string
  readonly heads: readonly string[]
  readonly rows: readonly (readonly (string | Markup)[])[]
  /** Columns of numbers. */
  readonly numbers?: readonly number[]
}

/** The first cell of each row is what the row is about. */
export function table({ caption, heads, rows, numbers = [] }: Table): Markup {
  const kind = (at: number): Markup | null => (numbers.includes(at) ? markup` class="number"` : null)
  const head = heads.map((it, at) => markup`<th scope="col"${kind(at)}>${it}</th>`)
  const body = rows.map(([first = '', ...rest]) => {
    const cells = rest.map((it, at) => markup`<td${kind(at + 1)}>${it}</td>`)
    return markup`<tr><th scope="row">${first}</th>${cells}</tr>\n`
  })
  return markup`<div class="wide" role="region" aria-label="${caption}" tabindex="0"><table>
<thead><tr>${head}</tr></thead>
<tbody>${body}</tbody></table></div>
`
}

export function pre(lines: readonly (string | Markup)[]): Markup {
  return markup`<pre>${lines.map((it) => markup`${it}\n`)}</pre>\n`
}

/** By how much a counter rose. */
export function changed(value: number): string {
  return value > 0 ? `+${value}` : String(value)
}
