import type { Evidence } from '../../findings/evidence.ts'
import type { BackendRef, Gateway, GatewayRoute, ParentRef } from '../../model/gateway.ts'
import type { HttpProxy, ProxyService } from '../../model/http-proxy.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { type BadCondition, badConditions, conditionText } from '../../relations/gateway/conditions.ts'
import { shown } from '../../phrases.ts'

export function routeSubject(route: GatewayRoute): Subject {
  return subject(route.kind, route.namespace, route.name)
}

export function gatewaySubject(gateway: Pick<Gateway, 'namespace' | 'name'>): Subject {
  return subject('Gateway', gateway.namespace, gateway.name)
}

export function proxySubject(proxy: HttpProxy): Subject {
  return subject('HTTPProxy', proxy.namespace, proxy.name)
}

/** `shop/edge, listener https, port 443`, as far as the reference says. */
export function parentText(route: GatewayRoute, parent: ParentRef): string {
  return [
    `${parent.namespace ?? route.namespace}/${parent.name}`,
    ...(parent.section === null ? [] : [`listener ${parent.section}`]),
    ...(parent.port === null ? [] : [`port ${parent.port}`]),
  ].join(', ')
}

/** What the controller itself says of it, in its own words. */
export function saysOf(controller: string, bad: readonly BadCondition[]): readonly Evidence[] {
  return bad.map((it) => ({
    kind: 'fact',
    label: `${controller}: ${conditionText(it)}`,
    value: shown(it.message),
  }))
}

/** The same of all controllers that wrote into a route's status. */
export function routeSays(route: GatewayRoute): readonly Evidence[] {
  return route.status.flatMap((it) => saysOf(it.controller, badConditions(it.conditions, route.generation, [])))
}

/** What Contour says of an HTTPProxy. */
export function proxySays(proxy: HttpProxy): readonly Evidence[] {
  const problems = proxy.conditions.flatMap((it) => it.errors)
  const said = problems.map((it): Evidence => ({
    kind: 'fact',
    label: `Contour: ${it.type} (${it.reason})`,
    value: shown(it.message),
  }))
  if (said.length > 0 || proxy.current === null || proxy.current === 'valid') return said
  return [{ kind: 'fact', label: `Contour: ${proxy.current}`, value: shown(proxy.description) }]
}

/** The parentRef as it stands in the route, with the caret under what does not fit. */
export function parentEvidence(
  route: GatewayRoute,
  parent: ParentRef,
  { what, label }: { readonly what: 'name' | 'section' | 'port'; readonly label: string },
): Evidence {
  const index = Math.max(0, route.parents.indexOf(parent))
  const section = parent.section === null ? [] : [`  sectionName: ${parent.section}`]
  const lines = [
    'parentRefs:',
    `- name: ${parent.name}`,
    ...(parent.namespace === null ? [] : [`  namespace: ${parent.namespace}`]),
    ...section,
    ...(parent.port === null ? [] : [`  port: ${parent.port}`]),
  ]
  const marks = { name: parent.name, section: parent.section ?? '', port: `${parent.port ?? ''}` }
  const starts = { name: '- name:', section: '  sectionName:', port: '  port:' }
  return {
    kind: 'config',
    object: routeSubject(route),
    path: `spec.parentRefs[${index}]`,
    lines,
    at: Math.max(
      1,
      lines.findIndex((it) => it.startsWith(starts[what])),
    ),
    mark: marks[what],
    label,
  }
}

/** The backendRef as it stands in the route. */
export function refEvidence(
  route: GatewayRoute,
  ref: BackendRef,
  { what, label }: { readonly what: 'name' | 'port' | 'namespace' | 'kind'; readonly label: string },
): Evidence {
  const lines = [
    'backendRefs:',
    `- name: ${ref.name}`,
    ...(ref.kind === 'Service' ? [] : [`  kind: ${ref.kind}`]),
    ...(ref.namespace === null ? [] : [`  namespace: ${ref.namespace}`]),
    ...(ref.port === null ? [] : [`  port: ${ref.port}`]),
  ]
  const start = what === 'name' ? '- name:' : `  ${what}:`
  const at = lines.findIndex((it) => it.startsWith(start))
  const marks = { name: ref.name, port: `${ref.port ?? ''}`, namespace: ref.namespace ?? '', kind: ref.kind }
  return {
    kind: 'config',
    object: routeSubject(route),
    path: ref.path,
    lines,
    at: at < 0 ? 1 : at,
    mark: at < 0 ? ref.name : marks[what],
    label,
  }
}

/** The Service of a route as it stands in the HTTPProxy. */
export function serviceEvidence(
  proxy: HttpProxy,
  ref: ProxyService,
  { what, label }: { readonly what: 'name' | 'port'; readonly label: string },
): Evidence {
  return {
    kind: 'config',
    object: proxySubject(proxy),
    path: ref.path,
    lines: ['services:', `- name: ${ref.name}`, `  port: ${ref.port}`],
    at: what === 'name' ? 1 : 2,
    mark: what === 'name' ? ref.name : `${ref.port}`,
    label,
  }
}
