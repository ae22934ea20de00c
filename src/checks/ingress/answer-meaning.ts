import type { Contacts } from '../../model/contacts.ts'
import type { Ingress } from '../../model/ingress.ts'
import { isBadEnd } from '../../relations/ingress/http-answers.ts'
import { directOf } from '../../relations/ingress/http-of-ingress.ts'
import type { Route } from '../../relations/ingress/ingress-routes-to-service.ts'
import { tally } from '../../relations/service/service-contacts.ts'

/** What the pods behind the controller did when they were asked past it: it rules out half of what a 5xx may mean. */
export type Backend =
  /** They say the same. */
  | 'says-it'
  | 'slow'
  | 'answers'
  /** They took connections, and nothing was asked of them. */
  | 'connects'
  | 'refuses'
  | 'silent'
  /** Nobody asked, or they differ. */
  | 'unknown'

const backends: readonly Backend[] = ['says-it', 'slow', 'answers', 'connects', 'refuses', 'silent', 'unknown']

export interface BadAnswers {
  readonly status: number | null
  readonly slowest: number
}

export function backendSeen(
  contacts: Contacts,
  ingress: Ingress,
  route: Route | null,
  { status, slowest }: BadAnswers,
): Backend {
  const direct = directOf(contacts, ingress, route)
  if (direct.some((it) => it.status !== null && it.status === status && it.error === null)) return 'says-it'
  const [late] = direct.toSorted((a, b) => b.ms - a.ms)
  if (late !== undefined && slowest >= 1000 && late.ms >= slowest / 2) return 'slow'
  if (direct.length > 0 && !direct.some(isBadEnd)) return 'answers'
  const name = route?.backend.service
  const connects = contacts.connects.filter(
    (it) => it.service.namespace === ingress.namespace && it.service.name === name,
  )
  const { open, of, by } = tally(connects.filter((it) => it.via.kind === 'endpoint'))
  if (of === 0) return 'unknown'
  if (open === of) return 'connects'
  if (open > 0) return 'unknown'
  return by.refused > 0 ? 'refuses' : 'silent'
}

const between = 'asked past the controller the pods answer well, so the fault is between the two'

const meanings: Readonly<Record<'502' | '503' | '504', Readonly<Record<Backend, string>>>> = {
  '502': {
    'says-it': 'the application itself answers 502: its pods say so when they are asked past the controller',
    answers:
      `${between}: another protocol (TLS against plain, HTTP/2), headers larger than the controller takes, ` +
      'or a policy that stops it alone',
    slow: 'asked past the controller the pods take as long: one that gives up in the middle is a 502 as well',
    connects:
      'the pods take connections: the application itself answered 502, hung up in the middle, ' +
      'or speaks another protocol (TLS against plain)',
    refuses: 'the pods are there, and nobody listens on the target port',
    silent: 'the pods are there, and connections to them get no answer',
    unknown:
      '502: the application itself said it, or the pod refused, hung up, or spoke another protocol (TLS against plain)',
  },
  '503': {
    'says-it': 'the application itself answers 503: its pods say so when they are asked past the controller',
    answers: `${between}: a limit of the controller, a location that it denies, or endpoints that it does not know yet`,
    slow: 'asked past the controller the pods are slow: a limit of requests or connections may be at work',
    connects:
      'the pods take connections: the application itself said 503, the controller has a limit, ' +
      'denies the location, or does not know these endpoints yet',
    refuses: 'nobody listens on the target port of the pods, and the controller has taken them out',
    silent: 'connections to the pods get no answer, and the controller has taken them out',
    unknown:
      '503: the controller had nobody to ask (no ready endpoint, a backend that is not there), ' +
      'has a limit of its own, or the application itself said it',
  },
  '504': {
    'says-it':
      'the application itself answers 504: its pods say so when they are asked past the controller, ' +
      'so it waits for somebody else',
    answers: `${between}: a policy that stops the controller alone, or what only this request makes slow`,
    slow: 'asked past the controller the pods take as long: the application is slow, or waits for somebody else',
    connects:
      'the pods take connections, so the controller reached one and did not wait long enough for its answer ' +
      '(proxy-read-timeout), or a policy stops the controller alone',
    refuses: 'nobody listens on the target port of the pods',
    silent:
      'connections to the pods get no answer, ' +
      'so the controller cannot have made one (proxy-connect-timeout, some tries)',
    unknown:
      '504: the controller could not connect to the pod in its connect timeout, ' +
      'or reached it and had no answer in its read timeout',
  },
}

/**
 * What it may mean, of what the evidence leaves. As ingress-nginx and Envoy mean them; the manual's table has the
 * others.
 */
export function meaningOf(status: string, seen: string): string {
  const backend = backends.find((it) => it === seen) ?? 'unknown'
  switch (status) {
    case 'error':
      return 'the controller itself did not answer: it is down, overloaded, or a policy keeps the probe from it'
    case 'garbled':
      return (
        'the controller was reached and sent bytes that are no HTTP: it passes on what the application said ' +
        '(a header that is broken, an answer that goes on after its end), or something else listens there'
      )
    case 'alone':
      return (
        'the same controller answers other requests of this run, so it is up and can be reached: what is behind this ' +
        'URL ends the connection, or a rule of the controller does'
      )
    case 'late':
      return (
        lateMeanings[backend] ??
        'the controller took the request and had no answer in time: ' +
          'it waits for a pod that it cannot connect to, or for a slow one'
      )
    case 'circle':
      return (
        'the redirects lead back to where they began: the application wants TLS and is asked over plain HTTP (it ' +
        'does not heed X-Forwarded-Proto), or two of them redirect to each other'
      )
    case 'cut':
      return (
        'headers came, and the body never ended: small packets pass and large ones are lost (an MTU that is too ' +
        'big on the way, ICMP that is dropped), or the application hangs while it writes'
      )
    case '502':
    case '503':
    case '504':
      return meanings[status][backend]
    default:
      return otherMeanings(status, backend)
  }
}

/** 500 and what is rarer: no packet that is lost makes one, and both the application and the controller can. */
function otherMeanings(status: string, backend: Backend): string {
  if (backend === 'answers') return `${between}: what the controller adds (authentication, snippets, Lua) may fail`
  if (backend === 'says-it')
    return `the application itself answers ${status}: its pods say so when they are asked past the controller`
  return (
    `${status} is said by the application, or by the controller itself (a rewrite that goes in circles, ` +
    'an expression that it gives up on, a snippet, an authentication that fails): then its error log says why'
  )
}

const lateMeanings: Readonly<Partial<Record<Backend, string>>> = {
  connects:
    'the controller took the request and had no answer in time; the pods take connections, so it waits for a slow one',
  slow: 'the controller took the request and had no answer in time; asked past it the pods take as long',
  silent: 'the controller took the request and waits for a pod: connections to these get no answer',
}
