import { requestIn } from './access-line.ts'

/**
 * What nginx's error log says of one request. `refused`: the server's machine said that nobody listens. `broke-off`:
 * the server closed or reset the connection before its answer was whole. `no-live-upstream`: all servers are marked as
 * failed, or there is none. `tls-refused`: the server speaks TLS, and ended the handshake by an alert of its own: no
 * name and no certificate suits it. `no-connection-left`: this nginx has none for it. `limited`: by a limit of the
 * controller's own. `auth-unclear`: who was asked for leave (`auth-url`) said neither yes nor no. `lua-failed`: the
 * controller's own program wrote an error (lua-nginx-module, ngx.log). `no-error-page`: the place that an error page is
 * to come from is not there, and a 500 is said in its place. `refused-early`: no line of the error log says it, but the
 * access log's: refused before a backend was chosen.
 */
export const requestTroubles = [
  'refused',
  'timed-out-connecting',
  'timed-out-answering',
  'broke-off',
  'no-live-upstream',
  'unreachable',
  'tls-failed',
  'tls-refused',
  'answer-too-big',
  'invalid-answer',
  'limited',
  'body-too-big',
  'denied',
  'auth-unclear',
  'no-connection-left',
  'lua-failed',
  'no-error-page',
  'refused-early',
  'other',
] as const
export type RequestTrouble = (typeof requestTroubles)[number]

export interface ErrorLine {
  readonly kind: 'error'
  /** Milliseconds since 1970, if the controller's clock is in UTC, as containers' are. */
  readonly at: number
  readonly trouble: RequestTrouble
  readonly said: string
  readonly client: string
  /** The first name of the server block that took it, by nginx's own word: `web.example.com`, `_`, an expression. */
  readonly server: string | null
  readonly method: string | null
  readonly path: string | null
  readonly host: string | null
  /** `10.2.0.4:8080`; null where no server had been chosen. */
  readonly upstream: string | null
}

/** What nginx says, by ngx_http_upstream.c, ngx_connection.c, ngx_http_limit_req_module.c and others. */
const troubles: readonly (readonly [words: string, trouble: RequestTrouble])[] = [
  // ngx_connection.c: worker_connections, of the client's side and the server's together.
  ['worker_connections are not enough', 'no-connection-left'],
  ['no live upstreams', 'no-live-upstream'],
  ['(111: Connection refused)', 'refused'],
  ['(110: Connection timed out) while connecting', 'timed-out-connecting'],
  ['(110: Operation timed out) while connecting', 'timed-out-connecting'],
  ['upstream timed out', 'timed-out-answering'],
  ['upstream prematurely closed connection', 'broke-off'],
  ['(104: Connection reset by peer)', 'broke-off'],
  ['(113: Host is unreachable)', 'unreachable'],
  ['(113: No route to host)', 'unreachable'],
  ['(101: Network is unreachable)', 'unreachable'],
  // RFC 5246 7.2.2, RFC 6066 3: what only a peer that speaks TLS sends.
  ['SSL alert number 40)', 'tls-refused'],
  ['SSL alert number 112)', 'tls-refused'],
  ['SSL_do_handshake() failed', 'tls-failed'],
  ['upstream SSL certificate', 'tls-failed'],
  ['upstream sent too big header', 'answer-too-big'],
  ['upstream sent invalid', 'invalid-answer'],
  ['upstream sent no valid', 'invalid-answer'],
  // limit_req_dry_run, limit_conn_dry_run: it would have.
  ['limiting requests, dry run', 'other'],
  ['limiting connections, dry run', 'other'],
  ['limiting requests', 'limited'],
  ['limiting connections', 'limited'],
  // `too large body: N bytes`; without a length that is told beforehand, `too large chunked body: N+N bytes`.
  ['client intended to send too large', 'body-too-big'],
  ['access forbidden by rule', 'denied'],
  // ngx_http_auth_request_module.c: what is no 2xx, 401 or 403.
  ['auth request unexpected status', 'auth-unclear'],
  // lua-nginx-module: `[lua] sticky.lua:39: …`, `lua entry thread aborted: …`, `failed to run balancer_by_lua*: …`.
  ['[lua] ', 'lua-failed'],
  ['lua entry thread aborted', 'lua-failed'],
  ['failed to run balancer_by_lua', 'lua-failed'],
  // ngx_http_core_module.c, ngx_http_named_location: `could not find named location "@custom_…_404"`.
  ['could not find named location', 'no-error-page'],
]

/** `auth request unexpected status: 404`; null where the line tells none. */
export function statusSaid({ said }: Pick<ErrorLine, 'said'>): number | null {
  const [, status] = /unexpected status: (\d{3})\b/.exec(said) ?? []
  return status === undefined ? null : Number(status)
}

const longest = 16 * 1024
const head = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d) \[(?:error|crit|alert|warn)\] \d{1,9}#\d{1,9}: \*\d{1,19} /

/**
 * `2026/11/28 10:56:37 [error] 31#31: *7 connect() failed (111: Connection refused) while connecting to upstream,
 * client: 10.0.0.9, server: web.example.com, request: "GET / HTTP/1.1", upstream: "http://10.2.0.4:8080/", host: "…"`.
 * What a client chose stands behind its address: what nginx itself says is looked for before it alone.
 */
export function nginxError(line: string): ErrorLine | null {
  if (line.length > longest || line.charCodeAt(4) !== slash) return null
  const found = head.exec(line)
  if (found === null) return null
  const from = found[0].length
  const client = line.indexOf(', client: ', from)
  if (client === -1) return null
  const said = line.slice(from, client)
  const address = line.indexOf(', ', client + 10)
  const [, year, month, day, hour, minute, second] = found.map(Number)
  const request = quoted(line, ', request: "', client, / HTTP\/\d(?:\.\d)?"/y)
  const { method, path } = requestIn(request.text ?? undefined)
  const upstream = quoted(line, ', upstream: "', request.end, null)
  const host = quoted(line, ', host: "', upstream.end, null)
  return {
    kind: 'error',
    at: Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second),
    trouble: troubles.find(([words]) => said.includes(words))?.[1] ?? 'other',
    said,
    client: line.slice(client + 10, address === -1 ? line.length : address),
    server: serverIn(line, address),
    method,
    path,
    host: host.text,
    upstream: /^[a-z]{1,10}:\/\/([^/]{1,100})/.exec(upstream.text ?? '')?.[1] ?? null,
  }
}

const slash = 47

/** It follows the client's address at once, and an expression may hold anything but what comes next. */
function serverIn(line: string, at: number): string | null {
  const mark = ', server: '
  if (at === -1 || !line.startsWith(mark, at)) return null
  const from = at + mark.length
  const request = line.indexOf(', request: "', from)
  const comma = request === -1 ? line.indexOf(', ', from) : request
  return line.slice(from, comma === -1 ? line.length : comma) || null
}

/** A request may hold quotes, where nginx is older than 1.21: it ends where its protocol does. */
function quoted(
  line: string,
  name: string,
  from: number,
  closing: RegExp | null,
): { readonly text: string | null; readonly end: number } {
  const start = line.indexOf(name, from)
  if (start === -1) return { text: null, end: from }
  const begin = start + name.length
  if (closing !== null)
    for (let at = line.indexOf(' HTTP/', begin); at !== -1; at = line.indexOf(' HTTP/', at + 1)) {
      closing.lastIndex = at
      const found = closing.exec(line)
      if (found !== null) return { text: line.slice(begin, at + found[0].length - 1), end: at + found[0].length }
    }
  const end = line.indexOf('"', begin)
  return end === -1 ? { text: null, end: from } : { text: line.slice(begin, end), end: end + 1 }
}
