import type { Condition, Gateway, GatewayClass, GatewayRoute, Listener } from '../../src/model/gateway.ts'
import type { BackendRef, GatewayApi, ParentRef, ReferenceGrant } from '../../src/model/gateway.ts'
import type { HttpProxy, ProxyService } from '../../src/model/http-proxy.ts'

const group = 'gateway.networking.k8s.io'
const controller = 'projectcontour.io/gateway-controller'

export const gatewayApi: GatewayApi = { served: ['Gateway', 'HTTPRoute', 'ReferenceGrant'], inScopeOnly: [] }

/** `Accepted` is True, unless told otherwise. */
export function condition(type: string, about: Partial<Condition> = {}): Condition {
  return { type, status: 'True', reason: type, message: '', generation: 1, ...about }
}

export function gatewayClass(name: string, about: Partial<GatewayClass> = {}): GatewayClass {
  return { name, generation: 1, controller, conditions: [condition('Accepted')], ...about }
}

/** Listener `http` on port 80 for any host, which takes routes of all namespaces. */
export function listener(about: Partial<Listener> = {}): Listener {
  return {
    name: 'http',
    hostname: null,
    port: 80,
    protocol: 'HTTP',
    tls: null,
    from: 'All',
    selector: null,
    kinds: [],
    status: { attached: 1, conditions: [condition('Accepted'), condition('Programmed'), condition('ResolvedRefs')] },
    ...about,
  }
}

/** Gateway `edge/edge`, accepted, programmed, with an address. */
export function gateway(listeners: readonly Listener[] = [listener()], about: Partial<Gateway> = {}): Gateway {
  return {
    namespace: 'edge',
    name: 'edge',
    generation: 1,
    className: 'contour',
    listeners,
    addresses: ['198.18.0.80'],
    conditions: [condition('Accepted'), condition('Programmed')],
    ...about,
  }
}

export function parent(about: Partial<ParentRef> = {}): ParentRef {
  return { group, kind: 'Gateway', namespace: 'edge', name: 'edge', section: null, port: null, ...about }
}

export function backend(name: string, about: Partial<BackendRef> = {}): BackendRef {
  return {
    group: '',
    kind: 'Service',
    namespace: null,
    name,
    port: 80,
    weight: 1,
    path: 'spec.rules[0].backendRefs[0]',
    ...about,
  }
}

/** HTTPRoute `shop/web` for web.example.com, with one rule; accepted by the controller of each of its Gateways. */
export function route(backends: readonly BackendRef[], about: Partial<GatewayRoute> = {}): GatewayRoute {
  const parents = about.parents ?? [parent()]
  return {
    kind: 'HTTPRoute',
    namespace: 'shop',
    name: 'web',
    generation: 1,
    hostnames: ['web.example.com'],
    parents,
    rules: [{ matches: [{ type: 'PathPrefix', path: '/cart', more: 'nothing' }], filters: [], backends }],
    status: parents.map((it) => ({
      parent: it,
      controller,
      conditions: [condition('Accepted'), condition('ResolvedRefs')],
    })),
    ...about,
  }
}

/** From HTTPRoutes of `shop` to every Service of its own namespace. */
export function grant(namespace: string, about: Partial<ReferenceGrant> = {}): ReferenceGrant {
  return {
    namespace,
    name: 'from-shop',
    from: [{ group, kind: 'HTTPRoute', namespace: 'shop' }],
    to: [{ group: '', kind: 'Service', name: null }],
    ...about,
  }
}

export function proxyService(name: string, about: Partial<ProxyService> = {}): ProxyService {
  return { name, port: 80, weight: null, mirror: 'answers', path: 'spec.routes[0].services[0]', ...about }
}

/** HTTPProxy `shop/web` for web.example.com, valid. */
export function httpProxy(services: readonly ProxyService[], about: Partial<HttpProxy> = {}): HttpProxy {
  return {
    namespace: 'shop',
    name: 'web',
    generation: 1,
    className: null,
    host: { fqdn: 'web.example.com', tls: null },
    includes: [],
    routes: [{ prefix: '/', exact: null, answers: 'services', services }],
    current: 'valid',
    description: 'Valid HTTPProxy',
    conditions: [{ ...condition('Valid'), errors: [], warnings: [] }],
    ...about,
  }
}
