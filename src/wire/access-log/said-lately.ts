import { hostAlone } from '../host-pattern.ts'
import { earlyRefusals, type EarlyRefusals } from './early-refusals.ts'
import { logTime } from './log-time.ts'
import { nginxError, type RequestTrouble } from './nginx-error.ts'
import { isLoopback } from './own-door.ts'

/** What nginx said of one request that went wrong; its client is not kept. */
export interface LateError {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly trouble: RequestTrouble
  /** The first name of the server block; null where the line does not tell. */
  readonly server: string | null
  readonly host: string | null
  /** With its query; null where the line was cut before its end. */
  readonly path: string | null
  readonly upstream: string | null
  /** Of a body that is too large, what the client meant to send, or had sent by then. */
  readonly bytes: number | null
}

/** The end of a controller's log, as far as it tells of requests that went wrong. */
export interface LateLog {
  readonly lines: number
  /** Of the first and the last line that bear a time; null where none does. */
  readonly from: number | null
  readonly until: number | null
  readonly errors: readonly LateError[]
  /** Of the access log: requests that nginx refused before it chose a backend. */
  readonly early: readonly EarlyRefusals[]
}

/** Lines of some seconds of a flood say what all of them say. */
const mostErrors = 20_000

/** `[28/Nov/2026:10:56:37 +0100]` of a line of an access log, in any format that has it. */
const clfTime = /\[(\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d ([+-])(\d\d)(\d\d))\]/
const errorTime = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d) \[/

/**
 * Requests that a controller's log says went wrong, but for those of hopscope's own probes, which ask as `hopscope`:
 * by the time and the path of the line that the same request left in the access log.
 */
export function saidLately(lines: readonly string[]): LateLog {
  const shift = shiftOf(lines)
  const own = ownRequests(lines)
  const errors: LateError[] = []
  for (const line of lines) {
    const it = nginxError(line)
    if (it === null || it.trouble === 'other' || it.trouble === 'lua-failed' || errors.length === mostErrors) continue
    const at = it.at - shift
    const [client, asked] = isLoopback(it.client) ? itself : [it.client, it.path]
    if (own.has(requestKey(client, at, asked)) || own.has(requestKey(client, at + 1000, asked))) continue
    const { trouble, server, path, upstream, said } = it
    const host = it.host === null ? null : hostAlone(it.host)
    errors.push({ at, trouble, server, host, path, upstream, bytes: trouble === 'body-too-big' ? bytesIn(said) : null })
  }
  return {
    lines: lines.length,
    from: firstTime(lines, shift),
    until: lastTime(lines, shift),
    errors,
    early: earlyRefusals(lines),
  }
}

/** The error log has the container's own time and no zone, the access log has both: containers are in UTC, nearly. */
function shiftOf(lines: readonly string[]): number {
  for (const line of lines) {
    const found = clfTime.exec(line.slice(0, 300))
    if (found !== null) return (Number(found[3]) * 60 + Number(found[4])) * (found[2] === '-' ? -60_000 : 60_000)
  }
  return 0
}

const itself = ['itself', '/'] as const

function ownRequests(lines: readonly string[]): ReadonlySet<string> {
  const own = new Set<string>()
  for (const line of lines) {
    if (!line.includes('"hopscope"')) continue
    const [, client, request] =
      /^(\S{1,60}) - \S{1,100} \[[^\]]{1,40}\] "[A-Z]{1,10} (\S{1,2000}) HTTP/.exec(line) ?? []
    const at = timeOf(line, 0)
    if (client === undefined || request === undefined || at === null) continue
    own.add(requestKey(client, at, request))
    // nginx asks a door of its own for the page of such a request: by another client, for another path.
    if (/ (?:127\.0\.0\.1|\[::1\]):\d{1,5} /.test(line)) own.add(requestKey(itself[0], at, itself[1]))
  }
  return own
}

function requestKey(client: string, at: number, path: string | null): string {
  return `${client} ${Math.floor(at / 1000)} ${path}`
}

function firstTime(lines: readonly string[], shift: number): number | null {
  for (const line of lines) {
    const at = timeOf(line, shift)
    if (at !== null) return at
  }
  return null
}

function lastTime(lines: readonly string[], shift: number): number | null {
  for (let index = lines.length - 1; index >= 0; index--) {
    const at = timeOf(lines[index] ?? '', shift)
    if (at !== null) return at
  }
  return null
}

function timeOf(line: string, shift: number): number | null {
  const found = errorTime.exec(line)
  if (found === null) return logTime(clfTime.exec(line.slice(0, 300))?.[1] ?? '')
  const [, year, month, day, hour, minute, second] = found.map(Number)
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second) - shift
}

/** `: 5242880 bytes`, or `: 1048576+8192 bytes` of what came so far and what comes next. */
function bytesIn(said: string): number | null {
  const [, first, second = '0'] = /: (\d{1,15})(?:\+(\d{1,15}))? bytes/.exec(said) ?? []
  return first === undefined ? null : Number(first) + Number(second)
}
