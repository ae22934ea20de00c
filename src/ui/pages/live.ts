import { verdict } from '../../report/formats/html/parts.ts'
import { type Markup, markup } from '../../report/formats/markup.ts'
import type { Live, Outcome, Told } from '../live.ts'
import { pageOf, refusal } from './layout.ts'

/** A run that goes on, or that came to no answer. A browser without scripts gets it again every few seconds. */
export function livePage(it: Live): string {
  const outcome = it.outcome()
  const url = `/run/${it.id}`
  if (outcome !== null && outcome.kind !== 'answer') return endedPage(it, outcome)
  const told = it.told()
  return pageOf({
    title: it.command,
    again: { seconds: 3, url },
    body: markup`<header><p class="quiet"><code>${it.command}</code></p><h1>A run goes on</h1></header>
<main data-events="${url}/events" data-after="${told.at(-1)?.id ?? 0}">
<p aria-live="polite"><span class="quiet">now:</span>
<span id="step">${told.findLast(isStep)?.line ?? 'it begins'}</span></p>
<section aria-labelledby="told-title"${told.some(isAnnounced) ? null : markup` hidden="hidden"`} id="announced">
<h2 id="told-title" tabindex="-1">What it does in the cluster</h2>
${announced(told)}</section>
<form method="post" action="${url}/agree" id="consent" class="note warning"${
      it.isAsking() ? null : markup` hidden="hidden"`
    }>
<p id="consent-words">Nothing of this is begun before you agree. It ends by itself, and what it made is removed.</p>
<p class="actions"><button class="first" name="yes" value="yes" aria-describedby="consent-words">Measure</button>
<button name="yes" value="no">Only what reading told</button></p></form>
<form method="post" action="${url}/stop" class="actions"><button>Stop</button></form>
<p class="quiet">When nobody looks at this page for half a minute, the run is stopped, and what it made is removed.</p>
</main>
`,
  })
}

function endedPage({ command, form, told }: Live, outcome: Exclude<Outcome, { kind: 'answer' }>): string {
  const its = told()
  const why =
    outcome.kind === 'refused'
      ? refusal(outcome.message, outcome.hint)
      : markup`<p class="note warning">${verdict('warning', 'stopped')}
${outcome.why}</p>
`
  return pageOf({
    title: command,
    body: markup`<header><p class="quiet"><code>${command}</code></p><h1>There is no answer</h1></header>
<main>${why}${
      its.some(isAnnounced)
        ? markup`<section aria-labelledby="told-title"><h2 id="told-title">What it did in the cluster</h2>
${announced(its)}</section>
`
        : null
    }<p><a href="/?${form}">Ask again</a></p></main>
`,
  })
}

/** What has to be said beside an answer: what was made and not seen to go, and that not all was seen. */
export function besideNote(told: readonly Told[], outcome: Outcome): Markup | null {
  const left = told.filter((it) => it.kind === 'left').map((it) => it.line)
  const late = outcome.kind === 'answer' && outcome.isLate ? [timeWasUp] : []
  if (left.length + late.length === 0) return null
  return markup`<section aria-label="beside the answer"><ul class="note error">
${[...left, ...late].map((it) => markup`<li>${it}</li>\n`)}</ul></section>
`
}

const timeWasUp = 'the time was up before everything was read: what is missing is not known'

const isStep = (it: Told): boolean => it.kind === 'step'
const isAnnounced = ({ kind }: Told): boolean => kind === 'announce' || kind === 'agreed' || kind === 'left'

function announced(told: readonly Told[]): Markup {
  return markup`<ul id="lines">${told.filter(isAnnounced).map((it) => markup`<li>${it.line}</li>\n`)}</ul>
`
}
