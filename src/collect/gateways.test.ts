import { describe, expect, test } from 'vitest'
import { unknown } from '../model/known.ts'
import type { Scope } from '../model/sources.ts'
import { clusterOf } from './cluster-of.ts'
import { collect } from './collect.ts'

const everywhere: Scope = { namespace: null, target: { kind: 'everything' }, level: 'read' }
const inShop: Scope = { ...everywhere, namespace: 'shop' }

const at = (namespace: string, name: string, rest: object = {}) => ({
  metadata: { namespace, name, generation: 2 },
  ...rest,
})
const accepted = [{ type: 'Accepted', status: 'True', reason: 'Accepted', message: 'ok', observedGeneration: 1 }]
const gateways = {
  gatewayclasses: [
    { metadata: { name: 'contour' }, spec: { controllerName: 'x/y' }, status: { conditions: accepted } },
  ],
  gateways: [
    at('edge', 'edge', {
      spec: { gatewayClassName: 'contour', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
      status: { listeners: [{ name: 'http', attachedRoutes: 3, conditions: accepted }] },
    }),
  ],
  httproutes: [
    at('shop', 'web', {
      spec: {
        parentRefs: [{ name: 'edge', namespace: 'edge' }],
        rules: [{ backendRefs: [{ name: 'cart', port: 80 }], matches: [{ path: { value: '/a' }, method: 'GET' }] }],
      },
    }),
    at('pay', 'pay'),
  ],
  referencegrants: [
    at('pay', 'g', { spec: { from: [{ kind: 'HTTPRoute', namespace: 'shop' }], to: [{ kind: 'Service' }] } }),
  ],
  httpproxies: [at('shop', 'p', { spec: { virtualhost: { fqdn: 'a.example', tls: { secretName: 'certs/web' } } } })],
}

describe('Gateway API and HTTPProxy', () => {
  test('not served: known to be empty, and nothing is asked but which groups there are', async () => {
    const cluster = clusterOf({})
    const { sources } = await collect(cluster, { scope: everywhere })
    expect(sources.gatewayApi).toEqual({ known: true, value: { served: [], inScopeOnly: [] } })
    expect(sources.gatewayRoutes).toEqual({ known: true, value: [] })
    expect(sources.httpProxies).toEqual({ known: true, value: [] })
    expect(cluster.asked.filter((it) => it.startsWith('/'))).toEqual(['/apis'])
    expect(cluster.asked.filter((it) => /route|gateway|prox/.test(it))).toEqual([])
  })

  test('not served, to a user who may read none of it: not forbidden', async () => {
    const all = clusterOf({}, (plural) => (/route|gateway|prox/.test(plural) ? unknown('forbidden', plural) : null))
    const { sources } = await collect(all, { scope: everywhere })
    expect(sources.gateways).toEqual({ known: true, value: [] })
  })

  test('a group that does not answer: its kinds are unknown, and the others are read', async () => {
    const all = clusterOf(gateways)
    const raw: typeof all.raw = (path, ...rest) =>
      path.startsWith('/apis/projectcontour')
        ? Promise.resolve(unknown('failed', 'get: 503 Service Unavailable'))
        : all.raw(path, ...rest)
    const { sources } = await collect({ ...all, raw }, { scope: everywhere })
    expect(sources.gatewayRoutes).toMatchObject({ known: true, value: [{ name: 'web' }, { name: 'pay' }].toReversed() })
    const silent = { known: false, why: { reason: 'failed' } }
    expect(sources).toMatchObject({ gatewayApi: silent, httpProxies: silent, tlsDelegations: silent })
  })

  test('served: each as it stands, with what the API server leaves out filled in', async () => {
    const { sources } = await collect(clusterOf(gateways), { scope: everywhere })
    expect(sources.gatewayApi).toMatchObject({
      value: { served: ['Gateway', 'GatewayClass', 'HTTPProxy', 'HTTPRoute', 'ReferenceGrant'] },
    })
    expect(sources.gateways).toMatchObject({
      value: [{ generation: 2, listeners: [{ from: 'Same', status: { attached: 3 } }] }],
    })
    expect(sources.gatewayRoutes).toMatchObject({
      value: [
        { name: 'pay' },
        {
          kind: 'HTTPRoute',
          parents: [{ kind: 'Gateway', group: 'gateway.networking.k8s.io' }],
          rules: [
            {
              matches: [{ type: 'PathPrefix', path: '/a', more: 'more' }],
              backends: [{ kind: 'Service', group: '', weight: 1, path: 'spec.rules[0].backendRefs[0]' }],
            },
          ],
        },
      ],
    })
    expect(sources.httpProxies).toMatchObject({ value: [{ host: { tls: { namespace: 'certs', secret: 'web' } } }] })
  })

  test('one namespace: its routes, and the Gateways and grants of all', async () => {
    const { sources } = await collect(clusterOf(gateways), { scope: inShop })
    expect(sources.gatewayRoutes).toMatchObject({ value: [{ name: 'web' }] })
    expect(sources.gateways).toMatchObject({ value: [{ namespace: 'edge' }] })
    expect(sources.referenceGrants).toMatchObject({ value: [{ namespace: 'pay' }] })
  })

  test('one namespace, and no right to all: its own, and it is known that others may be there', async () => {
    const cluster = clusterOf(gateways, (plural, namespace) =>
      namespace === null && /gateways|grants/.test(plural) ? unknown('forbidden', plural) : null,
    )
    const { sources } = await collect(cluster, { scope: inShop })
    expect(sources.gateways).toEqual({ known: true, value: [] })
    expect(sources.gatewayApi).toMatchObject({ value: { inScopeOnly: ['Gateway', 'ReferenceGrant'] } })
  })

  test('a kind of route that may not be read makes the routes unknown, not few', async () => {
    const cluster = clusterOf({ ...gateways, grpcroutes: [] }, (plural) =>
      plural === 'grpcroutes' ? unknown('forbidden', 'list grpcroutes') : null,
    )
    const { sources } = await collect(cluster, { scope: everywhere })
    expect(sources.gatewayRoutes).toEqual(unknown('forbidden', 'list grpcroutes'))
  })
})
