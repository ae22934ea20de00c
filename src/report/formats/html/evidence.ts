import { bucketsOf } from '../../histogram.ts'
import { nameOf } from '../../name.ts'
import type { Found } from '../answer.ts'
import { type Markup, markup } from '../markup.ts'
import { changed, pre, table } from './parts.ts'

type Evidence = Found['evidence'][number]
type Of<K extends Evidence['kind']> = Extract<Evidence, { kind: K }>

export function evidence(it: Evidence): Markup {
  switch (it.kind) {
    case 'latency':
      return latency(it)
    case 'counters':
      return counters(it)
    case 'shares':
      return table({
        caption: it.label,
        heads: [it.label, 'how many', 'remark'],
        rows: it.rows.map((row) => [row.where, `${row.bad} of ${row.of}`, row.note]),
      })
    case 'exchange':
      return table({
        caption: it.label,
        heads: ['after', it.label],
        rows: it.rows.map((row) => [`${(row.at / 1000).toFixed(3)} s`, row.text]),
      })
    case 'config':
      return config(it)
    case 'log':
      return markup`<p>${it.source} said</p>${pre(it.lines)}`
    case 'fact':
      return markup`<p><span class="quiet">${it.label}:</span> ${it.value}</p>\n`
  }
}

/** Bars as long as the text draws them, on a log scale; a resolver's timeout is said, and not only red. */
function latency(it: Of<'latency'>): Markup {
  const rows = bucketsOf(it).map(({ label, count, share, isApart, meaning }) => {
    const kind = meaning === null ? null : markup` class="tooth"`
    const bar = markup`<svg${kind} viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
<rect width="${Math.max(1, share * 100).toFixed(1)}" height="1"/></svg>`
    const said = meaning === null ? null : markup`<span class="error">← ${meaning}</span>`
    const gap = isApart ? markup`<tr><th scope="row" class="number">⋮</th><td colspan="3">none</td></tr>\n` : null
    return markup`${gap}<tr><th scope="row" class="number">${label}</th><td class="bar">${bar}</td>
<td class="number">${count}</td><td>${said}</td></tr>
`
  })
  return markup`<p>${it.label} (${it.samples.length}, bars on a log scale)</p>
<table class="hist"><thead hidden="hidden"><tr><th scope="col">up to</th><th scope="col">bar</th>
<th scope="col">lookups</th><th scope="col">what it is</th></tr></thead><tbody>${rows}</tbody></table>
`
}

function counters(it: Of<'counters'>): Markup {
  const names = [...new Set(it.rows.flatMap((row) => Object.keys(row.values)))]
  return table({
    caption: it.label,
    heads: [`${it.label}, ${(it.windowMs / 1000).toFixed(1)} s`, ...names],
    rows: it.rows.map((row) => [row.where, ...names.map((name) => counted(row.values[name] ?? null))]),
    numbers: names.map((_, at) => at + 1),
  })
}

function counted(value: number | null): string {
  return value === null ? 'unknown' : changed(value)
}

/** The user's own lines, with what is wrong marked, and said beside it. */
function config({ object, path, lines, at, mark, label }: Of<'config'>): Markup {
  const shown = lines.map((line, index) => {
    const start = index === at && mark !== '' ? line.lastIndexOf(mark) : -1
    if (start === -1) return index === at ? markup`${line}  ← ${label}` : line
    const [before, after] = [line.slice(0, start), line.slice(start + mark.length)]
    return markup`${before}<mark>${mark}</mark>${after}  ← ${label}`
  })
  return markup`<p>${nameOf(object)}, ${path}</p>${pre(shown)}`
}
