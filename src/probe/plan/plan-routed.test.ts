import { expect, test } from 'vitest'
import {
  backend,
  gateway,
  gatewayApi,
  httpProxy,
  listener,
  parent,
  proxyService,
  route,
} from '../../../test/build/gateway.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { DataPlane, Gateway, GatewayRoute, RouteRule } from '../../model/gateway.ts'
import type { HttpProxy } from '../../model/http-proxy.ts'
import type { Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { planRouted } from './plan-routed.ts'

const ports = [
  { port: 80, targetPort: 8080 },
  { port: 443, targetPort: 8443 },
]
const plane = (about: Partial<DataPlane> = {}): DataPlane => ({
  namespace: 'edge',
  name: 'envoy',
  ip: '10.96.0.80',
  ports,
  gateway: { namespace: 'edge', name: 'edge' },
  ...about,
})
const shared = plane({ gateway: null })
const tls = listener({ name: 'https', port: 443, protocol: 'HTTPS', tls: { mode: 'Terminate', certificates: [] } })
const rule = (path: string, about: Partial<RouteRule['matches'][number]> = {}): RouteRule => ({
  matches: [{ type: 'PathPrefix', path, more: 'nothing', ...about }],
  filters: [],
  backends: [backend('web')],
})

interface World {
  readonly routes?: readonly GatewayRoute[]
  readonly proxies?: readonly HttpProxy[]
  readonly gateways?: readonly Gateway[]
  readonly planes?: readonly DataPlane[] | null
  readonly scope?: Partial<Scope>
}

function asked({ routes = [], proxies = [], gateways = [gateway()], planes = [plane()], scope = {} }: World) {
  const model = modelOf(
    {
      gatewayRoutes: routes,
      httpProxies: proxies,
      gateways,
      gatewayClasses: [],
      gatewayApi: { ...gatewayApi, ...(planes === null ? {} : { dataPlanes: planes }) },
      namespaces: [],
    },
    {},
    scope,
  )
  const { routed, unrouted } = planRouted(model, 3)
  return [
    ...routed.map(
      (it) =>
        `${it.times}x ${it.scheme}://${it.host}${it.path} at ${it.via.ip}:${it.via.port} for ` +
        `${it.route.kind} ${it.route.name} to ${it.backends.map(({ name }) => name).join(' ')}`,
    ),
    ...unrouted.map((it) => `${it.route.kind} ${it.route.name}: ${it.why}`),
  ]
}

const web = route([backend('web')])
const one = '2x http://web.example.com/cart at 10.96.0.80:80 for HTTPRoute web to web'

test.each<[string, World, readonly string[]]>([
  ['its host and path', { routes: [web] }, [one]],
  [
    'over both schemes',
    { routes: [web], gateways: [gateway([listener(), tls])] },
    [one, '2x https://web.example.com/cart at 10.96.0.80:443 for HTTPRoute web to web'],
  ],
  [
    'at one listener by its name',
    {
      routes: [route([backend('web')], { parents: [parent({ section: 'http' })] })],
      gateways: [gateway([listener(), tls])],
    },
    [one],
  ],
  [
    'any host',
    { routes: [route([backend('web')], { hostnames: [] })] },
    ['2x http://10.96.0.80/cart at 10.96.0.80:80 for HTTPRoute web to web'],
  ],
  [
    'a wildcard',
    { routes: [route([backend('web')], { hostnames: ['*.example.com'] })] },
    ['2x http://hopscope.example.com/cart at 10.96.0.80:80 for HTTPRoute web to web'],
  ],
  [
    "a listener on a port of the pods', as Traefik has them",
    { routes: [web], gateways: [gateway([listener({ port: 8080 })])] },
    [one],
  ],
  ['by a header', { routes: [route([], { rules: [rule('/', { more: 'more' })] })] }, ['HTTPRoute web: no-url']],
  ['a path that does something', { routes: [route([], { rules: [rule('/logout')] })] }, ['HTTPRoute web: deed']],
  ['gRPC', { routes: [route([], { kind: 'GRPCRoute' })] }, ['GRPCRoute web: not-http']],
  ['no data plane', { routes: [web], planes: [] }, ['HTTPRoute web: no-plane']],
  ['Services were not listed', { routes: [web], planes: null }, ['HTTPRoute web: planes-unread']],
  [
    'no such port',
    { routes: [web], planes: [plane({ ports: [{ port: 9, targetPort: 9 }] })] },
    ['HTTPRoute web: no-port'],
  ],
  ['no Gateway', { routes: [web], gateways: [] }, ['HTTPRoute web: not-attached']],
  [
    'an HTTPProxy, and what it includes',
    {
      proxies: [
        httpProxy([proxyService('web')], { includes: [{ namespace: null, name: 'child', prefix: '/api', path: '' }] }),
        httpProxy([proxyService('api')], { name: 'child', host: null }),
      ],
      planes: [shared],
    },
    [
      '2x http://web.example.com/ at 10.96.0.80:80 for HTTPProxy web to web',
      '2x http://web.example.com/api/ at 10.96.0.80:80 for HTTPProxy child to api',
    ],
  ],
  [
    'an HTTPProxy over TLS',
    { proxies: [httpProxy([], { host: { fqdn: 'a.test', tls: { secret: 'a', namespace: null } } })], planes: [shared] },
    ['2x https://a.test/ at 10.96.0.80:443 for HTTPProxy web to '],
  ],
  [
    'two Contours',
    { proxies: [httpProxy([])], planes: [shared, plane({ gateway: null, namespace: 'other' })] },
    ['HTTPProxy web: several-planes'],
  ],
  [
    'asked about another route',
    {
      routes: [web, route([backend('b')], { name: 'b' })],
      scope: { target: { kind: 'object', object: subject('HTTPRoute', 'shop', 'web'), url: null } },
    },
    [one],
  ],
  [
    'asked about a Service behind it',
    {
      routes: [web, route([backend('b')], { name: 'b' })],
      scope: { target: { kind: 'object', object: subject('Service', 'shop', 'web'), url: null } },
    },
    [one],
  ],
  [
    'by a URL',
    {
      routes: [web],
      scope: {
        target: {
          kind: 'object',
          object: subject('HTTPRoute', 'shop', 'web'),
          url: 'http://web.example.com/cart/7?x=1',
        },
      },
    },
    ['2x http://web.example.com/cart/7?x=1 at 10.96.0.80:80 for HTTPRoute web to web'],
  ],
])('%s', (_it, world, wanted) => {
  expect(asked(world)).toEqual(wanted)
})
