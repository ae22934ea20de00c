import type { Ingress } from '../../model/ingress.ts'
import { exampleOf } from '../../wire/regex-example.ts'
import { routeOfContact } from './http-of-ingress.ts'
import type { Route } from './ingress-routes-to-service.ts'
import { isRegex, turnsRegexOn } from './nginx-paths.ts'

/** How the controllers of an Ingress read a path with `(`, `*`, or `[` in it. */
export type Reading =
  /** Letter by letter, or as an expression where the Ingress says so: ingress-nginx. */
  | 'nginx'
  /** By rules that are not known here: a glob, an expression, the letters, by annotations of another vendor. */
  | 'other'

/**
 * A path to ask for, as it stands in a URL, that this very rule takes by the controller's rules, and no other rule of
 * the Ingress before it. What no rule takes is answered 404 by every healthy controller. null where none is known.
 */
export function pathTakenBy(route: Route, host: string, reading: Reading): string | null {
  const found = candidates(route, reading).map(encoded)
  return found.find((it) => it !== null && isTaken(route, host, it)) ?? null
}

function candidates({ ingress, path, pathType }: Route, reading: Reading): readonly (string | null)[] {
  if (path === null || path === '') return ['/', '/hopscope']
  // Kong's expressions begin so.
  if (reading === 'other' && (isRegex(path) || path.startsWith('/~'))) return []
  if (reading === 'nginx' && isRegex(path) && turnsRegexOn(ingress))
    return [path.split(/[()[\]{}*+?|^$\\]/, 1)[0] ?? null, exampleOf(path), exampleOf(path, 'once'), '/']
  // Where an Exact one has the same path, it is what is below that goes here.
  const below = path.endsWith('/') ? `${path}hopscope` : `${path}/`
  return pathType === 'Exact' ? [path] : [path, below]
}

/** null for what changes on its way: dots and double slashes are taken out by clients and by nginx. */
function encoded(path: string | null): string | null {
  if (path?.startsWith('/') !== true || path.includes('//') || !path.isWellFormed()) return null
  const text = encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23')
  return URL.parse(`http://hopscope.invalid${text}`)?.pathname === text ? text : null
}

function isTaken(route: Route, host: string, path: string): boolean {
  const taker = routeOfContact(route.ingress, { host, path })
  return (
    taker !== null &&
    taker.path === route.path &&
    taker.pathType === route.pathType &&
    taker.backend.service === route.backend.service &&
    taker.backend.port === route.backend.port
  )
}

/**
 * Whether ingress-nginx may read this rule's path in another way than its own Ingress has it: another Ingress of the
 * host makes expressions of them all.
 */
export function isReadByOthers(ingresses: readonly Ingress[], { ingress, host, path }: Route): boolean {
  if (path === null || !isRegex(path) || turnsRegexOn(ingress)) return false
  return ingresses.some((it) => turnsRegexOn(it) && it.rules.some((rule) => (rule.host ?? '') === (host ?? '')))
}
