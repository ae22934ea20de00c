import type { Ingress, IngressBackend } from '../../model/ingress.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { linearPattern } from '../../wire/linear-regex.ts'
import { withoutTrailing } from '../../wire/trim-end.ts'
import { once } from '../once.ts'
import { turnsRegexOn } from './nginx-paths.ts'

export interface Route {
  readonly ingress: Ingress
  /** null = any host. */
  readonly host: string | null
  /** null for the default backend. */
  readonly path: string | null
  readonly pathType: string
  readonly backend: IngressBackend
}

/** The port name by which a backend says that an annotation tells what to do: its "Service" is an action's name. */
const useAnnotation = 'use-annotation'

export function isAction(backend: IngressBackend): boolean {
  return backend.port === useAnnotation
}

/**
 * Every way from an Ingress to a Service. Backends that are another resource (a storage bucket) name no Service; those
 * that are an action of the AWS Load Balancer Controller name those to which the action forwards, if any.
 */
export const routesOf = once((ingress: Ingress): readonly Route[] => {
  return backendsOf(ingress).flatMap((route) => {
    if (!isAction(route.backend)) return [route]
    const action = ingress.actions?.find((it) => it.name === route.backend.service)
    const path = `metadata.annotations['alb.ingress.kubernetes.io/actions.${route.backend.service}']`
    return (action?.services ?? []).map((it) => ({ ...route, backend: { ...it, path } }))
  })
})

/** Backends as they stand in the object, actions included. */
export function backendsOf(ingress: Ingress): readonly Route[] {
  const rules = ingress.rules.flatMap((rule) =>
    rule.paths.map((it) => ({ ingress, host: rule.host, path: it.path, pathType: it.pathType, backend: it.backend })),
  )
  const fallback =
    ingress.defaultBackend === null
      ? []
      : [{ ingress, host: null, path: null, pathType: 'Prefix', backend: ingress.defaultBackend }]
  return [...rules, ...fallback].filter((it) => it.backend.service !== '')
}

/** A backend's Service lives in the Ingress's own namespace; there is no other choice (networking/v1). */
export function servicesByName(services: readonly Service[]): (namespace: string, name: string) => Service | null {
  const all = new Map(services.map((it) => [`${it.namespace}/${it.name}`, it]))
  return (namespace, name) => all.get(`${namespace}/${name}`) ?? null
}

/** The Service's port that a backend means, by number or by name. */
export function portOfBackend(service: Service, backend: IngressBackend): ServicePort | null {
  return service.ports.find((it) => it.port === backend.port || (it.name !== null && it.name === backend.port)) ?? null
}

/**
 * Where a request goes by the Ingress API's own rules: exact host before wildcard before none, Exact before Prefix,
 * the longest path first. Controllers differ on ImplementationSpecific; it is read as a prefix, unless the Ingress has
 * ingress-nginx read its paths as regular expressions. The path is as it reads without percent signs.
 */
export function routeFor(ingress: Ingress, host: string, path: string): Route | null {
  return routeAmong([ingress], host, path)
}

/** Whether a rule takes a request, also where it leads to no Service: an action of a load balancer, a resource. */
export function takesUrl(ingress: Ingress, host: string, path: string): boolean {
  if (ingress.defaultBackend !== null) return true
  return ingress.rules.some((rule) =>
    rule.paths.some((it) => hostRank(rule.host, host) > 0 && pathFits({ ingress, host: rule.host, ...it }, path)),
  )
}

/** The same where several Ingresses of one controller may have the request. */
export function routeAmong(ingresses: readonly Ingress[], host: string, path: string): Route | null {
  const fitting = ingresses
    .flatMap((it) => routesOf(it))
    .filter((it) => hostRank(it.host, host) > 0 && pathFits(it, path))
  return (
    fitting.toSorted((a, b) => rank(b, host) - rank(a, host) || (b.path ?? '').length - (a.path ?? '').length)[0] ??
    null
  )
}

function rank(route: Route, host: string): number {
  return hostRank(route.host, host) * 4 + pathRank(route)
}

function pathRank({ ingress, path, pathType }: Route): number {
  if (path === null) return 0
  // Expressions stand in nginx.conf by their length, whatever the pathType (template.go, buildLocation; sortLocations).
  if (turnsRegexOn(ingress)) return 1
  return pathType === 'Exact' ? 2 : 1
}

/** Whether requests for this host go by this rule. */
export function takesHost(rule: string | null, host: string): boolean {
  return hostRank(rule, host) > 0
}

/** `*.example.com` stands for exactly one more label. */
function hostRank(rule: string | null, host: string): number {
  if (rule === null || rule === '') return 1
  const [wanted, asked] = [rule.toLowerCase(), host.toLowerCase()]
  if (wanted === asked) return 3
  return wanted.startsWith('*.') && asked.slice(asked.indexOf('.')) === wanted.slice(1) && asked.indexOf('.') > 0
    ? 2
    : 0
}

/** Prefix goes by whole path elements: `/foo` takes `/foo/bar`, not `/foobar`. */
function pathFits(route: Route, path: string): boolean {
  if (route.path === null) return true
  const asked = path.split('?')[0] ?? path
  if (turnsRegexOn(route.ingress)) return asked.length < longestPath && expressionOf(route)?.test(asked) === true
  if (route.pathType === 'Exact') return asked === route.path
  const prefix = withoutTrailing(route.path, '/')
  return asked === prefix || asked.startsWith(`${prefix}/`)
}

const longestPath = 2000

/** `location ~* "^PATH"`: from the beginning, in either case, with no end of its own. null where RE2 can't tell. */
const expressionOf = once(({ path }: Route) =>
  path === null || path.length > longestPath ? null : linearPattern(`(?i)^${path}`),
)

/** `web.example.com/cart`, as a reader names what a request asked for. */
export function routeText(route: Route): string {
  return route.path === null ? 'the default backend' : `${route.host ?? '*'}${route.path}`
}
