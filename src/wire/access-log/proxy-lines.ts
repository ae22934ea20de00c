import type { AccessLine, Dialect } from './access-line.ts'
import { accessReader } from './reader.ts'

/** Whose access logs tell of failed requests; ingress-nginx and F5's have an error log for that. */
export type ProxyDialect = Exclude<Dialect, 'nginx'>

/** The end of a proxy's log. */
export interface ProxyLines {
  readonly lines: number
  /** hopscope's own are not among them, where the format has the agent. */
  readonly requests: readonly AccessLine[]
  /** Neither requests in a format that is known, nor what the program says of itself. */
  readonly unread: number
}

/** Of other dialects than the proxy's own it would be a guess: a format of somebody's. */
export function proxyLines(lines: readonly string[], dialect: ProxyDialect): ProxyLines {
  const read = accessReader()
  const requests: AccessLine[] = []
  let unread = 0
  for (const line of lines) {
    const entry = read(line)
    if (entry.kind === 'request' && entry.dialect === dialect) {
      if (!line.includes('"hopscope"')) requests.push(entry)
    } else if (!isOwnWord(line)) unread += 1
  }
  return { lines: lines.length, requests, unread }
}

/**
 * Whether a line is what the program says of itself, and no request: Envoy's `[2026-11-28 10:56:37.123][1][info]`,
 * Traefik's `time="…" level=info` and `2026-11-28T10:56:37Z INF`, klog's, HAProxy's notices and its word on servers
 * that come and go, and all that bears a level in JSON.
 */
export function isOwnWord(line: string): boolean {
  const start = line.slice(0, longestHead)
  if (start.trim() === '') return true
  if (start.startsWith('{')) return /"(?:level|severity)" ?:/.test(start) && !requestKeys.test(start)
  return (
    /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d{1,6}\]\[\d{1,10}\]\[[a-z]{1,10}\]/.test(start) ||
    /^time="[^"]{1,40}" level=/.test(start) ||
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S{0,16} (?:TRC|DBG|INF|WRN|ERR|FTL|PNC) /.test(start) ||
    /^\d{4}[/-]\d\d[/-]\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})? [A-Za-z]/.test(start) ||
    /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{1,9} /.test(start) ||
    /^\[(?:NOTICE|WARNING|ALERT|INFO|DIAG)\] /.test(start) ||
    /^(?:<\d{1,3}>[^[\]]{1,120}\[\d{1,7}\]: )?(?:Server|Proxy|Backend|Connect|Stopping|Health check) /.test(start) ||
    /^(?:goroutine|panic|\s)/.test(start)
  )
}

const longestHead = 400
const requestKeys = /"(?:DownstreamStatus|RequestMethod|response_code|status|method)" ?:/
