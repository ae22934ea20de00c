import type { LogSummary } from '../../answers/tail/log-summary.ts'
import { isNotable } from '../../wire/access-log/refused-early.ts'
import { count, percent } from '../../phrases.ts'

/** What is no server error, and no health either; null: nothing of it. */
export function keptText(summary: LogSummary): string | null {
  const all = [refusals(summary), early(summary, true), unplacedText(summary, true)].filter((it) => it !== null)
  return all.length === 0 ? null : all.join('; ')
}

/** What is too little to be of users, and why the rest may be; lines of their own. */
export function keptNotes(summary: LogSummary): readonly string[] {
  const few = [early(summary, false), unplacedText(summary, false)].filter((it) => it !== null)
  const statuses = Object.keys({ ...summary.refusedEarly, ...summary.unplaced?.statuses })
  return [
    ...few.map((it) => `note: ${it}`),
    ...(statuses.some((it) => it === '400' || it === '494' || it === '431' || it === '414')
      ? [
          'note: a 400 before a backend was chosen is, as a rule, a header or a cookie that is too large ' +
            '(large-client-header-buffers, 4 of 8k by default), or a request without a Host; nginx says which in its ' +
            'log at error-log-level: info alone',
        ]
      : []),
  ]
}

/** A 413 or a 429 is no server error, and a user who met it got nothing: health is not of them. */
function refusals({ refused, troubles }: LogSummary): string | null {
  const told = (['body-too-big', 'limited', 'denied'] as const).reduce((sum, it) => sum + (troubles[it] ?? 0), 0)
  const times = sumOf(refused)
  if (times > 0)
    return (
      `${count(times, 'request')} ${times === 1 ? 'was' : 'were'} refused by the controller itself ` +
      `(${statusesOf(refused)})`
    )
  return told === 0 ? null : `its error log tells of ${count(told, 'request')} that it refused itself`
}

function early({ refusedEarly, lines }: LogSummary, notable: boolean): string | null {
  const times = sumOf(refusedEarly)
  if (times === 0 || isNotable(times, lines.requests) !== notable) return null
  return (
    `${times} of ${count(lines.requests, 'request')} (${percent(times, lines.requests)}) ` +
    `${times === 1 ? 'was' : 'were'} refused by the controller itself before it chose a backend ` +
    `(${statusesOf(refusedEarly)})`
  )
}

function unplacedText({ unplaced, lines }: LogSummary, notable: boolean): string | null {
  if (unplaced === null) return null
  const { requests, serverErrors, statuses, paths } = unplaced
  const isMuch = serverErrors > 0 || isNotable(requests, lines.requests + requests)
  if (isMuch !== notable) return null
  const told = paths.map(
    (it) => `${it.path} ${it.requests}×${it.alone ? ', which only this Ingress answered here' : ''}`,
  )
  return (
    `${count(requests, 'request')} more went wrong and could not be given to an Ingress ` +
    `(${statusesOf(statuses)}${told.length === 0 ? '' : `: ${told.join('; ')}`})`
  )
}

function sumOf(byStatus: Readonly<Record<number, number>>): number {
  return Object.values(byStatus).reduce((sum, it) => sum + it, 0)
}

function statusesOf(byStatus: Readonly<Record<number, number>>): string {
  return Object.entries(byStatus)
    .map(([status, it]) => `${status}: ${it}`)
    .join(', ')
}
