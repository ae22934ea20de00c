import * as fc from 'fast-check'
import type { BackendTlsPolicy, Condition, Gateway, GatewayApi, GatewayClass } from '../../src/model/gateway.ts'
import type { GatewayRoute, ObjectRef, ParentStatus, ReferenceGrant } from '../../src/model/gateway.ts'
import type { HttpProxy, TlsDelegation } from '../../src/model/http-proxy.ts'

/** For tests: any Gateway API and HTTPProxy at all, with names that repeat, so that objects refer to each other. */

const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom('', '\n', '\u2028'))
const name = fc.constantFrom('a', 'shop', 'cart', 'web.1', 'kube-system')
const host = fc.constantFrom('web.example.com', '*.example.com', 'shop.example', '*.cart')
const count = fc.nat(70_000)
const few = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { maxLength: 2 })
const maybe = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(item, { nil: null })
const group = fc.constantFrom('', 'gateway.networking.k8s.io')
const named = { namespace: name, name }
const path = fc.constantFrom('/', '/cart', '/cart/pay')

const problem = {
  reason: fc.constantFrom('Pending', 'RefNotPermitted', 'NoMatchingParent', ''),
  message: text,
}
const cond = {
  type: fc.constantFrom('Accepted', 'Programmed', 'ResolvedRefs', 'Conflicted', 'Valid'),
  status: fc.constantFrom('True' as const, 'False' as const, 'Unknown' as const),
  ...problem,
  generation: maybe(count),
}
const condition: fc.Arbitrary<Condition> = fc.record(cond)
const reference: { readonly [K in keyof ObjectRef]: fc.Arbitrary<ObjectRef[K]> } = {
  group,
  kind: fc.constantFrom('Service', 'Gateway', 'Secret', 'Servce'),
  namespace: maybe(name),
  name,
}
const parent = fc.record({ ...reference, section: maybe(name), port: maybe(count) })
const status: fc.Arbitrary<ParentStatus[]> = few(fc.record({ parent, controller: name, conditions: few(condition) }))

const selector = fc.record({
  matchLabels: fc.dictionary(name, name, { maxKeys: 2, noNullPrototype: true }),
  matchExpressions: few(
    fc.record({ key: name, operator: fc.constantFrom('In' as const, 'Exists' as const), values: few(name) }),
  ),
})

export const gatewayApi: fc.Arbitrary<GatewayApi> = fc.record({
  served: few(fc.constantFrom('Gateway', 'HTTPRoute', 'ReferenceGrant')),
  inScopeOnly: few(fc.constantFrom('Gateway', 'ReferenceGrant')),
  dataPlanes: few(
    fc.record({
      ...named,
      ip: fc.ipV4(),
      ports: few(fc.record({ port: count, targetPort: fc.oneof(count, name) })),
      gateway: maybe(fc.record(named)),
      pods: few(fc.record({ name, container: name })),
    }),
  ),
})

export const gatewayClass: fc.Arbitrary<GatewayClass> = fc.record({
  name,
  generation: count,
  controller: name,
  conditions: few(condition),
})

export const gateway: fc.Arbitrary<Gateway> = fc.record({
  ...named,
  generation: count,
  className: name,
  addresses: few(fc.oneof(fc.ipV4(), host)),
  conditions: few(condition),
  listeners: few(
    fc.record({
      name,
      hostname: maybe(host),
      port: count,
      protocol: fc.constantFrom('HTTP', 'HTTPS', 'TLS'),
      tls: maybe(
        fc.record({
          mode: fc.constantFrom('Terminate' as const, 'Passthrough' as const),
          certificates: few(fc.record(reference)),
        }),
      ),
      from: fc.constantFrom('Same' as const, 'All' as const, 'Selector' as const, 'None' as const),
      selector: maybe(selector),
      kinds: few(fc.constantFrom('HTTPRoute', 'TLSRoute')),
      status: maybe(fc.record({ attached: count, conditions: few(condition) })),
    }),
  ),
})

export const gatewayRoute: fc.Arbitrary<GatewayRoute> = fc.record({
  kind: fc.constantFrom('HTTPRoute' as const, 'GRPCRoute' as const, 'TLSRoute' as const),
  ...named,
  generation: count,
  hostnames: few(host),
  parents: few(parent),
  rules: few(
    fc.record({
      matches: few(
        fc.record({
          type: fc.constantFrom('Exact' as const, 'PathPrefix' as const, 'RegularExpression' as const),
          path,
          more: fc.constantFrom('nothing' as const, 'more' as const),
        }),
      ),
      filters: few(fc.constantFrom('RequestRedirect', 'URLRewrite')),
      timeouts: fc.record({ request: maybe(count), backend: maybe(count) }),
      redirect: fc.record({
        scheme: maybe(fc.constantFrom('http' as const, 'https' as const)),
        hostname: maybe(host),
        port: maybe(count),
        path: maybe(fc.record({ replaces: fc.constantFrom('all' as const, 'prefix' as const), by: path })),
      }),
      backends: few(
        fc.record({
          ...reference,
          port: maybe(count),
          weight: fc.nat(2),
          path: fc.constant('spec.rules[0].backendRefs[0]'),
        }),
      ),
    }),
  ),
  status,
})

export const referenceGrant: fc.Arbitrary<ReferenceGrant> = fc.record({
  ...named,
  from: few(fc.record({ group, kind: fc.constantFrom('HTTPRoute', 'Gateway'), namespace: name })),
  to: few(fc.record({ group, kind: fc.constantFrom('Service', 'Secret'), name: maybe(name) })),
})

export const backendTlsPolicy: fc.Arbitrary<BackendTlsPolicy> = fc.record({
  ...named,
  generation: count,
  targets: few(fc.record({ group, kind: fc.constant('Service'), name, section: maybe(name) })),
  authorities: few(fc.record({ group, kind: fc.constantFrom('ConfigMap', 'Secret'), name })),
  wellKnown: maybe(fc.constant('System')),
  hostname: host,
  status,
})

const problems = few(fc.record({ type: fc.constantFrom('ServiceError', 'IncludeError', ''), ...problem }))

export const httpProxy: fc.Arbitrary<HttpProxy> = fc.record({
  ...named,
  generation: count,
  className: maybe(name),
  host: maybe(fc.record({ fqdn: host, tls: maybe(fc.record({ secret: maybe(name), namespace: maybe(name) })) })),
  includes: few(
    fc.record({ namespace: maybe(name), name, prefix: maybe(path), path: fc.constant('spec.includes[0]') }),
  ),
  routes: few(
    fc.record({
      prefix: maybe(path),
      exact: maybe(path),
      answers: fc.constantFrom('services' as const, 'redirect' as const, 'response' as const),
      services: few(
        fc.record({
          name,
          port: count,
          weight: maybe(fc.nat(2)),
          mirror: fc.constantFrom('mirror' as const, 'answers' as const),
          path: fc.constant('spec.routes[0].services[0]'),
        }),
      ),
    }),
  ),
  refusesBy: fc.constant(['ipAllowPolicy']),
  current: maybe(fc.constantFrom('valid', 'invalid', 'orphaned')),
  description: text,
  conditions: few(fc.record({ ...cond, errors: problems, warnings: problems })),
})

export const tlsDelegation: fc.Arbitrary<TlsDelegation> = fc.record({
  ...named,
  delegations: few(fc.record({ secret: name, namespaces: few(fc.oneof(name, fc.constant('*'))) })),
})
