import type { Gateway, GatewayClass, GatewayRoute } from '../../model/gateway.ts'
import type { Known } from '../../model/known.ts'
import { full } from '../../phrases.ts'

/** Whether none of the controllers of a route is one of these: by its status, or by the classes of its Gateways. */
export function servedByOthers(
  those: RegExp,
  gateways: Known<readonly Gateway[]>,
  classes: Known<readonly GatewayClass[]>,
): (route: GatewayRoute) => boolean {
  const controllerOf = new Map((classes.known ? classes.value : []).map((it) => [it.name, it.controller]))
  const classOf = new Map((gateways.known ? gateways.value : []).map((it) => [full(it), it.className]))
  return (route) =>
    [
      ...route.status.map((it) => it.controller),
      ...route.parents.map(
        (it) => controllerOf.get(classOf.get(`${it.namespace ?? route.namespace}/${it.name}`) ?? '') ?? '',
      ),
    ].every((it) => !those.test(it))
}
