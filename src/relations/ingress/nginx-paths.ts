import type { Contacts, HttpContact } from '../../model/contacts.ts'
import type { Ingress, IngressClass } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import { hostAlone } from '../../wire/host-pattern.ts'
import { groupsFound } from '../../wire/linear-regex.ts'
import { percentDecoded } from '../../wire/percent.ts'
import type { Route } from './ingress-routes-to-service.ts'

/** ingress-nginx takes it: by the controller of its class, else by annotations that only this one knows. */
export function isForNginx(ingress: Ingress, classes: Known<readonly IngressClass[]>): boolean {
  const named = classes.known ? classes.value.find((it) => it.name === ingress.className) : undefined
  if (named !== undefined) return named.controller === 'k8s.io/ingress-nginx'
  return ingress.nginx !== undefined || ingress.vendors?.includes('nginx') === true
}

/**
 * Whether ingress-nginx reads every path of this Ingress's hosts as a regular expression: `use-regex`, or a rewrite of
 * a path to something else than itself (template.go, enforceRegex and needsRewrite).
 */
export function turnsRegexOn({ nginx, rules }: Ingress): boolean {
  if (nginx === undefined) return false
  const { regex, rewrite } = nginx
  return (
    regex ||
    (rewrite !== null && rewrite !== '' && rules.some((rule) => rule.paths.some(({ path }) => path !== rewrite)))
  )
}

/** What a path holds when somebody means a regular expression by it. */
export function isRegex(path: string): boolean {
  return /[()[\]|*^$+?{}\\]/.test(path)
}

/** `/api(/|$)(.*)` has two; a pattern that does not compile, and one longer than any that a human writes, has null. */
export function groupsIn(path: string): number | null {
  if (path.length > 200) return null
  let open = 0
  for (let at = 0; at < path.length; at++) {
    if (path[at] === '\\') at++
    else if (path[at] === '(' && (path[at + 1] !== '?' || path.startsWith('(?<', at) || path.startsWith('(?P<', at)))
      open++
  }
  return open
}

/** The highest group that a rewrite names: `/$2` has 2. */
export function groupNamed(rewrite: string): number {
  return Math.max(0, ...[...rewrite.matchAll(/\$(\d)/g)].map(([, digit]) => Number(digit)))
}

/** What the pods are asked for in the place of a path, and by what groups of the expression that was made. */
export interface Rewritten {
  readonly target: string
  readonly path: string
  readonly groups: readonly string[]
}

/**
 * `rewrite "(?i)/shop(/|$)(.*)" /$1 break;`: the target takes the place of the whole path (template.go,
 * buildProxyPass). null where nothing is rewritten, where variables stand in the target, or it leads elsewhere.
 */
export function rewrittenBy({ ingress, path }: Route, asked: string): Rewritten | null {
  const target = ingress.nginx?.rewrite ?? null
  if (target === null || target === '' || path === null || path === target) return null
  if (/\$[^\d]|^https?:/.test(target)) return null
  const found = groupsFound(path, percentDecoded(asked.split('?', 1)[0] ?? asked), true)
  if (found === null) return null
  return { target, path: target.replace(/\$(\d)/g, (_, digit) => found[Number(digit)] ?? ''), groups: found.slice(1) }
}

/** How requests for this path ended: text that accuses counts for less where they are answered. */
export type Measured = 'unasked' | 'well' | 'ill'

export function measuredOf(contacts: Known<Contacts>, { ingress, host, path }: Route): Measured {
  if (!contacts.known) return 'unasked'
  const stem = (path ?? '/').split(/[()[\]|*^$+?{}\\]/, 1)[0] ?? '/'
  const asked = contacts.value.http.filter(
    (it) =>
      it.ingress.namespace === ingress.namespace &&
      it.ingress.name === ingress.name &&
      (host === null || host.startsWith('*') || hostAlone(it.host) === host) &&
      it.path.startsWith(stem),
  )
  if (asked.length === 0) return 'unasked'
  return asked.every(isGlad) ? 'well' : 'ill'
}

/** A guess at a path proves nothing by what it is answered; a login that is asked for is an answer. */
function isGlad({ status, error }: HttpContact): boolean {
  return status !== null && error === null && (status < 400 || status === 401 || status === 403 || status === 429)
}
