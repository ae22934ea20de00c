import type { AccessLine } from './access-line.ts'

/**
 * What a proxy's own line says of a request that ended in a 5xx. `not-connected`: no connection came about, and the
 * line does not say why. `timed-out`: it does not say whether while connecting. `overloaded`: a limit of connections or
 * requests to the servers, or the proxy's own. `no-answer`: a server was asked, and the proxy made a 5xx of what came
 * of it. `answered`: a server said the 5xx itself. `own`: the proxy said it, and asked nobody.
 */
export const lineTroubles = [
  'refused',
  'not-connected',
  'timed-out-connecting',
  'timed-out-answering',
  'timed-out',
  'broke-off',
  'no-live-upstream',
  'unreachable',
  'tls-failed',
  'invalid-answer',
  'overloaded',
  'no-answer',
  'answered',
  'own',
] as const
export type LineTrouble = (typeof lineTroubles)[number]

/** null: it did not fail, or the client left before there was an answer; `unclear`: the format does not tell. */
export function lineTrouble(line: AccessLine): LineTrouble | 'unclear' | null {
  if (line.status === null || line.status < 500) return null
  if (line.dialect === 'envoy') return ofEnvoy(line)
  if (line.dialect === 'haproxy') return ofHaproxy(line)
  return line.dialect === 'traefik' ? ofTraefik(line) : 'unclear'
}

/** Envoy's response flags (docs/root/configuration/observability/access_log/usage.rst), the first that decides. */
const envoyFlags: readonly (readonly [flag: string, trouble: LineTrouble | null])[] = [
  ['UH', 'no-live-upstream'],
  ['NC', 'own'],
  ['NR', 'own'],
  ['UT', 'timed-out-answering'],
  ['UC', 'broke-off'],
  ['UR', 'broke-off'],
  ['LR', 'broke-off'],
  ['UPE', 'invalid-answer'],
  ['UO', 'overloaded'],
  ['OM', 'overloaded'],
  ['RL', 'own'],
  ['RLSE', 'own'],
  ['UAEX', 'own'],
  ['FI', 'own'],
  ['DI', 'own'],
  ['IH', 'own'],
  ['NFCF', 'own'],
  ['SI', 'timed-out-answering'],
  ['DT', 'timed-out-answering'],
  ['UMSDR', 'timed-out-answering'],
  ['DPE', null],
  ['DC', null],
  ['DR', null],
]

function ofEnvoy({ flags, details, tries }: AccessLine): LineTrouble | 'unclear' | null {
  const raised = flags?.split(',', 20) ?? []
  if (raised.includes('UF')) return connectFailure(details)
  const found = envoyFlags.find(([flag]) => raised.includes(flag))
  if (found !== undefined) return found[1]
  if (details !== null && /^via_upstream(?: |$)/.test(details)) return 'answered'
  // `direct_response`, `route_not_found`, a filter's own: nobody was asked.
  if (tries?.length === 0) return 'own'
  if (raised.includes('URX')) return details === null ? 'no-answer' : 'answered'
  if (flags === null && tries === null) return 'unclear'
  return raised.length === 0 ? 'answered' : 'no-answer'
}

/** Of source/common/router and of the transport socket, with blanks, or underscores in their place. */
function connectFailure(details: string | null): LineTrouble {
  if (details === null) return 'not-connected'
  if (/TLS|CERTIFICATE|SSL/i.test(details)) return 'tls-failed'
  if (/connection[_ ]timeout|connect[_ ]error:[_ ]{0,2}110\b/.test(details)) return 'timed-out-connecting'
  if (/connect[_ ]error:[_ ]{0,2}111\b|refused/i.test(details)) return 'refused'
  if (/connect[_ ]error:[_ ]{0,2}(?:101|113)\b|unreachable|no route/i.test(details)) return 'unreachable'
  return /reset|termination/i.test(details) ? 'broke-off' : 'not-connected'
}

/** HAProxy's configuration manual, 8.5: who ended the session, and in which state. */
function ofHaproxy({ flags, tries, status }: AccessLine): LineTrouble | 'unclear' | null {
  if (flags === null) return 'unclear'
  const [who = '-', when = '-'] = flags
  if (who === 'C' || who === 'c') return null
  if (who === 's') return haproxyTimeouts[when] ?? 'timed-out'
  const isAsked = tries?.length !== 0
  if (who === 'S' && when === 'C') return isAsked ? 'refused' : 'no-live-upstream'
  // The proxy stopped what the server had begun: headers that are none.
  if (who === 'P' && when === 'H' && isAsked && status === 502) return 'invalid-answer'
  // No server, and nobody ended it: `http-request return`, or the statistics.
  if (who === '-') return isAsked ? 'answered' : 'own'
  return haproxyEnds[who] ?? 'own'
}

const haproxyEnds: Readonly<Record<string, LineTrouble>> = {
  S: 'broke-off',
  D: 'broke-off',
  U: 'broke-off',
  R: 'overloaded',
}

const haproxyTimeouts: Readonly<Record<string, LineTrouble>> = {
  C: 'timed-out-connecting',
  H: 'timed-out-answering',
  D: 'timed-out-answering',
  L: 'timed-out-answering',
  Q: 'overloaded',
}

/**
 * Traefik answers with the words of the status (pkg/proxy/httputil/proxy.go, ErrorHandler), and an empty pool with
 * `no available server` (pkg/server/service/loadbalancer): the size tells its own from a server's.
 */
const traefikOwn: Readonly<Record<number, readonly [bytes: readonly number[], trouble: LineTrouble]>> = {
  500: [['Internal Server Error'.length], 'own'],
  502: [['Bad Gateway'.length], 'no-answer'],
  503: [['no available server\n'.length, 'Service Unavailable'.length], 'no-live-upstream'],
  504: [['Gateway Timeout'.length], 'timed-out'],
}

function ofTraefik({ status, bytes, tries }: AccessLine): LineTrouble | 'unclear' {
  const own = traefikOwn[status ?? 0]
  if (own !== undefined && bytes !== null && own[0].includes(bytes)) return own[1]
  if (tries === null || bytes === null) return 'unclear'
  return tries.length === 0 ? 'own' : 'answered'
}
