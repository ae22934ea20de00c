import { count } from '../../phrases.ts'
import { placeOf, type Standing, standingKey } from './round.ts'

/** So many in one round are a cluster in ruins: the metrics have them all. */
const mostLines = 20

/** What a round changed, in a line each, for a log that somebody reads. */
export function changesOf(before: readonly Standing[], now: readonly Standing[]): readonly string[] {
  const was = new Set(before.map(standingKey))
  const is = new Set(now.map(standingKey))
  const lines = [
    ...now.filter((it) => !was.has(standingKey(it))).map((it) => `found: ${lineOf(it)}`),
    ...before.filter((it) => !is.has(standingKey(it))).map((it) => `gone: ${lineOf(it)}`),
  ]
  const more = lines.length - mostLines
  return more <= 0 ? lines : [...lines.slice(0, mostLines), `and ${count(more, 'more change')}`]
}

function lineOf(it: Standing): string {
  return `${it.code} ${placeOf(it)} (${it.severity})`
}
