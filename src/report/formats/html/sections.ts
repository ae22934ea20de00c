import { count, ms, some } from '../../../phrases.ts'
import { nameOf } from '../../name.ts'
import { captureLines } from '../../capture/capture-text.ts'
import { spansLines } from '../../spans/spans-text.ts'
import { isDoubtful, sentences } from '../../trace/trace-text.ts'
import { type Parts, type Path, type Reason, reasonsOf } from '../answer.ts'
import { type Markup, markup } from '../markup.ts'
import { hopWords, matrixWords, startOf } from '../sections.ts'
import { changed, type Mark, pre, table, verdict } from './parts.ts'

type Diagnosis = Parts['diagnosis']

/** The parts of a path, in the order in which a request meets them. */
const areas: readonly (readonly [name: string, prefixes: readonly string[]])[] = [
  ['Node', ['NOD']],
  ['DNS', ['DNS']],
  ['NetworkPolicy', ['POL']],
  ['Service', ['SVC']],
  ['Ingress, Gateway', ['ING', 'GTW']],
  ['Packets', ['PKT']],
  ['Unexplained', ['TRB']],
]

const marks = { ok: 'ok', broken: 'error', 'cannot-tell': 'cannot-tell', 'not-looked': 'not-applicable' } as const

/** The signature of a page: where on the path it breaks. Of a trace hop by hop, else part by part. */
export function strip({ trace, diagnosis }: Parts): Markup {
  if (trace === null)
    return markup`<ol class="strip" aria-label="the path, part by part">
${areas.map((it) => area(it, diagnosis))}</ol>
`
  const hops = trace.hops.map((it) => {
    const [name, word, seen, how] = hopWords(it)
    const mark = isDoubtful(it) ? 'warning' : marks[it.verdict]
    const line = it.how === 'config' || it.how === 'simulated' ? ` ${it.how}` : ''
    return markup`<li class="${mark}${line}"><b>${name}</b> ${verdict(mark, word)}
<span class="seen">${seen}${how === '' ? '' : ` · ${how}`}</span></li>
`
  })
  const { to } = trace
  return markup`<p>${startOf(trace)} to ${to}: ${trace.verdict}</p>
<ol class="strip" aria-label="the path, hop by hop">${hops}</ol>
<p class="quiet">solid line: measured; dashed: read from objects; dotted: worked out from policies</p>
${sentences(trace).map((it) => markup`<p>${it}</p>\n`)}`
}

function area([name, prefixes]: (typeof areas)[number], it: Diagnosis): Markup | string {
  const isOwn = (code: string): boolean => prefixes.some((prefix) => code.startsWith(prefix))
  const roots = it.findings.filter(({ code }) => isOwn(code))
  const codes = (its: readonly { readonly code: string }[]): number =>
    new Set(its.map(({ code }) => code).filter(isOwn)).size
  const [ok, unsure, unasked] = [it.ok.filter(isOwn).length, codes(it.cannotTell), codes(it.notAsked)]
  const crashed = codes(it.crashed)
  const caused = new Set(
    it.explained.filter(({ code }) => isOwn(code)).map((one) => `${one.code} ${nameOf(one.subject)}`),
  ).size
  if (roots.length + ok + unsure + unasked + crashed + caused === 0) return ''
  // That nothing is left unexplained is no part of a path.
  if (prefixes.includes('TRB') && roots.length + caused + crashed === 0) return ''
  const seen = [
    ...(roots.length > 0 ? [count(roots.length, 'finding')] : []),
    ...(caused > 0 ? [count(caused, 'consequence')] : []),
    ...(ok > 0 ? [`${ok} ok`] : []),
    ...(unsure > 0 ? [`${unsure} cannot tell`] : []),
    ...(crashed > 0 ? [`${crashed} crashed`] : []),
    ...(unasked > 0 ? [`${unasked} not asked`] : []),
  ]
  const mark = markOf({ worst: roots[0]?.severity ?? null, crashed, caused, unsure, ok })
  return markup`<li class="${mark}"><b>${name}</b> ${verdict(mark)}
<span class="seen">${seen.join(', ')}</span></li>
`
}

interface Sums {
  readonly worst: 'error' | 'warning' | 'info' | null
  readonly crashed: number
  readonly caused: number
  readonly unsure: number
  readonly ok: number
}

/** Never better than what was not seen. */
function markOf({ worst, crashed, caused, unsure, ok }: Sums): Mark {
  if (worst === 'error' || worst === 'warning') return worst
  if (crashed > 0) return 'crashed'
  if (caused > 0) return 'warning'
  if (unsure > 0) return 'cannot-tell'
  if (worst !== null) return worst
  return ok > 0 ? 'ok' : 'not-asked'
}

/** Nodes across, paths down: which column or which row is bad says where it sits. */
export function paths({ dns }: Parts): Markup | null {
  if (dns === null) return null
  if (!dns.paths.known) {
    const { reason, detail } = dns.paths.why
    return reason === 'not-asked' ? null : section('Node by path', markup`<p>Not measured: ${detail}.</p>`)
  }
  const its = dns.paths.value
  if (its.length === 0) return null
  const nodes = [...new Set(its.map((it) => it.node))]
  const rows = [...Map.groupBy(its, pathOf)].map(([path, of]) => [
    path,
    ...nodes.map((node) => {
      const cells = of.filter((it) => it.node === node).map(cell)
      return cells.length === 0 ? '' : markup`${cells}`
    }),
  ])
  return section(
    'Node by path',
    markup`${table({ caption: 'lost lookups and times of each node and path', heads: ['path', ...nodes], rows })}
${conntrack(dns)}`,
  )
}

function pathOf({ server, transport, method, libc, zone }: Path): string {
  const to = server.role === 'service' ? `Service ${server.ip}` : (server.pod ?? `${server.role} ${server.ip}`)
  const names = zone === 'cluster' ? 'cluster names' : 'outside names'
  return `${to} · ${[transport, method, ...(libc === null ? [] : [libc])].join(' ')} · ${names}`
}

function cell({ failed, lookups, p99Ms }: Path): Markup {
  const word = lookups === 0 ? 'no lookup' : `${failed} of ${lookups} lost`
  const slow = p99Ms === null ? '' : `, p99 ${ms(p99Ms)}`
  if (lookups === 0) return markup`<div>${verdict('cannot-tell', word)}</div>`
  return markup`<div>${verdict(failed > 0 ? 'error' : 'ok', word)}${slow}</div>`
}

function conntrack({ conntrack: its }: NonNullable<Parts['dns']>): Markup | null {
  if (!its.known || its.value.length === 0) return null
  const value = (it: number | null): string => (it === null ? 'not counted' : changed(it))
  return table({
    caption: 'conntrack counters',
    heads: ['conntrack on', 'insert_failed', 'drop', 'clash_resolve', 'table'],
    rows: its.value.map((it) => [
      it.node,
      value(it.insertFailed),
      value(it.drop),
      value(it.clashResolve),
      it.entries === null || it.max === null ? 'unknown' : `${it.entries} of ${it.max}`,
    ]),
    numbers: [1, 2, 3, 4],
  })
}

export function matrix({ matrix: its }: Parts): Markup | null {
  if (its === null) return null
  const { heads, rows, legend } = matrixWords(its)
  const shown = rows.map((row) => row.map((it, at) => (at === 0 ? it : markup`<span class="mono">${it}</span>`)))
  const made = table({ caption: 'who reaches whom', heads: ['from', ...heads], rows: shown })
  return section('Who reaches whom', markup`${made}<p class="quiet">${legend}</p>`)
}

export function capture({ capture: its }: Parts): Markup | null {
  return its === null ? null : section('What was captured', pre(captureLines(its)))
}

export function spans({ spans: its }: Parts): Markup | null {
  return its === null ? null : section('What the traces say', pre(spansLines(its)))
}

/** Silence is not health: what was not seen has as much of a place as what was. */
export function unseen(it: Diagnosis): Markup {
  const { cannotTell, notAsked, crashed, ignored, ok, notApplicable } = it
  return markup`${reasons('Could not tell', 'cannot-tell', reasonsOf(cannotTell))}${reasons(
    'Not asked',
    'not-asked',
    reasonsOf(notAsked),
  )}${crashed.map(
    ({ code, stack }) =>
      markup`<h3>${verdict('crashed')} ${code}: a bug in hopscope, which says nothing of it</h3>
${pre(stack.split('\n'))}`,
  )}${folded('ignored', ignored)}${folded('ok', ok)}${folded('not applicable', notApplicable)}`
}

function reasons(title: string, mark: Mark, its: readonly Reason[]): Markup | null {
  if (its.length === 0) return null
  const rows = its.map(({ codes, why, settle }) => [some(codes, 12), why, settle ?? ''])
  return markup`<h3>${verdict(mark, title.toLowerCase())}</h3>
${table({ caption: title, heads: ['checks', 'why', 'what would settle it'], rows })}`
}

function folded(word: string, codes: readonly string[]): Markup | null {
  return codes.length === 0
    ? null
    : markup`<details><summary>${codes.length} ${word}</summary><p class="mono">${codes.join(' ')}</p></details>\n`
}

export function section(title: string, inside: Markup): Markup {
  return markup`<section><h2>${title}</h2>\n${inside}</section>\n`
}
