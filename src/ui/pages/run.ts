import { besideWords } from '../../report/diagnosis/beside.ts'
import type { Call } from '../../report/called.ts'
import { type Answer, partsOf } from '../../report/formats/answer.ts'
import { html } from '../../report/formats/html.ts'
import { type Markup, markup } from '../../report/formats/markup.ts'
import type { Run } from '../runs.ts'
import { homeOf } from './layout.ts'

export interface RunPage {
  readonly id: string
  /** The run that it is compared with. */
  readonly since: string | null
  readonly answer: Answer
  readonly call: Call
  /** What it may be compared with. */
  readonly runs: readonly Run[]
  /** What stands above the report. */
  readonly note: Markup | null
}

/** The report, as the file that is mailed, under a bar. */
export function runPage({ id, since, answer, call, runs, note }: RunPage): string {
  const rest = since === null ? '' : `?since=${since}`
  const links = (['markdown', 'json', 'yaml'] as const).map(
    (it) => markup`<a href="/run/${id}/${it}${rest}">as ${it === 'markdown' ? 'Markdown' : it.toUpperCase()}</a>\n`,
  )
  const more = markup`
${links}<button type="button" hidden="hidden" data-copy="/run/${id}/markdown${rest}">Copy as Markdown</button>
${compareForm(id, since, runs)}`
  const home = homeOf(more)
  const words = since === null ? [] : comparedWords(answer, since)
  const compared =
    words.length === 0
      ? null
      : markup`<section aria-label="since the run that it is compared with">
${words.map((it) => markup`<p class="note">${it}</p>\n`)}</section>
`
  return html(answer, { call, home: { ...home, top: markup`${home.top}${note}${compared}` } })
}

/** The other run by its id: where its file is, is of no use here. */
function comparedWords(answer: Answer, since: string): readonly string[] {
  const { diagnosis } = partsOf(answer)
  const { baseline } = diagnosis
  return baseline === undefined ? [] : besideWords({ ...diagnosis, baseline: { ...baseline, run: since } })
}

function compareForm(id: string, since: string | null, runs: readonly Run[]): Markup | null {
  const own = runs.find((it) => it.id === id)
  // Of another namespace, all would be new, and all gone.
  const others = runs.filter((it) => it.id !== id && (it.of === own?.of || it.of === null || own?.of === null))
  if (own === undefined || others.length === 0) return null
  const options = others.map(
    (it) =>
      markup`<option value="${it.id}"${it.id === since ? markup` selected="selected"` : null}>${it.words}</option>\n`,
  )
  return markup`<form method="get" action="/run/${id}"><label for="since">compare with</label>
<select id="since" name="since">${options}</select> <button>Compare</button></form>
`
}
