import type { GatewayRoute, ParentRef } from '../../model/gateway.ts'
import { parentGateway } from './attachment.ts'

/** Parents that are Gateways, and of which no controller has written what it makes of the route. */
export function missingStatus(route: GatewayRoute): readonly ParentRef[] {
  return route.parents.filter(
    (parent) => parentGateway(route, parent) !== null && !route.status.some((it) => isSame(route, it.parent, parent)),
  )
}

/**
 * Parents of other kinds, a set of listeners or a Service of a mesh, of a route that no controller at all has written
 * of: whoever implements the kind writes an entry for each parent that is its own (apis/v1, RouteStatus.Parents).
 */
export function untakenParents(route: GatewayRoute): readonly ParentRef[] {
  return route.status.length > 0 ? [] : route.parents.filter((parent) => parentGateway(route, parent) === null)
}

/** The entry of a status names its parent as the spec does (apis/v1 shared_types.go, RouteParentStatus). */
function isSame(route: GatewayRoute, a: ParentRef, b: ParentRef): boolean {
  return (
    a.kind === b.kind &&
    a.name === b.name &&
    (a.namespace ?? route.namespace) === (b.namespace ?? route.namespace) &&
    a.section === b.section &&
    a.port === b.port
  )
}
