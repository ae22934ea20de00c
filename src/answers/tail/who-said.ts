import type { AccessLine, Try } from '../../wire/access-log/access-line.ts'
import type { RequestTrouble } from '../../wire/access-log/nginx-error.ts'
import { isOwnDoor, standsForNobody } from '../../wire/access-log/own-door.ts'

/**
 * Who an error of a server's kind comes from. `no-answer`: a server was asked and did not answer, and the line does
 * not say why. `unknown`: the format does not say whether a server was asked.
 */
export type WhoSaid =
  | 'application'
  | 'controller'
  | 'none-available'
  | 'refused'
  | 'timed-out'
  | 'broke-off'
  | 'no-answer'
  | 'client-left'
  | 'unknown'

/** Those that count against the server that was asked. */
export const ofServer: ReadonlySet<WhoSaid> = new Set([
  'application',
  'none-available',
  'refused',
  'timed-out',
  'broke-off',
  'no-answer',
])

/** Whether a request ended in an error that somebody has to explain: 5xx, and what nginx and Envoy write for none. */
export function isServerError({ status, flags, dialect }: AccessLine): boolean {
  if (status !== null) return status >= 500
  return dialect === 'envoy' && flags !== null && !flags.split(',').includes('DC')
}

/** `told`: what the error log says of this very request. */
export function whoSaid(line: AccessLine, told: RequestTrouble | null): WhoSaid {
  if (told !== null && byTrouble[told] !== null) return byTrouble[told]
  return judges[line.dialect](line)
}

/** null: it does not decide. */
const byTrouble: Readonly<Record<RequestTrouble, WhoSaid | null>> = {
  refused: 'refused',
  'timed-out-connecting': 'timed-out',
  'timed-out-answering': 'timed-out',
  'broke-off': 'broke-off',
  'no-live-upstream': 'none-available',
  unreachable: 'refused',
  'tls-failed': 'broke-off',
  'tls-refused': 'broke-off',
  'no-connection-left': 'controller',
  'answer-too-big': 'controller',
  'invalid-answer': 'controller',
  limited: 'controller',
  'body-too-big': 'controller',
  denied: 'controller',
  'auth-unclear': 'controller',
  'lua-failed': 'controller',
  'no-error-page': 'controller',
  'refused-early': 'controller',
  other: null,
}

const judges: Readonly<Record<AccessLine['dialect'], (line: AccessLine) => WhoSaid>> = {
  nginx: ofNginx,
  envoy: ofEnvoy,
  haproxy: ofHaproxy,
  traefik: ofTraefik,
}

function ofNginx(line: AccessLine): WhoSaid {
  const { tries, status } = line
  if (tries === null) return 'unknown'
  const last = tries.at(-1)
  // No server was asked: no endpoint, a limit, a rule, an error in nginx itself; the line does not say which.
  if (last === undefined) return 'controller'
  if (standsForNobody(last.address)) return 'none-available'
  if (isOwnDoor(last.address)) return 'controller'
  // Where none of a group could be chosen, its name stands for the address (ngx_http_upstream_module).
  if (!isAddress(last.address)) return 'none-available'
  // What a server never said has no status, or nginx's own 502 and 504, and nothing in it.
  if (last.status === null) return 'no-answer'
  if (status !== null && last.status !== status) return 'controller'
  return last.status === 502 || last.status === 504 ? silentOrSaid(line, last) : 'application'
}

/** nginx writes 502 and 504 as the server's status also where they are its own: the server then sent no header. */
function silentOrSaid({ tells }: AccessLine, { status, bytes, headerMs, connectMs }: Try): WhoSaid {
  const isSilent = tells.header ? headerMs === null : bytes === 0 || bytes === null
  if (!isSilent) return 'application'
  if (status === 504) return 'timed-out'
  if (tells.connect) return connectMs === null ? 'refused' : 'broke-off'
  return 'no-answer'
}

function isAddress(text: string): boolean {
  return /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]{2,45}\]):\d{1,5}$/.test(text)
}

/** Envoy's response flags (docs/root/configuration/observability/access_log/usage.rst), the first that decides. */
const envoyFlags: readonly (readonly [flag: string, who: WhoSaid])[] = [
  ['UH', 'none-available'],
  ['NC', 'controller'],
  ['NR', 'controller'],
  ['UT', 'timed-out'],
  ['UC', 'broke-off'],
  ['UR', 'broke-off'],
  ['UPE', 'broke-off'],
  ['LR', 'broke-off'],
  ['UO', 'controller'],
  ['RL', 'controller'],
  ['RLSE', 'controller'],
  ['UAEX', 'controller'],
  ['FI', 'controller'],
  ['DI', 'controller'],
  ['IH', 'controller'],
  ['OM', 'controller'],
  ['DPE', 'controller'],
  ['SI', 'timed-out'],
  ['DT', 'timed-out'],
  ['DC', 'client-left'],
  ['DR', 'client-left'],
]

function ofEnvoy({ flags, details, tries }: AccessLine): WhoSaid {
  const raised = flags?.split(',', 20) ?? []
  if (raised.includes('UF')) return connectFailure(details)
  const found = envoyFlags.find(([flag]) => raised.includes(flag))
  if (found !== undefined) return found[1]
  if (details !== null && /^via_upstream(?: |$)/.test(details)) return 'application'
  // URX alone: the last of several tries was answered, or not.
  if (raised.includes('URX')) return details === null ? 'no-answer' : 'application'
  if (tries === null) return 'unknown'
  if (tries.length === 0) return 'controller'
  return raised.length === 0 ? 'application' : 'no-answer'
}

function connectFailure(details: string | null): WhoSaid {
  if (details === null) return 'no-answer'
  if (/connection_timeout|connection timeout|delayed_connect_error:_110/.test(details)) return 'timed-out'
  if (/(?:delayed|immediate)_connect_error:_?_?(?:111|113)|connect error: 111|refused/i.test(details)) return 'refused'
  return /TLS|reset|termination/i.test(details) ? 'broke-off' : 'no-answer'
}

/** HAProxy's configuration manual, 8.5: who ended the session, and in which state. */
function ofHaproxy({ flags, tries }: AccessLine): WhoSaid {
  if (flags === null) return 'unknown'
  const [who = '-', when = '-'] = flags
  if (who === 'C' || who === 'c') return 'client-left'
  // `sQ`: it waited for a free server until `timeout queue`, and none was asked.
  if (who === 's') return when === 'Q' ? 'none-available' : 'timed-out'
  if (who === 'S') {
    if (when !== 'C') return 'broke-off'
    return tries?.length === 0 ? 'none-available' : 'refused'
  }
  if (who === 'D' || who === 'U') return 'broke-off'
  if (who !== '-') return 'controller'
  // No server, and nobody ended it: `http-request return`, or the statistics.
  return tries?.length === 0 ? 'controller' : 'application'
}

/**
 * Traefik answers with the words of the status (pkg/proxy/httputil/proxy.go, ErrorHandler), and an empty pool with
 * `no available server` (pkg/server/service/loadbalancer): the size tells its own from a server's.
 */
const traefikOwn: Readonly<Record<number, readonly [bytes: readonly number[], who: WhoSaid]>> = {
  502: [['Bad Gateway'.length], 'no-answer'],
  503: [['no available server\n'.length, 'Service Unavailable'.length], 'none-available'],
  504: [['Gateway Timeout'.length], 'timed-out'],
  500: [['Internal Server Error'.length], 'controller'],
}

function ofTraefik({ status, bytes, tries }: AccessLine): WhoSaid {
  const [sizes, who] = traefikOwn[status ?? 0] ?? [[], 'unknown' as const]
  if (bytes !== null && sizes.includes(bytes)) return who
  if (tries === null || bytes === null) return 'unknown'
  return tries.length === 0 ? 'controller' : 'application'
}
