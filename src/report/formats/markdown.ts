import { count, ms, some } from '../../phrases.ts'
import type { Severity } from '../../findings/verdict.ts'
import type { Call } from '../called.ts'
import { captureLines } from '../capture/capture-text.ts'
import { spansLines } from '../spans/spans-text.ts'
import { besideWords } from '../diagnosis/beside.ts'
import { nameOf } from '../name.ts'
import { type Answer, countsOf, type Found, type Parts, type Path, partsOf, type Reason, reasonsOf } from './answer.ts'
import { plain } from './plain.ts'
import { hopWords, matrixWords, startOf } from './sections.ts'
import { evidenceOf, helpOf } from './words.ts'

const glyphs: Readonly<Record<Severity, string>> = { error: '✗', warning: '!', info: 'i' }

/** For a ticket, a pull request and a chat: the answer, a section for each root cause, and what was not seen. */
export function markdown(answer: Answer, { call }: { readonly call: Call }): string {
  const parts = partsOf(answer)
  const { diagnosis } = parts
  return `${[
    `## ${inline(diagnosis.headline)}`,
    `${tally(diagnosis)}${diagnosis.lookedAt === '' ? '' : ` Looked at: ${inline(diagnosis.lookedAt)}.`}`,
    ...targets(parts),
    ...trace(parts),
    ...diagnosis.findings.flatMap((it) => finding(it, diagnosis.explained, call)),
    ...paths(parts),
    ...matrix(parts),
    ...capture(parts),
    ...spans(parts),
    ...unseen('Could not tell', reasonsOf(diagnosis.cannotTell)),
    ...unseen('Not asked', reasonsOf(diagnosis.notAsked)),
    ...crashed(diagnosis),
    ...beside(diagnosis),
    footer(diagnosis),
  ].join('\n\n')}\n`
}

function tally(diagnosis: Parts['diagnosis']): string {
  const counts = countsOf(diagnosis)
  const rest = ['cannot-tell', 'not-asked', 'not-applicable', 'ignored', 'crashed'] as const
  return [
    count(diagnosis.findings.length, 'finding'),
    `${counts['ok']} ok`,
    ...rest.filter((it) => (counts[it] ?? 0) > 0).map((it) => `${counts[it]} ${it.replace('-', ' ')}`),
  ]
    .join(' · ')
    .concat('.')
}

function finding(it: Found, explained: Parts['diagnosis']['explained'], call: Call): readonly string[] {
  const { sentence, steps } = helpOf(it, call)
  const caused = explained.filter((one) => one.cause === it.id)
  return [
    `### ${glyphs[it.severity]} ${it.severity} ${code(it.code)} ${inline(it.title)}: ${code(nameOf(it.subject))}`,
    `${inline(it.text)}\n${inline(it.detail)} (${it.confidence})`,
    ...it.evidence.slice(0, 3).map((one) => fenced(evidenceOf(one))),
    ...(it.note === null ? [] : [`Why: ${inline(it.note)}`]),
    ...(sentence === null ? [] : [`Fix: ${inline(sentence)}`]),
    ...(steps.length === 0 ? [] : [fenced(steps)]),
    ...(caused.length === 0 ? [] : [[...new Set(caused.map(causes))].join('\n')]),
  ]
}

function causes(it: Found): string {
  return `- causes ${code(it.code)} ${inline(it.title)}: ${code(nameOf(it.subject))}`
}

function targets({ targets: all }: Parts): readonly string[] {
  if (all === null) return []
  const words = { findings: 'findings', ok: 'ok', 'cannot-tell': 'cannot tell', crashed: 'crashed' } as const
  const rows = all.map(({ target, diagnosis: { verdict, headline } }) => [target, words[verdict], headline].map(inline))
  return [table(['target', 'verdict', 'answer'], rows)]
}

function trace({ trace: way }: Parts): readonly string[] {
  if (way === null) return []
  const rows = way.hops.map((it, index) => [String(index + 1), ...hopWords(it).map(inline)])
  return [
    `From ${code(startOf(way))} to ${code(way.to)}: ${way.verdict}.`,
    table(['', 'hop', 'verdict', 'seen', 'how'], rows),
  ]
}

/** More than these are for the machine's formats. */
const mostRows = 60

function paths({ dns }: Parts): readonly string[] {
  if (dns === null || !dns.paths.known || dns.paths.value.length === 0) return []
  const its = dns.paths.value
  const time = (value: number | null): string => (value === null ? '-' : ms(value))
  const row = (it: Path): readonly string[] => [
    inline(it.node),
    inline(it.server.pod ?? `${it.server.role} ${it.server.ip}`),
    [it.transport, it.method, ...(it.libc === null ? [] : [it.libc])].join(' '),
    it.zone === 'cluster' ? 'cluster' : 'outside',
    `${it.failed} of ${it.lookups}`,
    time(it.p50Ms),
    time(it.p99Ms),
    time(it.maxMs),
  ]
  const heads = ['node', 'server', 'how', 'names', 'lost', 'p50', 'p99', 'max']
  const more = its.length - mostRows
  return [
    '### Node by path',
    table(heads, its.slice(0, mostRows).map(row)),
    ...(more > 0 ? [`And ${count(more, 'more path')}: \`-o json\` has them.`] : []),
  ]
}

function matrix({ matrix: whole }: Parts): readonly string[] {
  if (whole === null) return []
  const { heads, rows, legend } = matrixWords(whole)
  return [
    '### Who reaches whom',
    table(
      ['', ...heads.map(inline)],
      rows.map((its) => its.map(inline)),
    ),
    legend,
  ]
}

function capture({ capture: its }: Parts): readonly string[] {
  return its === null ? [] : ['### What was captured', fenced(captureLines(its))]
}

function spans({ spans: its }: Parts): readonly string[] {
  return its === null ? [] : ['### What the traces say', fenced(spansLines(its))]
}

function unseen(title: string, reasons: readonly Reason[]): readonly string[] {
  if (reasons.length === 0) return []
  const lines = reasons.map(({ codes, why, settle }) => {
    const way = settle === null ? '' : `: ${code(settle)}`
    return `- ${inline(some(codes, 8))}: ${inline(why)}${way}`
  })
  return [`### ${title}`, lines.join('\n')]
}

function crashed({ crashed: its }: Parts['diagnosis']): readonly string[] {
  return its.length === 0
    ? []
    : [`Crashed, which is a bug in hopscope: ${inline(its.map((it) => it.code).join(', '))}.`]
}

function beside(diagnosis: Parts['diagnosis']): readonly string[] {
  const words = besideWords(diagnosis)
  return words.length === 0 ? [] : [words.map((it) => `- ${inline(it)}`).join('\n')]
}

function footer({ cluster, scope, started }: Parts['diagnosis']): string {
  const where = scope.namespace === null ? 'every namespace' : `namespace ${code(scope.namespace)}`
  const when = started === null ? '' : `, ${inline(started)}`
  return `hopscope ${inline(cluster.tool)}, context ${code(cluster.context)}, ${where}${when}`
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n')
}

/**
 * Text in a line of Markdown, where no character of it has a meaning. `<` and `&` as entities: what is no tag for one
 * reader of Markdown is one for another. Whoever stands behind `@` would be told that he was mentioned, and an address
 * would become a link: something without a width breaks both.
 */
function inline(text: string): string {
  return plain(text)
    .replaceAll(/[\\`*_[\]|~$]/g, String.raw`\$&`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '@&#8203;')
    .replaceAll(/\b(?:https?|ftp|mailto|xmpp)(?=:)|\bwww(?=\.)/gi, '$&&#8203;')
    .trim()
    .replace(/^[#+=-]/, String.raw`\$&`)
    .replace(/^(\d+)([.)])/, String.raw`$1\$2`)
}

/** A name or a command in a line, outside of tables: a pipe would end their cells, in code as well (GFM, 4.10). */
function code(text: string): string {
  const shown = plain(text).replaceAll('\t', ' ')
  const ticks = '`'.repeat(longestRun(shown) + 1)
  const pad = /^`|`$|^ .* $/.test(shown) ? ' ' : ''
  return shown.trim() === '' ? '' : `${ticks}${pad}${shown}${pad}${ticks}`
}

function fenced(lines: readonly string[]): string {
  const fence = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1))
  return [`${fence}text`, ...lines.map(plain), fence].join('\n')
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((it) => it.length))
}
