import type { LogGroup, LogSummary, ServerUse, Spread, WhoCounts } from '../../answers/tail/log-summary.ts'
import type { WhoSaid } from '../../answers/tail/who-said.ts'
import type { OtherLine } from '../../wire/access-log/reader.ts'
import { count, ms, percent } from '../../phrases.ts'
import type { Paint } from '../paint.ts'
import { cutCount, cutHelp, cutLines, cutText } from './cut-text.ts'
import { keptNotes, keptText } from './kept-text.ts'
import { tableLines } from '../table.ts'
import { page } from '../visible.ts'

const words: Readonly<Record<WhoSaid, string>> = {
  application: 'said by the application',
  controller: 'said by the controller itself',
  'none-available': 'no upstream was available',
  refused: 'refused by the upstream',
  'timed-out': 'timed out at the upstream',
  'broke-off': 'broken off by the upstream',
  'no-answer': 'not answered by the upstream, the line does not say why',
  'client-left': 'the client left',
  unknown: 'the format does not say by whom',
}

const short: Readonly<Record<WhoSaid, string>> = {
  application: 'application',
  controller: 'controller',
  'none-available': 'none available',
  refused: 'refused',
  'timed-out': 'timed out',
  'broke-off': 'broke off',
  'no-answer': 'no answer',
  'client-left': 'client left',
  unknown: 'unknown',
}

/** A screen: the worst groups, the busiest, the servers that failed. */
const shownErrors = 12
const shownTimes = 8
const shownServers = 8

/** The answer first, then whom it comes from, then where the time went. */
export function logSummaryText(summary: LogSummary, paint: Paint): string {
  const { lines } = summary
  if (lines.requests === 0)
    return page(
      [
        `${paint.mark('cannot-tell')} No line of a request was read: ${otherLines(summary)}.`,
        ...noRequestHelp(summary),
      ],
      paint,
    )
  return page(
    [
      ...verdict(summary, paint),
      ...unreadMost(summary, paint),
      ...errorTable(summary.groups, paint),
      ...timeTable(summary.groups, paint),
      ...serverTable(summary.servers, paint),
      ...rest(summary, paint),
    ],
    paint,
  )
}

function verdict(summary: LogSummary, paint: Paint): readonly string[] {
  const { lines, serverErrors, who } = summary
  const span = spanOf(summary)
  const kept = keptText(summary)
  const cut = cutLines(summary)
  if (serverErrors === 0 && cut.length > 0)
    return [
      `${paint.mark('error')} ${cutCount(summary)} of ${count(lines.requests, 'request')} ` +
        `(${percent(cutCount(summary), lines.requests)}) ended in the middle${span}, and none with a server error:`,
      ...cut,
      ...(kept === null ? [] : [`  ${kept}.`]),
    ]
  if (serverErrors === 0)
    return [
      `${paint.mark(kept === null ? 'ok' : 'warning')} None of ${count(lines.requests, 'request')} ended with a ` +
        `server error${span}${kept === null ? '' : `; ${kept}`}.`,
    ]
  return [
    `${paint.mark('error')} ${serverErrors} of ${count(lines.requests, 'request')} ` +
      `(${percent(serverErrors, lines.requests)}) ended with a server error${span}:`,
    ...tableLines(
      entries(who).map(([it, times]) => [String(times), words[it]]),
      { right: [0], indent: 4 },
    ),
    ...(cut.length === 0 ? [] : [`  ${count(cutCount(summary), 'request')} more ended in the middle:`, ...cut]),
    ...(kept === null ? [] : [`  ${kept}.`]),
  ]
}

/**
 * More than half of the lines was read by no format, and is no word of the controller of itself either: what
 * is counted is of the rest alone.
 */
function unreadMost(summary: LogSummary, paint: Paint): readonly string[] {
  const { requests, errors, other, others } = summary.lines
  const all = requests + errors + other
  const strange = (others.text ?? 0) + (others['too-long'] ?? 0) + (others.object ?? 0)
  if (strange * 2 < all) return []
  return [
    `${paint.mark('cannot-tell')} That is of ${count(requests, 'request')} alone: ${strange} of ${all} lines ` +
      `(${percent(strange, all)}) are of no known format, and may be of requests as well: --format`,
  ]
}

function spanOf({ from, to }: LogSummary): string {
  if (from === null || to === null) return ''
  return ` from ${time(from)} to ${time(to)}`
}

/** `2026-11-28 10:56:37Z` */
function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z`
}

function entries(who: WhoCounts): readonly (readonly [WhoSaid, number])[] {
  const all = Object.entries(who) as readonly (readonly [WhoSaid, number])[]
  return all.toSorted(([, a], [, b]) => b - a)
}

function errorTable(groups: readonly LogGroup[], paint: Paint): readonly string[] {
  const bad = groups.filter((it) => Object.keys(it.who).length + Object.keys(it.cut).length > 0)
  if (bad.length === 0) return []
  const rows = bad
    .slice(0, shownErrors)
    .map((it) => [
      String(it.requests),
      String(it.status ?? '-'),
      ownerOf(it),
      it.path ?? '(others)',
      it.backend ?? '?',
      [whoText(it.who), cutText(it.cut)].filter((text) => text !== '').join(', '),
      it.total === null ? '' : `p50 ${ms(it.total.p50)}`,
    ])
  return [
    '',
    ...tableLines([['TIMES', 'STATUS', ownerWord(bad), 'PATH', 'BACKEND', 'FROM WHOM', ''], ...rows], { right: [0] }),
    ...more(bad.length - shownErrors, paint),
  ]
}

function whoText(who: WhoCounts): string {
  const all = entries(who)
  const [first] = all
  if (all.length === 1 && first !== undefined) return short[first[0]]
  return all.map(([it, times]) => `${short[it]} ${times}`).join(', ')
}

function timeTable(groups: readonly LogGroup[], paint: Paint): readonly string[] {
  const timed = groups.filter((it) => it.total !== null).toSorted((a, b) => b.requests - a.requests)
  if (timed.length === 0) return []
  const parts = ['queue', 'connect', 'header', 'body', 'upstream'] as const
  const told = parts.filter((part) => timed.some((it) => it[part] !== null))
  const rows = timed
    .slice(0, shownTimes)
    .map((it) => [
      String(it.requests),
      String(it.status ?? '-'),
      ownerOf(it),
      it.path ?? '(others)',
      ...(['p50', 'p95', 'p99'] as const).map((at) => spreadText(it.total, at)),
      ...told.map((part) => spreadText(it[part], 'p95')),
    ])
  const numbers = Array.from({ length: 3 + told.length }, (_, at) => at + 4)
  return [
    '',
    ...tableLines(
      [
        [
          'TIMES',
          'STATUS',
          ownerWord(timed),
          'PATH',
          'P50',
          'P95',
          'P99',
          ...told.map((it) => `${it.toUpperCase()} P95`),
        ],
        ...rows,
      ],
      { right: [0, ...numbers] },
    ),
    ...more(timed.length - shownTimes, paint),
  ]
}

/** Its host, and where the format has none, the route that took it. */
function ownerOf({ host, route }: LogGroup): string {
  return host ?? route ?? '?'
}

function ownerWord(groups: readonly LogGroup[]): string {
  return groups.some((it) => it.host === null && it.route !== null) ? 'HOST, ROUTE' : 'HOST'
}

function spreadText(it: Spread | null, at: 'p50' | 'p95' | 'p99'): string {
  return it === null ? '-' : ms(it[at])
}

function serverTable(servers: readonly ServerUse[], paint: Paint): readonly string[] {
  const bad = servers.filter((it) => it.failed > 0)
  if (bad.length === 0) return []
  const rows = bad
    .slice(0, shownServers)
    .map((it) => [it.address, `${it.failed} of ${it.tries}`, whoText(it.who), spreadText(it.time, 'p99')])
  return [
    '',
    ...tableLines([['SERVER', 'FAILED TRIES', 'HOW', 'P99'], ...rows], { right: [3] }),
    ...more(bad.length - shownServers, paint),
  ]
}

function more(left: number, paint: Paint): readonly string[] {
  return left > 0 ? [paint.dim(`  and ${left} more: -o json`)] : []
}

function rest(summary: LogSummary, paint: Paint): readonly string[] {
  const { retried, lines, troubles, withoutServer, withoutOwner, who } = summary
  return [
    '',
    ...(retried !== null && retried.requests > 0
      ? [
          `${count(retried.requests, 'request')} took more than one try; ` +
            `${retried.rescued} of them were answered well in the end.`,
        ]
      : []),
    ...(lines.errors > 0
      ? [
          `The error log has ${count(lines.errors, 'line')} of requests ` +
            `(${entriesOf(troubles)}); ${lines.joined} were joined with their request.`,
          ...summary.said.map((it) => `  ${it.times}×  ${it.words}`),
        ]
      : []),
    ...keptNotes(summary),
    ...cutHelp(summary),
    ...(summary.clientsLeft > 0
      ? [
          `note: the clients of ${count(summary.clientsLeft, 'request')} went away before the end of the answer (no ` +
            'fault of a server, unless it takes too long)',
        ]
      : []),
    ...(who.controller !== undefined ? [ownWords(troubles)] : []),
    ...(withoutOwner > 0
      ? [
          `note: the format of ${count(withoutOwner, 'request')} names neither host nor Ingress: those of several ` +
            'Ingresses with one path and one backend are one line; ingress-nginx takes them by log-format-upstream ' +
            'in its ConfigMap, with $host, $namespace and $ingress_name',
        ]
      : []),
    ...(withoutServer > 0
      ? [
          `note: the format of ${count(withoutServer, 'request')} has no field for the server that was asked; ` +
            'F5 NGINX takes one by `log-format` in its ConfigMap, with $upstream_addr and $upstream_status',
        ]
      : []),
    paint.dim(`${count(lines.requests, 'request')} read; ${otherLines(summary)}`),
  ]
}

/** Most of it was said without asking a server; an answer that it could not take came from one. */
function ownWords(troubles: LogSummary['troubles']): string {
  const unfit = (troubles['answer-too-big'] ?? 0) + (troubles['invalid-answer'] ?? 0)
  const ofServers =
    unfit === 0
      ? ''
      : `, or, as its error log says ${count(unfit, 'time')}, an answer of a server that it could not take: headers ` +
        'that do not fit its buffer (proxy-buffer-size), or another protocol'
  return (
    'note: what the controller says itself is a limit, a rule, a route that it lacks, a backend without a ready ' +
    `endpoint${ofServers}: hopscope diagnose ingress/NAME --probe`
  )
}

function entriesOf(troubles: LogSummary['troubles']): string {
  return Object.entries(troubles)
    .map(([name, times]) => `${name.replaceAll('-', ' ')} ${times}`)
    .join(', ')
}

const otherWords: Readonly<Record<OtherLine, string>> = {
  controller: 'what the controller says of itself',
  'error-log': 'error log of no request',
  object: 'JSON of no request',
  empty: 'empty',
  'too-long': 'too long to be read',
  text: 'of no known format',
}

function otherLines({ lines }: LogSummary): string {
  const kinds = (Object.entries(lines.others) as readonly (readonly [OtherLine, number])[]).map(
    ([kind, times]) => `${otherWords[kind]} ${times}`,
  )
  return (
    `${count(lines.other, 'line')} of other kinds ${lines.other === 1 ? 'was' : 'were'} passed over` +
    (kinds.length === 0 ? '' : ` (${kinds.join(', ')})`)
  )
}

function noRequestHelp({ lines }: LogSummary): readonly string[] {
  if (lines.other === 0)
    return ["  help: an access log may be off, or go to a file: look at the controller's ConfigMap"]
  return ["  help: a format of one's own is named by --format, as the controller's configuration has it"]
}
