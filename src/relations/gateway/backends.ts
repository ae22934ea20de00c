import type { BackendRef, GatewayRoute } from '../../model/gateway.ts'
import type { Scope } from '../../model/sources.ts'
import type { Service } from '../../model/service.ts'
import { servicesByName } from '../ingress/ingress-routes-to-service.ts'

/** One backendRef, and what it comes to by the objects alone. */
export interface RoutedBackend {
  readonly route: GatewayRoute
  readonly ref: BackendRef
  readonly namespace: string
  readonly state:
    | { readonly kind: 'there'; readonly service: Service }
    | { readonly kind: 'missing' }
    | { readonly kind: 'port'; readonly service: Service }
    /** The core group has no such kind that could be sent requests. */
    | { readonly kind: 'no-kind' }
    /** A kind of somebody's own, or a namespace that was not read. */
    | { readonly kind: 'unseen'; readonly why: string }
}

export function routedBackends(
  routes: readonly GatewayRoute[],
  services: readonly Service[],
  scope: Scope,
): readonly RoutedBackend[] {
  const find = servicesByName(services)
  return routes.flatMap((route) =>
    route.rules.flatMap((rule) =>
      rule.backends.map((ref): RoutedBackend => {
        const namespace = ref.namespace ?? route.namespace
        return { route, ref, namespace, state: stateOf(ref, find(namespace, ref.name), { namespace, scope }) }
      }),
    ),
  )
}

function stateOf(
  ref: BackendRef,
  service: Service | null,
  { namespace, scope }: { readonly namespace: string; readonly scope: Scope },
): RoutedBackend['state'] {
  if (ref.group !== '') return { kind: 'unseen', why: `${ref.kind} of ${ref.group} is not read` }
  if (ref.kind !== 'Service') return { kind: 'no-kind' }
  if (service === null) {
    return scope.namespace === null || scope.namespace === namespace
      ? { kind: 'missing' }
      : { kind: 'unseen', why: `Services of namespace ${namespace} were not read` }
  }
  // A port is required for a Service (apis/v1 shared_types.go, BackendObjectReference).
  return service.ports.some((it) => it.port === ref.port) ? { kind: 'there', service } : { kind: 'port', service }
}

/** `/cart` of the rule in which a backend stands, as a reader names it. */
export function ruleText(route: GatewayRoute, ref: BackendRef): string {
  const rule = route.rules.find((it) => it.backends.includes(ref))
  const host = route.hostnames[0] ?? '*'
  return `${host}${rule?.matches[0]?.path ?? (route.kind === 'HTTPRoute' ? '/' : '')}`
}

/** Which part of the requests of its rule a backend takes: nothing of those that weigh 0. */
export function takesRequests(ref: BackendRef): boolean {
  return ref.weight > 0
}
