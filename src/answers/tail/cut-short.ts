import type { AccessLine } from '../../wire/access-log/access-line.ts'
import type { ErrorLine } from '../../wire/access-log/nginx-error.ts'

/** Whose doing it is, as far as the sign tells. */
export type CutBy = 'timeout' | 'server' | 'controller' | 'client' | 'nobody-asked'

export interface Cut {
  /** Envoy's flag, HAProxy's two letters, and of nginx's error log what its line is of. */
  readonly sign: string
  readonly by: CutBy
}

/**
 * Envoy's response flags that stand beside a status that was sent before it all went wrong
 * (docs/root/configuration/observability/access_log/usage.rst). A gRPC client is told of all failures with a status
 * of 200 (source/common/http/utility.cc, sendLocalReply): so `UH` and its like may stand beside one, too.
 * What says how the answer came about and not how it ended (`DI`, `RL`, `UAEX`, `RFCF`) is no sign.
 */
const envoySigns: Readonly<Record<string, CutBy>> = {
  SI: 'timeout',
  UT: 'timeout',
  DT: 'timeout',
  UMSDR: 'timeout',
  UC: 'server',
  UR: 'server',
  UPE: 'server',
  LR: 'controller',
  RR: 'server',
  OM: 'controller',
  DPE: 'client',
  UH: 'nobody-asked',
  UF: 'nobody-asked',
  UO: 'nobody-asked',
  NR: 'nobody-asked',
  NC: 'nobody-asked',
}

/** The client went away: what a browser does with each event stream. */
const leftSigns: ReadonlySet<string> = new Set(['DC', 'DR'])

/** HAProxy's configuration manual, 8.5: the second letter is `D` while the answer goes to the client. */
const haproxySigns: Readonly<Record<string, CutBy>> = {
  sD: 'timeout',
  SD: 'server',
  PD: 'controller',
  ID: 'controller',
  RD: 'controller',
  DD: 'server',
  UD: 'server',
  KD: 'controller',
}

/** ngx_event_pipe.c and ngx_http_upstream.c name what they do: the header has been sent on by then. */
const whileReading = 'while reading upstream'

/** Whether a line of nginx's error log is of an answer whose header had been sent on. */
export function isInTheMiddle({ said }: Pick<ErrorLine, 'said'>): boolean {
  return said.includes(whileReading)
}

/** What is kept of the line: nothing that a client chose. */
export function keptWords(error: Pick<ErrorLine, 'said'>): string {
  return isInTheMiddle(error) ? whileReading : ''
}

/**
 * Why an answer whose status says well did not come to its end; null: nothing says so. `told`: the lines of the error
 * log that are of this request. A tunnel (101) has no length: that one side closes it is how it ends.
 */
export function cutOf(line: AccessLine, told: readonly ErrorLine[]): Cut | null {
  const { status } = line
  if (status === null || status >= 400) return null
  const cut = signOf(line, told)
  return cut !== null && status === 101 && cut.by !== 'timeout' ? null : cut
}

function signOf({ dialect, flags }: AccessLine, told: readonly ErrorLine[]): Cut | null {
  if (dialect === 'nginx') return ofErrorLog(told)
  if (flags === null) return null
  if (dialect === 'haproxy') return known(haproxySigns, flags.slice(0, 2))
  if (dialect !== 'envoy') return null
  const raised = flags.split(',', 20)
  if (raised.some((it) => leftSigns.has(it))) return null
  return raised.map((it) => known(envoySigns, it)).find((it) => it !== null) ?? null
}

/** Whether Envoy or HAProxy saw the client go before the end of an answer whose status says well. */
export function hasLeft({ dialect, flags, status }: AccessLine): boolean {
  if (status === null || status >= 400 || status === 101 || flags === null) return false
  if (dialect === 'haproxy') return /^[Cc]D/.test(flags)
  return dialect === 'envoy' && flags.split(',', 20).some((it) => leftSigns.has(it))
}

function ofErrorLog(told: readonly ErrorLine[]): Cut | null {
  const found = told.find(isInTheMiddle)
  if (found?.trouble === 'timed-out-answering') return { sign: 'read timeout', by: 'timeout' }
  return found?.trouble === 'broke-off' ? { sign: 'broke off', by: 'server' } : null
}

function known(signs: Readonly<Record<string, CutBy>>, sign: string): Cut | null {
  const by = Object.hasOwn(signs, sign) ? signs[sign] : undefined
  return by === undefined ? null : { sign, by }
}
