import type { HttpProxy, ProxyRoute, ProxyService } from '../../model/http-proxy.ts'
import type { Service } from '../../model/service.ts'
import { servicesByName } from '../ingress/ingress-routes-to-service.ts'

/** One Service of an HTTPProxy's route; it stands in the proxy's own namespace, as there is no other choice. */
export interface ProxyBackend {
  readonly proxy: HttpProxy
  readonly route: ProxyRoute
  readonly ref: ProxyService
  readonly state:
    | { readonly kind: 'there'; readonly service: Service }
    | { readonly kind: 'missing' }
    | { readonly kind: 'port'; readonly service: Service }
}

export function proxyBackends(proxies: readonly HttpProxy[], services: readonly Service[]): readonly ProxyBackend[] {
  const find = servicesByName(services)
  return proxies.flatMap((proxy) =>
    proxy.routes.flatMap((route) =>
      route.services.map((ref): ProxyBackend => {
        const service = find(proxy.namespace, ref.name)
        if (service === null) return { proxy, route, ref, state: { kind: 'missing' } }
        const kind = service.ports.some((it) => it.port === ref.port) ? 'there' : 'port'
        return { proxy, route, ref, state: { kind, service } }
      }),
    ),
  )
}

/** `web.example.com/cart`: the host only of one that has it by itself. */
export function proxyRouteText(proxy: HttpProxy, route: ProxyRoute): string {
  return `${proxy.host?.fqdn ?? ''}${route.exact ?? route.prefix ?? '/'}`
}
