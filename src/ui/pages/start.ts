import type { Level } from '../../model/sources.ts'
import { type Markup, markup } from '../../report/formats/markup.ts'
import type { Allowed } from '../allowed.ts'
import type { Live } from '../live.ts'
import type { Run } from '../runs.ts'
import { pageOf, refusal } from './layout.ts'

interface Field {
  readonly name: string
  readonly label: string
  readonly like: string
}

interface Form {
  readonly ask: string
  readonly title: string
  readonly about: string
  readonly fields: readonly Field[]
}

/** What people say, and what has to be known of it. */
const forms: readonly Form[] = [
  { ask: 'dns', title: 'DNS is slow', about: 'The DNS servers, their Service, their settings.', fields: [] },
  {
    ask: 'service',
    title: 'A Service does not answer',
    about: 'Selector, ports, endpoints, policies before it.',
    fields: [{ name: 'target', label: 'Service', like: 'checkout' }],
  },
  {
    ask: 'ingress',
    title: 'An Ingress returns 5xx',
    about: 'From the host and path to the pods behind it.',
    fields: [{ name: 'target', label: 'URL, or name of the Ingress', like: 'https://shop.example.com/cart' }],
  },
  {
    ask: 'trace',
    title: 'A cannot reach B',
    about: 'Hop by hop, and where the path breaks.',
    fields: [
      { name: 'from', label: 'From', like: 'pod/web-1 or deploy/web' },
      { name: 'to', label: 'To', like: 'svc/db:5432 or a URL' },
    ],
  },
  { ask: 'everything', title: 'Everything in a namespace', about: 'When nobody knows where to begin.', fields: [] },
]

export interface Start {
  readonly allowed: Allowed
  readonly runs: readonly Run[]
  /** A run that goes on. */
  readonly live: Live | null
  /** A form as it was sent before, to be sent again with something changed. */
  readonly given: URLSearchParams
  /** Why the last form did not lead to a run. */
  readonly wrong: { readonly message: string; readonly hint: string | null } | null
}

export function startPage({ allowed, runs, live, given, wrong }: Start): string {
  const { named } = allowed
  const where = named === null ? 'no cluster: no kubeconfig names one' : `${named.context} / ${named.namespace}`
  return pageOf({
    title: "why can't A reach B?",
    body: markup`<header>
<p class="quiet">hopscope · ${where}</p>
<h1>Why can't A reach B?</h1>
</header>
<main>
${wrong === null ? null : refusal(wrong.message, wrong.hint)}${live === null ? null : goesOn(live)}${
      named === null ? noCluster : null
    }<div class="asks">${named === null ? [] : forms.map((it) => formOf(it, allowed, given))}${keptRuns(runs)}</div>
${namespaceList(allowed)}</main>
<footer class="quiet"><p>${mayDo(allowed)}</p></footer>
`,
  })
}

const noCluster = markup`<p class="note">There is no kubeconfig, so nothing can be asked here; runs can be read.</p>
`

function goesOn({ id, command }: Live): Markup {
  return markup`<p class="note">A run goes on: <a href="/run/${id}"><code>${command}</code></a></p>
`
}

function mayDo({ probe }: Allowed): string {
  const level = probe
    ? 'Runs read, and measure where you ask for it and agree to what they announce.'
    : 'Runs only read the cluster. Started with --allow-probe, they may also measure from short-lived pods.'
  const never = 'Nothing is ever changed from this page: a fix is a command to type.'
  return `${level} ${never} Ctrl-C where it was started ends it.`
}

function formOf({ ask, title, about, fields }: Form, allowed: Allowed, given: URLSearchParams): Markup {
  const was = (name: string): string => (given.get('ask') === ask ? (given.get(name) ?? '') : '')
  const id = (name: string): string => `${ask}-${name}`
  return markup`<form class="ask" method="post" action="/run" aria-labelledby="${id('title')}" autocomplete="off">
<h2 id="${id('title')}">${title}</h2>
<p class="quiet">${about}</p>
<input type="hidden" name="ask" value="${ask}"/>
${fields.map(
  (it) => markup`<div><label for="${id(it.name)}">${it.label}</label>
<input type="text" id="${id(it.name)}" name="${it.name}" required="required" maxlength="2000"
placeholder="${it.like}" value="${was(it.name)}" spellcheck="false" autocapitalize="off"/></div>
`,
)}<div><label for="${id('namespace')}">Namespace</label>
<input type="text" id="${id('namespace')}" name="namespace" list="namespaces" maxlength="253"
placeholder="${allowed.named?.namespace ?? 'default'}" value="${was('namespace')}"
spellcheck="false" autocapitalize="off"/></div>
${ask === 'everything' ? everyNamespace(allowed, was('all')) : null}${
    allowed.probe ? howFar(id('how'), was('how')) : null
  }
<button class="first">${ask === 'trace' ? 'Trace' : 'Diagnose'}</button>
</form>
`
}

function everyNamespace({ cluster }: Allowed, was: string): Markup {
  const ticked = cluster.allNamespaces === true || was === 'yes' ? markup` checked="checked"` : null
  return markup`<label class="tick"><input type="checkbox" name="all" value="yes"${ticked}/> every namespace</label>
`
}

const levels: readonly (readonly [level: Level, words: string])[] = [
  ['read', 'only read'],
  ['probe', 'measure, from short-lived pods'],
  ['node', "measure, and read the nodes' counters"],
]

function howFar(id: string, was: string): Markup {
  const options = levels.map(([level, words]) => {
    const chosen = level === was ? markup` selected="selected"` : null
    return markup`<option value="${level}"${chosen}>${words}</option>\n`
  })
  return markup`<div><label for="${id}">How far</label>
<select id="${id}" name="how">${options}</select></div>
`
}

function namespaceList({ namespaces }: Allowed): Markup {
  return markup`<datalist id="namespaces">${namespaces.map((it) => markup`<option value="${it}"></option>`)}</datalist>
`
}

function keptRuns(runs: readonly Run[]): Markup {
  const lines = runs.map((it) => markup`<li><a href="/run/${it.id}" data-step="data-step">${it.words}</a></li>\n`)
  return markup`<section class="ask" aria-labelledby="runs-title"><h2 id="runs-title">Kept runs</h2>
${
  runs.length === 0
    ? markup`<p>None yet. Each run, here and on the command line, leaves a file.</p>`
    : markup`<p class="quiet">The newest first. One is compared with another on its page.</p>
<ul class="runs">${lines}</ul>`
}</section>
`
}
