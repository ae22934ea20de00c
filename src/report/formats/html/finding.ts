import { count } from '../../../phrases.ts'
import type { Call } from '../../called.ts'
import { nameOf } from '../../name.ts'
import type { Found, Parts } from '../answer.ts'
import { type Markup, markup } from '../markup.ts'
import { helpOf, typed } from '../words.ts'
import { evidence } from './evidence.ts'
import { pre, table, verdict } from './parts.ts'

/** In characters: a page that holds every evidence of thousands of findings would be too heavy to mail and to open. */
const mostInFull = 900_000
const mostInAll = 1_200_000

/** The worst in full, as many as the page bears; of the rest a line each, then their number. Nothing goes unsaid. */
export function findings({ findings: its, explained }: Parts['diagnosis'], call: Call): Markup {
  const caused = Map.groupBy(explained, (it) => it.cause)
  const full: Markup[] = []
  let size = 0
  for (const it of its) {
    const one = article(it, caused.get(it.id) ?? [], call)
    size += one.toString().length
    if (size > mostInFull && full.length > 0) break
    full.push(one)
  }
  const lines = its.slice(full.length).map((it) => [verdict(it.severity), it.code, it.title, nameOf(it.subject)])
  let room = mostInAll - mostInFull
  const shown = lines.filter((row) => {
    room -= row.reduce((sum, cell) => sum + cell.toString().length + 40, 0)
    return room > 0
  })
  const left = lines.length - shown.length
  return markup`${full}${
    shown.length === 0
      ? null
      : markup`<h3>${count(lines.length, 'more finding')}, in short</h3>
${table({ caption: 'more findings', heads: ['severity', 'code', 'what', 'where'], rows: shown })}`
  }${left === 0 ? null : markup`<p>And ${count(left, 'more finding')}: -o json has them.</p>`}`
}

function article(it: Found, caused: Parts['diagnosis']['explained'], call: Call): Markup {
  const { sentence, steps } = helpOf(it, call)
  const isSaid = (verb: string): boolean => steps.some((step) => step.includes(` ${verb} `))
  const more = [
    ...(it.remedies.length === 0 || isSaid('fix') ? [] : [typed(`hopscope fix ${it.code} --plan`, call)]),
    ...(isSaid('explain') ? [] : [typed(`hopscope explain ${it.code}`, call)]),
  ]
  return markup`<article class="${it.severity}" id="${it.id}" aria-labelledby="${it.id}-title">
<h3 id="${it.id}-title">${verdict(it.severity)} <code>${it.code}</code> ${it.title}: ${nameOf(it.subject)}</h3>
<p>${it.text}</p>
<p class="quiet">${it.confidence} · ${it.detail}</p>
${it.evidence.length === 0 ? null : markup`<h4>Evidence</h4>\n`}${it.evidence.map(evidence)}${
    it.note === null ? null : markup`<h4>Why</h4><p>${it.note}</p>\n`
  }<h4>Fix</h4>
${sentence === null ? null : markup`<p>${sentence}</p>\n`}${pre([...steps, ...more])}${
    caused.length === 0 ? null : consequences(caused)
  }</article>
`
}

/** As many of what one cause brings about are named. */
const mostCaused = 50

function consequences(its: Parts['diagnosis']['explained']): Markup {
  const lines = [...new Map(its.map((it) => [`${it.code} ${nameOf(it.subject)}`, it])).values()]
  const more = lines.length - mostCaused
  return markup`<h4>Causes</h4>
<ul class="plain">${lines
    .slice(0, mostCaused)
    .map(
      (it) => markup`<li>${verdict(it.severity)} <code>${it.code}</code> ${it.title}: ${nameOf(it.subject)}</li>\n`,
    )}${more > 0 ? markup`<li>and ${more} more</li>` : null}</ul>
`
}
