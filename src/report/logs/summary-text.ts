import type { LogGroup, LogSummary, ServerUse, Spread, WhoCounts } from '../../answers/tail/log-summary.ts'
import type { WhoSaid } from '../../answers/tail/who-said.ts'
import { count, ms, percent } from '../../phrases.ts'
import type { Paint } from '../paint.ts'
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
  if (serverErrors === 0)
    return [`${paint.mark('ok')} None of ${count(lines.requests, 'request')} ended with a server error${span}.`]
  return [
    `${paint.mark('error')} ${serverErrors} of ${count(lines.requests, 'request')} ` +
      `(${percent(serverErrors, lines.requests)}) ended with a server error${span}:`,
    ...tableLines(
      entries(who).map(([it, times]) => [String(times), words[it]]),
      { right: [0], indent: 4 },
    ),
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
  const bad = groups.filter((it) => Object.keys(it.who).length > 0)
  if (bad.length === 0) return []
  const rows = bad
    .slice(0, shownErrors)
    .map((it) => [
      String(it.requests),
      String(it.status ?? '-'),
      it.host ?? '?',
      it.path ?? '(others)',
      it.backend ?? '?',
      whoText(it.who),
      it.total === null ? '' : `p50 ${ms(it.total.p50)}`,
    ])
  return [
    '',
    ...tableLines([['TIMES', 'STATUS', 'HOST', 'PATH', 'BACKEND', 'FROM WHOM', ''], ...rows], { right: [0] }),
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
      it.host ?? '?',
      it.path ?? '(others)',
      ...(['p50', 'p95', 'p99'] as const).map((at) => spreadText(it.total, at)),
      ...told.map((part) => spreadText(it[part], 'p95')),
    ])
  const numbers = Array.from({ length: 3 + told.length }, (_, at) => at + 4)
  return [
    '',
    ...tableLines(
      [
        ['TIMES', 'STATUS', 'HOST', 'PATH', 'P50', 'P95', 'P99', ...told.map((it) => `${it.toUpperCase()} P95`)],
        ...rows,
      ],
      { right: [0, ...numbers] },
    ),
    ...more(timed.length - shownTimes, paint),
  ]
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
  const { retried, lines, troubles, withoutServer, who } = summary
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
        ]
      : []),
    ...(who.controller !== undefined
      ? [
          'note: what the controller says itself, without asking a server, is a limit, a rule, a route that it ' +
            'lacks, or a backend without a ready endpoint: hopscope diagnose',
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

function entriesOf(troubles: LogSummary['troubles']): string {
  return Object.entries(troubles)
    .map(([name, times]) => `${name.replaceAll('-', ' ')} ${times}`)
    .join(', ')
}

function otherLines({ lines }: LogSummary): string {
  return `${count(lines.other, 'line')} of other kinds ${lines.other === 1 ? 'was' : 'were'} passed over`
}

function noRequestHelp({ lines }: LogSummary): readonly string[] {
  if (lines.other === 0)
    return ["  help: an access log may be off, or go to a file: look at the controller's ConfigMap"]
  return ["  help: a format of one's own is named by --format, as the controller's configuration has it"]
}
