import type { IngressConfigs } from '../../model/ingress-config.ts'
import type { Known } from '../../model/known.ts'
import { some } from '../../phrases.ts'
import { hostAlone } from '../../wire/host-pattern.ts'
import type { RequestTrouble } from '../../wire/access-log/nginx-error.ts'

interface Asked {
  /** The `Host` of the requests, which may carry a port. */
  readonly host: string
  readonly controllers: readonly string[]
}

/** What nginx says most often of requests for this host that failed while the probe ran; null: nothing. */
export interface SaidByLog {
  readonly trouble: RequestTrouble
  readonly times: number
  readonly upstreams: readonly string[]
  /** The words of a line, where these are the controller's own. */
  readonly words?: string
}

export function saidByLog(configs: Known<IngressConfigs>, { host, controllers }: Asked): SaidByLog | null {
  const name = hostAlone(host)
  const said = (configs.known ? configs.value.controllers : [])
    .filter((it) => controllers.includes(it.pod))
    .flatMap((it) => (it.failed?.known === true ? it.failed.value : []))
    .filter((it) => it.host === name)
  const groups = [...Map.groupBy(said, (it) => it.trouble)].map(([trouble, its]) => ({
    trouble,
    times: its.reduce((sum, it) => sum + it.times, 0),
    upstreams: [...new Set(its.flatMap((it) => it.upstream ?? []))],
    ...its.flatMap(({ said: words }) => (words === undefined ? [] : [{ words }]))[0],
  }))
  // What Lua writes may be of requests that were answered all the same: nginx's own word goes first.
  const isOwn = (it: SaidByLog): number => Number(it.trouble === 'lua-failed')
  return groups.toSorted((a, b) => isOwn(a) - isOwn(b) || b.times - a.times)[0] ?? null
}

/** A clause each, of what nginx means by it (ngx_http_upstream.c and others), and what changes it. */
export const meanings: Readonly<Record<RequestTrouble, (by: string) => string>> = {
  refused: (by) => `${by} refused its connections: nobody listens there, or a rule rejects them`,
  'timed-out-connecting': (by) =>
    `it got no connection to ${by} in time (proxy-connect-timeout): a policy, a firewall or a route on its own way`,
  'timed-out-answering': (by) => `it had a connection to ${by}, and no answer in its time (proxy-read-timeout)`,
  'broke-off': (by) =>
    `${by} ended the connection before its answer was whole: a crash, a keep-alive that is shorter than nginx's, or ` +
    'another protocol',
  'no-live-upstream': () => 'all its endpoints are marked as failed, or there is none',
  unreachable: (by) => `${by} is out of its reach (no route): a rule rejects it, or a route is missing`,
  'tls-failed': (by) =>
    `TLS with ${by} failed: plain HTTP is spoken there, or its certificate is refused (backend-protocol, ` +
    'proxy-ssl-verify)',
  'tls-refused': (by) =>
    `TLS is spoken by ${by}, and each handshake ended there by an alert: there is no certificate for a ` +
    `client that names no host, as ` +
    'nginx does unless proxy-ssl-server-name is "on" (and proxy-ssl-name its name), or a certificate or a ' +
    'version of TLS is wanted that nginx does not show',
  'answer-too-big': (by) =>
    `the headers of ${by} do not fit its buffer (proxy-buffer-size, 4k where nothing else is said): ` +
    'many or long cookies',
  'invalid-answer': (by) =>
    `what ${by} sent is no answer in the protocol that nginx speaks to it (backend-protocol), or has broken headers`,
  limited: () => 'a limit of the Ingress was reached (limit-rps, limit-rpm, limit-connections)',
  'body-too-big': () => 'the body of the request is larger than it takes (proxy-body-size)',
  denied: () => 'an allow list or a deny list keeps the client out',
  'auth-unclear': () =>
    'who is asked for leave (auth-url) answers neither 2xx nor 401 or 403: nginx makes a 500 of that',
  'no-connection-left': () =>
    'this controller has no connection left: each request takes two of worker_connections (max-worker-connections of ' +
    'its ConfigMap), and streams and WebSockets hold theirs; the pods have no part in it',
  'lua-failed': () => "the controller's own program failed: no pod is asked",
  'no-error-page': () =>
    'it takes this status away from the pods (custom-http-errors), and the place in nginx.conf that the page is to ' +
    'come from is missing where it asks for it: it answers 500 in its place',
  'refused-early': () => 'it refused the requests before it chose a backend',
  other: () => '',
}

/** What changes it, where one thing does. */
export const cures: Readonly<Partial<Record<RequestTrouble, string>>> = {
  'timed-out-answering':
    'have the application answer sooner, or raise proxy-read-timeout for what is meant to take so long',
  'answer-too-big':
    'raise proxy-buffer-size (nginx.ingress.kubernetes.io/proxy-buffer-size: 16k on the Ingress, or ' +
    "proxy-buffer-size in the controller's ConfigMap), or make the cookies and headers smaller",
  'body-too-big': 'raise proxy-body-size (nginx.ingress.kubernetes.io/proxy-body-size), or send smaller bodies',
  'tls-refused': 'have nginx name a host in the handshake: proxy-ssl-server-name "on", and proxy-ssl-name',
  'no-connection-left':
    'raise max-worker-connections of the ConfigMap, or take the line out: 0 is as many as there are files',
  'tls-failed': 'see which protocol the pods speak: backend-protocol, proxy-ssl-verify',
  'lua-failed':
    'take the annotation away that has the controller run this (of a cookie: affinity, session-cookie-…), or run an ' +
    'image of the controller that is whole',
  'no-error-page':
    "name a default backend that has the pages (--default-backend-service, or the Ingress' annotation " +
    'default-backend), or take that status out of custom-http-errors',
  'broke-off': 'see whether the pods crash, or close idle connections sooner than nginx does (keep-alive below 60 s)',
}

export function saidText({ trouble, times, upstreams, words }: SaidByLog): string {
  const by = upstreams.length === 0 ? 'the pod' : some(upstreams, 2)
  const quoted = words === undefined ? '' : `: “${words}”`
  return `the controller's log says why, ${times === 1 ? 'once' : `${times} times`}: ${meanings[trouble](by)}${quoted}`
}
