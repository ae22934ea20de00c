import * as fc from 'fast-check'
import { attachedTo, policyEffects } from '../../src/model/attached-policy.ts'
import { type Beside, deciderKinds, scalerKinds } from '../../src/model/beside.ts'

const few = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { maxLength: 3 })
const name = fc.constantFrom('web', 'cart', 'db')
const host = fc.constantFrom('web.example.com', '*.example.com', 'shop.example.org')
const orNull = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null })
const named = { namespace: name, name }
const path = fc.constant('spec.routes[0]')
const kind = fc.constantFrom('Service' as const, 'TraefikService' as const, 'Middleware' as const)
const target = fc.record({
  kind,
  namespace: orNull(name),
  name,
  port: orNull(fc.constantFrom<number | string>(80, 'http')),
})
const when = fc.constantFrom('valid' as const, 'over' as const, 'unsure' as const)
const time = fc.constant('2026-01-01T00:00:00.000Z')
const onOff = orNull(fc.constantFrom('on' as const, 'off' as const))

const issuerKind = fc.constantFrom('Issuer' as const, 'ClusterIssuer' as const)

const selector = fc.record({
  matchLabels: fc.constant({ zone: 'a' }),
  matchExpressions: few(
    fc.record({ key: name, operator: fc.constantFrom('In' as const, 'Exists' as const), values: few(name) }),
  ),
})

const linkerdProof = fc.record({
  kind: fc.constantFrom('MeshTLSAuthentication' as const, 'NetworkAuthentication' as const),
  ...named,
})

export const anyBeside: fc.Arbitrary<Beside> = fc.record({
  secrets: orNull(
    fc.record({
      namespace: orNull(name),
      held: few(
        fc.record({
          ...named,
          keys: few(fc.constantFrom('tls.crt', 'tls.key', 'ca.crt')),
          type: fc.constantFrom('kubernetes.io/tls', 'Opaque'),
          certificate: orNull(
            fc.record(
              {
                hosts: few(host),
                until: time,
                when,
                key: fc.constantFrom('fits' as const, 'other' as const, 'unread' as const),
                issuer: fc.record({ name, looks: fc.constantFrom('intermediate' as const, 'unsure' as const) }),
              },
              { requiredKeys: ['hosts', 'until', 'when'] },
            ),
          ),
        }),
      ),
    }),
  ),
  ingressRoutes: orNull(
    few(
      fc.record({
        group: fc.constantFrom('traefik.io', 'traefik.containo.us'),
        ...named,
        className: orNull(name),
        entryPoints: few(name),
        routes: few(
          fc.record({
            hosts: few(host),
            paths: few(
              fc.record({ type: fc.constantFrom('exact' as const, 'prefix' as const), path: fc.constant('/') }),
            ),
            more: fc.constantFrom('nothing' as const, 'more' as const),
            services: few(target),
            middlewares: few(target),
            path,
            form: fc.constantFrom('product' as const, 'mixed' as const),
            weight: fc.nat(3),
          }),
        ),
        tls: orNull(
          fc.oneof(
            fc.record({ secret: orNull(name) }),
            fc.record({ secret: orNull(name), options: fc.record({ namespace: orNull(name), name }) }),
          ),
        ),
      }),
    ),
  ),
  tlsOptions: few(
    fc.oneof(
      fc.record({ ...named, authorities: few(name) }),
      fc.record({ ...named, authorities: few(name), verifies: fc.constant(true as const) }),
    ),
  ),
  traefikServices: few(
    fc.record({
      ...named,
      to: few(
        fc.record({
          kind,
          namespace: orNull(name),
          name,
          port: orNull(fc.constantFrom<number | string>(80, 'http')),
          path,
        }),
      ),
    }),
  ),
  rollouts: few(fc.record({ namespace: name, name, services: few(name) })),
  scalers: few(
    fc.record({
      kind: fc.constantFrom(...scalerKinds),
      namespace: name,
      name,
      target: fc.record({ kind: fc.constant('Deployment'), name }),
      least: fc.nat(9),
      pausedAt: fc.nat(9),
    }),
  ),
  streamRoutes: few(
    fc.record(
      {
        kind: fc.constantFrom('IngressRouteTCP' as const, 'IngressRouteUDP' as const),
        ...named,
        entryPoints: few(name),
        unseenHosts: few(fc.record({ path: name, host })),
      },
      { requiredKeys: ['kind', 'namespace', 'name', 'entryPoints'] },
    ),
  ),
  certificates: few(
    fc.record({ ...named, secret: name, hosts: few(host), issuer: orNull(fc.record({ kind: issuerKind, name })) }),
  ),
  issuers: few(
    fc.record({
      kind: issuerKind,
      namespace: orNull(name),
      name,
      server: host,
      is: fc.constantFrom('staging' as const, 'other' as const),
    }),
  ),
  attachedPolicies: few(
    fc.record({
      kind: name,
      group: name,
      ...named,
      targets: few(
        fc.record({ kind: fc.constantFrom(...attachedTo), namespace: orNull(name), name, section: orNull(name), path }),
      ),
      accepted: fc.constantFrom('yes' as const, 'no' as const, 'unsaid' as const),
      does: few(
        fc.record({
          is: fc.constantFrom(...policyEffects),
          path,
          percent: fc.constantFrom(0, 50, 100),
          code: orNull(fc.constantFrom(403, 503)),
          seconds: orNull(fc.constantFrom(0.01, 5)),
        }),
      ),
    }),
  ),
  clientProtocols: few(fc.record({ ...named, targets: few(fc.record({ kind: name, name })) })),
  deciders: few(
    fc.record(
      {
        kind: fc.constantFrom(...deciderKinds),
        ...named,
        asks: few(
          fc.record({
            namespace: orNull(name),
            name: orNull(name),
            host: orNull(host),
            port: orNull(fc.nat(65_535)),
            field: name,
          }),
        ),
        lets: fc.constant('all' as const),
      },
      { requiredKeys: ['kind', 'namespace', 'name', 'asks'] },
    ),
  ),
  claims: few(
    fc.record({ kind: fc.constant('Route'), group: fc.constant('route.openshift.io'), ...named, hosts: few(host) }),
  ),
  webhooks: few(
    fc.record({
      authority: fc.constantFrom('none' as const, 'injected' as const),
      namespaces: fc.constant({ matchLabels: { team: 'shop' }, matchExpressions: [] }),
      kind: fc.constantFrom('ValidatingWebhookConfiguration' as const, 'CustomResourceDefinition' as const),
      versions: fc.nat(3),
      name,
      webhook: name,
      service: fc.record({ ...named, port: fc.constant(443) }),
      onFailure: fc.constantFrom('Fail' as const, 'Ignore' as const),
      resources: few(fc.constantFrom('ingresses', 'pods')),
      chooses: fc.constantFrom('all' as const, 'some' as const),
    }),
  ),
  apiServices: few(
    fc.record({
      name,
      service: orNull(fc.record(named)),
      available: orNull(fc.constantFrom('True' as const, 'False' as const, 'Unknown' as const)),
      reason: fc.constant('FailedDiscoveryCheck'),
      message: fc.constantFrom('', 'no answer'),
    }),
  ),
  pools: orNull(
    few(
      fc.record({
        ...named,
        addresses: few(fc.constantFrom('192.0.2.0/24', '192.0.2.10-192.0.2.20')),
        assigns: fc.constantFrom('itself' as const, 'when asked' as const),
        labels: fc.constant({ zone: 'a' }),
        only: fc.record({ namespaces: few(name), namespacesBy: few(selector), servicesBy: few(selector) }),
      }),
    ),
  ),
  advertisements: orNull(
    few(
      fc.record({
        kind: fc.constantFrom('L2Advertisement' as const, 'BGPAdvertisement' as const),
        ...named,
        pools: few(name),
        selectsPools: fc.constantFrom('by name' as const, 'labels' as const),
        nodes: orNull(few(fc.constant({ zone: 'a' }))),
        choosesNodes: fc.constantFrom('labels' as const, 'expressions' as const),
        interfaces: few(fc.constant('eth0')),
        poolsBy: few(selector),
        nodesBy: few(selector),
      }),
    ),
  ),
  monitors: few(
    fc.record({
      kind: fc.constantFrom('ServiceMonitor' as const, 'PodMonitor' as const, 'Probe' as const),
      ...named,
      labels: fc.constant({ release: 'kps' }),
      selector: orNull(selector),
      among: orNull(few(name)),
      ports: few(
        fc.record({
          of: fc.constantFrom('service' as const, 'container' as const),
          port: fc.constantFrom<number | string>(8080, 'http'),
        }),
      ),
      asks: few(
        fc.record({ as: fc.constantFrom('prober' as const, 'target' as const), host, port: orNull(fc.nat(65_535)) }),
      ),
    }),
  ),
  monitorReaders: few(
    fc.record({
      kind: fc.constantFrom('Prometheus' as const, 'PrometheusAgent' as const),
      ...named,
      takes: few(
        fc.record({
          of: fc.constantFrom('ServiceMonitor' as const, 'Probe' as const),
          selector: orNull(selector),
          namespaces: orNull(selector),
        }),
      ),
    }),
  ),
  podNetworks: few(fc.record({ ...named, ranges: few(fc.constantFrom('10.244.0.0/16', 'fd00::/48')) })),
  ipPools: few(
    fc.record({
      name,
      cidr: fc.constant('10.244.0.0/16'),
      nat: fc.constantFrom('on' as const, 'off' as const),
      encapsulated: fc.constantFrom('always' as const, 'sometimes' as const, 'never' as const),
      disabled: fc.constant(true as const),
    }),
  ),
  ciliumAnnouncers: few(
    fc.record({
      kind: fc.constantFrom('CiliumBGPPeeringPolicy' as const, 'CiliumL2AnnouncementPolicy' as const),
      name,
      services: fc.constantFrom('some' as const, 'none' as const),
    }),
  ),
  ciliumPools: few(fc.constantFrom('192.0.2.0/24', '192.0.2.10-192.0.2.20')),
  controllerSettings: few(
    fc.record({
      ...named,
      proxyProtocol: onOff,
      forwarded: fc.constant('on' as const),
      blocked: few(fc.constant('0.0.0.0/0')),
      allowed: few(fc.constant('10.0.0.0/8')),
      denied: few(fc.constant('0.0.0.0/0')),
      auth: fc.record({ host: fc.constant('auth.shop.svc.cluster.local'), port: fc.nat(65_535) }),
      sslRedirect: fc.constantFrom('forced' as const, 'off' as const),
      bound: fc.constant('loopback' as const),
      snippets: onOff,
      risk: orNull(fc.constant('High' as const)),
    }),
  ),
  authorityMaps: orNull(few(fc.record({ ...named, keys: few(fc.constantFrom('ca.crt', 'tls.crt')) }))),
  serviceRoutes: few(
    fc.record({
      ...named,
      service: fc.record(named),
      port: orNull(fc.nat(65_535)),
      rules: fc.nat(9),
      matches: few(
        fc.record({
          type: fc.constantFrom('PathPrefix' as const, 'Exact' as const),
          path: fc.constant('/v2'),
          more: fc.constantFrom('nothing' as const, 'more' as const),
        }),
      ),
    }),
  ),
  linkerd: orNull(
    fc.record({
      servers: few(
        fc.record({
          ...named,
          selector: orNull(fc.constant({ app: 'web' })),
          port: fc.constantFrom<number | string>(8080, 'http'),
          otherwise: fc.constantFrom('deny' as const, 'allow' as const),
        }),
      ),
      authorized: few(
        fc.record({
          namespace: name,
          of: fc.constantFrom('Server' as const, 'Namespace' as const, 'other' as const),
          name,
          requires: few(linkerdProof),
        }),
      ),
      proofs: few(linkerdProof),
    }),
  ),
  policiesNotHeld: few(fc.constantFrom('CalicoNetworkPolicy' as const, 'CiliumNetworkPolicy' as const)),
  meshSettings: few(
    fc.record({
      ...named,
      outbound: orNull(fc.constantFrom('REGISTRY_ONLY' as const, 'ALLOW_ANY' as const)),
      discovers: orNull(few(fc.constant({ mesh: 'on' }))),
    }),
  ),
  heldWorkloads: few(
    fc.record(
      {
        kind: fc.constantFrom('Deployment' as const, 'StatefulSet' as const),
        ...named,
        desired: fc.nat(9),
        ready: fc.nat(9),
        owner: fc.constant(null),
        templateLabels: fc.constant({ app: 'web' }),
        serves: fc.record({ controllers: few(name), classNames: few(name) }),
      },
      { requiredKeys: ['kind', 'namespace', 'name', 'desired', 'ready'] },
    ),
  ),
})
