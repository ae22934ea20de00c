import { describe, expect, test } from 'vitest'
import { unknown } from '../model/known.ts'
import type { Scope } from '../model/sources.ts'
import { clusterOf } from './cluster-of.ts'
import { collect } from './collect.ts'

const everywhere: Scope = { namespace: null, target: { kind: 'everything' }, level: 'read' }
const inShop: Scope = { ...everywhere, namespace: 'shop' }
const at = (namespace: string, name: string, spec: object = {}) => ({ metadata: { namespace, name }, spec })
const objects = {
  'virtualservices.networking.istio.io': [
    at('shop', 'web', {
      hosts: ['web.example.com'],
      http: [
        {
          route: [
            { destination: { host: 'cart', subset: 'v1', port: { number: 80 } } },
            { destination: { host: 'canary' }, weight: 0 },
          ],
          mirror: { host: 'shadow' },
        },
      ],
    }),
    at('pay', 'bank', { hosts: ['bank'] }),
  ],
  'gateways.networking.istio.io': [
    at('edge', 'edge', { selector: { istio: 'gate' }, servers: [{ port: { number: 443 }, hosts: ['*'] }] }),
    at('edge', 'odd', { selector: { istio: 'gate,app=web' } }),
  ],
  'peerauthentications.security.istio.io': [
    at('shop', 'default', { mtls: { mode: 'STRICT' }, portLevelMtls: { 8080: { mode: 'DISABLE' }, x: {} } }),
  ],
  pods: [{ metadata: { namespace: 'edge', name: 'gate-1', labels: { istio: 'gate', app: 'gate' } } }],
  services: [
    {
      metadata: { namespace: 'edge', name: 'gate' },
      spec: { selector: { app: 'gate' }, ports: [{ port: 443, targetPort: 8443 }], clusterIP: '10.0.0.1' },
    },
  ],
}

describe("Istio's objects", () => {
  test('not served: known to be empty, and nothing is listed', async () => {
    const cluster = clusterOf({}, (plural) => (/istio|virtual/.test(plural) ? unknown('forbidden', plural) : null))
    const { sources } = await collect(cluster, { scope: everywhere })
    expect(sources.mesh).toMatchObject({ known: true, value: { served: [], virtualServices: [] } })
    expect(cluster.asked.filter((it) => /virtualservices|peerauth/.test(it))).toEqual([])
  })

  test('served: destinations that somebody is led to, and who stands behind a Gateway', async () => {
    const { sources } = await collect(clusterOf(objects), { scope: everywhere })
    expect(sources.mesh).toMatchObject({
      value: {
        served: ['Gateway', 'PeerAuthentication', 'VirtualService'],
        virtualServices: [
          { namespace: 'pay', gateways: ['mesh'], destinations: [] },
          {
            destinations: [
              { host: 'cart', subset: 'v1', port: 80, path: 'spec.http[0].route[0]' },
              { host: 'shadow', path: 'spec.http[0].mirror' },
            ],
          },
        ],
        gateways: [
          { name: 'edge', pods: 1, open: [443, 8443] },
          { name: 'odd', pods: null, open: null },
        ],
        peerAuthentications: [{ mode: 'STRICT', ports: [{ port: 8080, mode: 'DISABLE' }] }],
      },
    })
  })

  test('of one namespace, where no more may be listed: said so', async () => {
    const cluster = clusterOf(objects, (plural, namespace) =>
      plural === 'virtualservices' && namespace === null ? unknown('forbidden', 'list virtualservices') : null,
    )
    const { sources } = await collect(cluster, { scope: inShop })
    expect(sources.mesh).toMatchObject({
      value: { inScopeOnly: ['VirtualService'], virtualServices: [{ namespace: 'shop' }] },
    })
  })

  test('a kind that may not be listed at all makes the whole unknown', async () => {
    const cluster = clusterOf(objects, (plural) =>
      plural === 'peerauthentications' ? unknown('forbidden', 'list peerauthentications') : null,
    )
    const { sources } = await collect(cluster, { scope: inShop })
    expect(sources.mesh).toMatchObject({ known: false, why: { reason: 'forbidden' } })
  })

  const gate = (name: string, homes: number) =>
    Array.from({ length: homes }, (_, at) => ({ metadata: { namespace: `edge-${at}`, name, labels: { istio: name } } }))

  test.each([
    [4, 4],
    [5, null],
  ])('of a Gateway whose pods are in %d namespaces the pods are %j', async (homes, pods) => {
    const gateways = [at('edge', 'edge', { selector: { istio: 'gate' }, servers: [] })]
    const cluster = clusterOf({ 'gateways.networking.istio.io': gateways, pods: gate('gate', homes) })
    const { sources } = await collect(cluster, { scope: everywhere })
    expect(sources.mesh).toMatchObject({ value: { gateways: [{ pods }] } })
  })

  test('the pods of the twenty-first Gateway are not known', async () => {
    const gateways = Array.from({ length: 21 }, (_, n) =>
      at('edge', `edge-${String(n).padStart(2, '0')}`, { selector: { istio: 'gate' }, servers: [] }),
    )
    const cluster = clusterOf({ 'gateways.networking.istio.io': gateways, pods: gate('gate', 1) })
    const { mesh } = (await collect(cluster, { scope: everywhere })).sources
    expect(mesh.known && mesh.value.gateways.map((it) => it.pods)).toEqual([
      ...Array.from({ length: 20 }, () => 1),
      null,
    ])
  })
})
