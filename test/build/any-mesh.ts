import * as fc from 'fast-check'
import { type Mesh, poolLimits } from '../../src/model/mesh.ts'

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/)
const host = fc.oneof(name, fc.constantFrom('*', '*.example.com', 'cart.shop.svc.cluster.local', 'shop/cart.example'))
const labels = fc.dictionary(name, name, { maxKeys: 3 })
const port = fc.nat(65535)
const few = <T>(it: fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> => fc.array(it, { maxLength: 3 })
const maybe = <T>(it: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(it, { nil: null })
const tls = maybe(fc.constantFrom('DISABLE' as const, 'SIMPLE' as const, 'MUTUAL' as const, 'ISTIO_MUTUAL' as const))
const mtls = fc.constantFrom('UNSET' as const, 'DISABLE' as const, 'PERMISSIVE' as const, 'STRICT' as const)
const named = { namespace: name, name }
const selected = { ...named, selector: maybe(labels) }

export const anyMesh: fc.Arbitrary<Mesh> = fc.record({
  served: fc.constant(['Gateway', 'VirtualService']),
  inScopeOnly: few(fc.constantFrom('Gateway', 'ServiceEntry', 'DestinationRule')),
  virtualServices: few(
    fc.record({
      ...named,
      hosts: few(host),
      gateways: few(fc.oneof(fc.constant('mesh'), name)),
      destinations: few(
        fc.record({ host, subset: maybe(name), port: maybe(port), path: fc.constant('spec.http[0].route[0]') }),
      ),
      faults: few(
        fc.record({
          does: fc.constantFrom('abort' as const, 'delay' as const),
          status: maybe(fc.constantFrom(200, 503)),
          percent: fc.constantFrom(1, 50, 100),
          of: fc.constantFrom('all' as const, 'some' as const),
          path: fc.constant('spec.http[0].fault'),
        }),
      ),
      onlyBy: few(fc.constantFrom('headers' as const, 'method' as const)),
      timeouts: few(
        fc.record({
          seconds: fc.constantFrom(0.005, 3),
          of: fc.constantFrom('all' as const, 'some' as const),
          path: fc.constant('spec.http[0].timeout'),
        }),
      ),
      http: few(
        fc.record({
          matches: few(
            fc.record({
              type: fc.constantFrom('exact' as const, 'prefix' as const, 'regex' as const),
              path: fc.constantFrom('/', '/cart'),
              more: fc.constantFrom('nothing' as const, 'more' as const),
            }),
          ),
          redirect: maybe(
            fc.record({
              scheme: maybe(fc.constantFrom('http' as const, 'https' as const)),
              authority: maybe(host),
              uri: maybe(fc.constantFrom('/', '/cart')),
            }),
          ),
        }),
      ),
    }),
  ),
  destinationRules: few(
    fc.record({
      ...named,
      host,
      tls,
      portTls: fc.constant('some' as const),
      ones: fc.subarray([...poolLimits]),
      exportTo: few(fc.constantFrom('.', '*', 'shop')),
      workloads: fc.constant('some' as const),
      subsets: few(fc.record({ name, labels, tls })),
    }),
  ),
  gateways: few(
    fc.record({
      ...named,
      selector: labels,
      servers: few(fc.record({ port, protocol: fc.constantFrom('HTTP', 'HTTPS'), hosts: few(host) })),
      pods: maybe(fc.nat(3)),
      open: maybe(few(port)),
    }),
  ),
  serviceEntries: few(
    fc.record({
      ...named,
      hosts: few(host),
      ports: few(port),
      lacksEndpoints: fc.constant(true as const),
      exportTo: few(fc.oneof(fc.constantFrom('.', '*'), name)),
    }),
  ),
  peerAuthentications: few(fc.record({ ...selected, mode: mtls, ports: few(fc.record({ port, mode: mtls })) })),
  authorizationPolicies: few(
    fc.record({
      ...selected,
      written: few(fc.constantFrom('action' as const, 'rules' as const)),
      action: fc.constantFrom('ALLOW' as const, 'DENY' as const, 'AUDIT' as const, 'CUSTOM' as const),
      rules: fc.nat(3),
      ports: few(few(port)),
      from: few(
        few(
          fc.record({
            namespaces: few(name),
            principals: few(fc.constant('cluster.local/ns/a/sa/b')),
            serviceAccounts: few(fc.constant('a/b')),
          }),
        ),
      ),
      http: fc.nat(3),
    }),
  ),
  sidecars: few(fc.record({ ...selected, egress: maybe(few(host)) })),
})
