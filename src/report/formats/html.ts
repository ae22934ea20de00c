import { createHash } from 'node:crypto'
import { besideWords } from '../diagnosis/beside.ts'
import type { Call } from '../called.ts'
import { type Answer, countsOf, type Parts, partsOf } from './answer.ts'
import { findings } from './html/finding.ts'
import { type Mark, verdict } from './html/parts.ts'
import { capture, matrix, paths, section, spans, strip, unseen } from './html/sections.ts'
import { style } from './html/style.ts'
import { targets } from './html/targets.ts'
import { type Markup, markup } from './markup.ts'
import { plain } from './plain.ts'

/**
 * Nothing is loaded, nothing runs: the page has no script, its one style is named by its hash, and whatever somebody
 * managed to write into it would be refused by the browser as well.
 */
const policy = `default-src 'none'; style-src ${sourceOf(style)}; base-uri 'none'; form-action 'none'`

const alone = markup`<meta http-equiv="Content-Security-Policy" content="${policy}"/>
<meta name="referrer" content="no-referrer"/>
`

/** Where the page stands when it is no file of its own: what its head has in place of ours, and what is above it. */
export interface Home {
  readonly head: Markup
  readonly top: Markup
}

/** A text by its hash, as a Content-Security-Policy names what it lets in. */
export function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** One file, to be mailed, opened without a network, and printed; or, at home, a page. Well-formed as XML, too. */
export function html(answer: Answer, { call, home }: { readonly call: Call; readonly home?: Home }): string {
  const parts = partsOf(answer)
  const { diagnosis } = parts
  const found = diagnosis.findings.length
  const body = markup`<head>
<meta charset="utf-8"/>
${home === undefined ? alone : home.head}<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>hopscope: ${diagnosis.headline}</title>
<style>`
  const rest = markup`</style>
</head>
<body>
${home === undefined ? null : home.top}<header>
<p class="quiet">hopscope · ${where(diagnosis)}</p>
<h1>${diagnosis.headline}</h1>
<ul class="chips">${chips(diagnosis)}</ul>
</header>
<main>
${targets(parts)}${section('The path', strip(parts))}${
    found === 0 ? null : section('Findings', findings(diagnosis, call))
  }${paths(parts)}${matrix(parts)}${capture(parts)}${spans(parts)}${section(
    'What was seen, and what was not',
    seen(diagnosis),
  )}</main>
<footer class="quiet">${facts(diagnosis)}</footer>
</body>
`
  return `<!DOCTYPE html>\n<html lang="en">\n${body.toString()}${style}${rest.toString()}</html>\n`
}

function where({ cluster, scope }: Parts['diagnosis']): string {
  const target = scope.target.kind === 'object' ? ` · ${scope.target.object.kind} ${scope.target.object.name}` : ''
  return `${cluster.context} / ${scope.namespace ?? 'every namespace'}${target}`
}

function chips(diagnosis: Parts['diagnosis']): readonly Markup[] {
  const counts = countsOf(diagnosis)
  const of = (severity: string): number => diagnosis.findings.filter((it) => it.severity === severity).length
  const all: readonly (readonly [Mark, number])[] = [
    ['error', of('error')],
    ['warning', of('warning')],
    ['info', of('info')],
    ['crashed', counts['crashed'] ?? 0],
    ['ok', counts['ok'] ?? 0],
    ['cannot-tell', counts['cannot-tell'] ?? 0],
    ['not-asked', counts['not-asked'] ?? 0],
    ['not-applicable', counts['not-applicable'] ?? 0],
  ]
  return all.flatMap(([mark, count]) => (count === 0 ? [] : [markup`<li>${count} ${verdict(mark)}</li>\n`]))
}

function seen(diagnosis: Parts['diagnosis']): Markup {
  const { lookedAt } = diagnosis
  const words = besideWords(diagnosis).map((it) => markup`<p>${it}</p>\n`)
  return markup`${words}${lookedAt === '' ? null : markup`<p>Looked at: ${lookedAt}.</p>\n`}${unseen(diagnosis)}`
}

function facts({ cluster, scope, started, durationMs }: Parts['diagnosis']): Markup {
  const rows: readonly (readonly [string, string])[] = [
    ['cluster', `${cluster.context}, ${cluster.version}`],
    ['access', levels[scope.level]],
    ['begun', started ?? 'not known'],
    ['took', durationMs === null ? 'not known' : `${(durationMs / 1000).toFixed(1)} s`],
    ['made by', `hopscope ${plain(cluster.tool)}`],
  ]
  return markup`<dl>${rows.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>`
}

const levels = { read: 'read only', probe: '--probe', node: '--node-access' } as const
