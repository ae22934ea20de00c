import type { Ingress } from '../../model/ingress.ts'
import { once } from '../once.ts'
import { routesTo } from './http-of-ingress.ts'
import { type Route, routesOf } from './ingress-routes-to-service.ts'

/**
 * ingress-nginx sends a share of the requests for a host and path to the back end of a canary that has the same two:
 * whoever asks for this URL gets an answer of either (mergeAlternativeBackends in controller.go).
 */
export function sharersOf(ingresses: readonly Ingress[], route: Route | null): readonly Route[] {
  if (route === null || route.path === null) return []
  return (byPlace(ingresses).get(placeOf(route)) ?? []).filter(
    ({ ingress }) =>
      (ingress.namespace !== route.ingress.namespace || ingress.name !== route.ingress.name) &&
      ingress.className === route.ingress.className &&
      isCanary(ingress) !== isCanary(route.ingress),
  )
}

/** The same of all that an Ingress routes. */
export function sharersOfIngress(ingresses: readonly Ingress[], ingress: Ingress): readonly Route[] {
  return hasCanary(ingresses) ? routesOf(ingress).flatMap((it) => sharersOf(ingresses, it)) : []
}

/** A Service to which canaries alone lead. `ingress`: the first of them; `idle`: no request goes to any. */
export interface CanaryOnly {
  readonly ingress: string
  readonly idle: boolean
}

/** null where no canary leads to this Service, or something else does too. */
export function canaryOnly(ingresses: readonly Ingress[], service: Named): CanaryOnly | null {
  if (!hasCanary(ingresses)) return null
  const leading = routesTo(ingresses, service)
  const [first] = leading
  return first === undefined || !leading.every(isCanary)
    ? null
    : { ingress: first.name, idle: leading.every((it) => it.nginx?.idle === true) }
}

interface Named {
  readonly namespace: string
  readonly name: string
}

function isCanary({ nginx }: Ingress): boolean {
  return nginx?.canary === true
}

const hasCanary = once((ingresses: readonly Ingress[]): boolean => ingresses.some(isCanary))

const byPlace = once((ingresses: readonly Ingress[]) =>
  Map.groupBy(hasCanary(ingresses) ? ingresses.flatMap((it) => routesOf(it)) : [], placeOf),
)

function placeOf({ host, path }: Route): string {
  return `${(host ?? '').toLowerCase()} ${path ?? ''}`
}
