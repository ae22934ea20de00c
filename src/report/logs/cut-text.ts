import type { CutShort, LogSummary } from '../../answers/tail/log-summary.ts'
import { ms } from '../../phrases.ts'
import { tableLines } from '../table.ts'

/** Envoy's access log documentation (response flags), HAProxy's manual 8.5, nginx's error log. */
const meanings: Readonly<Record<string, string>> = {
  SI: 'stream idle timeout',
  UT: 'timeout of the route, while the upstream still answered',
  DT: 'timeout of the whole request or connection',
  UMSDR: "timeout: the stream's longest duration",
  UC: 'the upstream closed the connection',
  UR: 'the upstream reset the stream',
  RR: 'the upstream reset the stream',
  UPE: 'the upstream broke the protocol',
  LR: 'Envoy itself reset the connection to the upstream',
  OM: 'Envoy was overloaded',
  DPE: 'the client broke the protocol',
  UH: 'no healthy upstream, told in a 200 as for gRPC',
  UF: 'no connection to the upstream, told in a 200 as for gRPC',
  UO: 'a circuit breaker, told in a 200 as for gRPC',
  NR: 'no route, told in a 200 as for gRPC',
  NC: 'no cluster, told in a 200 as for gRPC',
  sD: 'timeout: the server fell silent while its answer was passed on',
  SD: 'the server broke off while its answer was passed on',
  PD: 'HAProxy itself broke off',
  ID: 'HAProxy itself broke off, by an error of its own',
  RD: 'HAProxy itself broke off, out of something',
  DD: 'the server was marked down while its answer was passed on',
  UD: 'the server came back while a backup answered',
  KD: 'killed by an administrator of HAProxy',
  'read timeout': 'by the error log: the upstream fell silent in the middle (proxy-read-timeout)',
  'broke off': 'by the error log: the upstream closed the connection in the middle',
}

const cures: Readonly<Record<string, string>> = {
  SI:
    'SI: nothing was said for so long; timeoutPolicy.idle of a HTTPProxy, streamIdleTimeout of a ' +
    'ClientTrafficPolicy, ' +
    'stream_idle_timeout of Envoy: raise it for event streams and long answers, or have them say something sooner',
  UT:
    'UT: timeoutPolicy.response of a HTTPProxy, timeouts of a HTTPRoute, timeout of a VirtualService: raise it ' +
    'for long answers',
  'read timeout': 'nginx.ingress.kubernetes.io/proxy-read-timeout: raise it for event streams and long answers',
  sD: '`timeout server` of HAProxy: raise it for event streams and long answers',
}

/** How many answers did not come to their end. */
export function cutCount({ cut }: LogSummary): number {
  return cut.reduce((sum, it) => sum + it.requests, 0)
}

/** A line for each sign: `4  SI, stream idle timeout, each after 4.00 s`. */
export function cutLines({ cut }: LogSummary): readonly string[] {
  return tableLines(
    cut.map((it) => [String(it.requests), `${it.sign}, ${meanings[it.sign] ?? 'ended before its end'}${after(it)}`]),
    { right: [0], indent: 4 },
  )
}

/** Quantiles are off by 5 % at most: what is that near is one time. */
const sameTime = 1.06
/** Fewer ended at one time by chance. */
const leastSame = 3

function after({ total, requests }: CutShort): string {
  if (total === null) return ''
  const { p50, p99 } = total
  if (requests === 1) return `, after ${ms(p50)}`
  if (requests >= leastSame && p50 >= 500 && p99 <= p50 * sameTime)
    return `, each after ${ms(p50)}: as a timeout does it`
  return `, after ${ms(p50)} (half of them) to ${ms(p99)}`
}

/** What a group's answers were cut by. */
export function cutText(cut: Readonly<Record<string, number>>): string {
  const all = Object.entries(cut)
  return all.length === 0 ? '' : `in the middle: ${all.map(([sign, times]) => `${sign} ${times}`).join(', ')}`
}

/** What changes it, for each sign that has one cure. */
export function cutHelp({ cut }: LogSummary): readonly string[] {
  return cut.flatMap(({ sign }) => (cures[sign] === undefined ? [] : [`help: ${cures[sign]}`]))
}
