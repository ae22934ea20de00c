import type { Lookup } from '../../../model/lookups.ts'
import { exchange, firstLost, type Exchange, type Line, type Waiting } from './exchange.ts'
import { pairOf } from './message.ts'
import type { ResolverSpec, SeriesSpec } from '../spec.ts'
import { tcpLine } from './tcp-line.ts'
import { udpLine } from './udp-line.ts'

export type LookupResult = Omit<Lookup, 'at'>

/** `until`: as performance.now() counts; nobody waits longer. */
export type LookupRules = ResolverSpec & { readonly until?: number }

/**
 * One lookup of A and AAAA, ended by `timeoutMs * attempts` at the latest. Over TCP nothing is sent twice (the
 * kernel does that), and a connection that does not open in time is a timeout. `stop`: nobody waits for it any more;
 * it ends at once, and what it says means nothing.
 */
export async function lookup(
  series: SeriesSpec,
  { until = Infinity, ...rules }: LookupRules,
  sent: (queries: number) => void,
  stop?: AbortSignal,
): Promise<LookupResult> {
  const start = performance.now()
  let line: Line
  try {
    line =
      series.transport === 'udp' ? await udpLine(series.server.ip, series.port) : tcpLine(series.server.ip, series.port)
  } catch {
    return { ms: since(start), a: 'unreachable', aaaa: 'unreachable', retries: 0, firstLost: 'none' }
  }
  const attempts = series.transport === 'udp' ? rules : { ...rules, attempts: 1 }
  try {
    const ask = series.method === 'sequential' ? sequential : pair
    const deadline = Math.min(start + attempts.timeoutMs * attempts.attempts, until)
    const waiting = { rules: attempts, deadline, sent, ...(stop === undefined ? {} : { stop }) }
    const told = await ask(line, pairOf(series.name, series.apart === 'edns'), waiting)
    return { ...(await whole(told, series, waiting)), ms: since(start) }
  } finally {
    line.close()
  }
}

type Asked = Omit<LookupResult, 'ms'>
type Pair = ReturnType<typeof pairOf>

async function pair(line: Line, questions: Pair, waiting: Waiting): Promise<Asked> {
  return asked(await exchange(line, questions, waiting))
}

/** An answer that was cut off is asked for again over TCP, as each resolver does. */
async function whole(told: Asked, series: SeriesSpec, waiting: Waiting): Promise<Asked> {
  if (series.transport === 'tcp' || (told.a !== 'truncated' && told.aaaa !== 'truncated')) return told
  const line = tcpLine(series.server.ip, series.port)
  try {
    const again = { ...waiting, rules: { ...waiting.rules, attempts: 1 } }
    const { a, aaaa } = await pair(line, pairOf(series.name, series.apart === 'edns'), again)
    return { ...told, a: told.a === 'truncated' ? a : told.a, aaaa: told.aaaa === 'truncated' ? aaaa : told.aaaa }
  } finally {
    line.close()
  }
}

/** The second question is never sent when the first stays without an answer: it reads `not-asked`. */
async function sequential(line: Line, [a, aaaa]: Pair, waiting: Waiting): Promise<Asked> {
  const first = await exchange(line, [a], waiting)
  const answer = first.answers.get('A')
  if (answer === 'timeout' || answer === 'unreachable') return asked(first)
  const second = await exchange(line, [aaaa], waiting)
  return asked({
    answers: new Map([...first.answers, ...second.answers]),
    retries: first.retries + second.retries,
    lost: new Set([...first.lost, ...second.lost]),
  })
}

function asked({ answers, retries, lost }: Exchange): Asked {
  return {
    a: answers.get('A') ?? 'not-asked',
    aaaa: answers.get('AAAA') ?? 'not-asked',
    retries,
    firstLost: firstLost(lost),
  }
}

/** Tenths of a millisecond: finer is noise, and the log is shorter. */
export function since(start: number): number {
  return Math.round((performance.now() - start) * 10) / 10
}
