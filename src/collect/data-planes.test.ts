import { expect, test } from 'vitest'
import { gateway, gatewayClass } from '../../test/build/gateway.ts'
import { container, pod } from '../../test/build/pod.ts'
import { port, service } from '../../test/build/service.ts'
import type { Service } from '../model/service.ts'
import { known, unknown } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import { dataPlanesOf, withPods } from './data-planes.ts'

const edge = gateway()
const of = (about: Partial<Service>, gatewayOf = edge, proxies: 'some' | 'none' = 'none', controller?: string) =>
  dataPlanesOf([service('plane', { namespace: 'edge', clusterIP: '10.96.0.80', ports: [port()], ...about })], {
    gateways: [gatewayOf],
    classes: [gatewayClass('contour', { controller: controller ?? 'example.com/other' })],
    proxies,
  }).map((it) => (it.gateway === null ? 'shared' : `${it.gateway.namespace}/${it.gateway.name}`))

const envoy = { selector: { app: 'envoy' } }

test.each<[string, ReturnType<typeof of>, readonly string[]]>([
  ['by the label of Gateway API', of({ labels: { 'gateway.networking.k8s.io/gateway-name': 'edge' } }), ['edge/edge']],
  [
    "by Envoy Gateway's, from another namespace",
    of({
      namespace: 'envoy-gateway-system',
      labels: {
        'gateway.envoyproxy.io/owning-gateway-name': 'edge',
        'gateway.envoyproxy.io/owning-gateway-namespace': 'edge',
      },
    }),
    ['edge/edge'],
  ],
  [
    "by the name of Contour's provisioner: the Service of Envoy",
    of({ name: 'envoy-edge', labels: { 'projectcontour.io/owning-gateway-name': 'edge' }, ...envoy }),
    ['edge/edge'],
  ],
  ['the Service of Contour itself', of({ labels: { 'projectcontour.io/owning-gateway-name': 'edge' } }), []],
  ['of another Gateway', of({ labels: { 'gateway.networking.k8s.io/gateway-name': 'other' } }), []],
  [
    'by an address of the load balancer',
    of({ loadBalancer: { addresses: ['198.18.0.80'], class: null, problem: null } }),
    ['edge/edge'],
  ],
  [
    'by its name, as Istio writes it',
    of({}, gateway(undefined, { addresses: ['plane.edge.svc.cluster.local'] })),
    ['edge/edge'],
  ],
  ['Envoys of a Contour', of(envoy, edge, 'none', 'projectcontour.io/gateway-controller'), ['shared']],
  ['Envoys of a Contour, for HTTPProxies', of(envoy, edge, 'some'), ['shared']],
  ["an Envoy of somebody's", of(envoy), []],
  ['a headless Service', of({ clusterIP: 'None', labels: { 'gateway.networking.k8s.io/gateway-name': 'edge' } }), []],
  ['any other Service', of({}), []],
])('%s', (_it, found, wanted) => {
  expect(found).toEqual(wanted)
})

test('with the pods that carry the requests, by the selector of the Service', async () => {
  const its = service('plane', {
    namespace: 'edge',
    clusterIP: '10.96.0.80',
    ports: [port()],
    selector: { app: 'envoy' },
  })
  const planes = dataPlanesOf([its], { gateways: [], classes: [], proxies: 'some' })
  const envoys = ['envoy', 'app'].map((name) => pod(`${name}-1`, { containers: [container({ name })] }))
  const over = pod('envoy-0', { phase: 'Failed', containers: [container({ name: 'envoy' })] })
  const asked: unknown[] = []
  const listing = (pods: readonly Pod[] | null) => ({
    podsWith: (wanted: unknown) => {
      asked.push(wanted)
      return Promise.resolve(pods === null ? unknown('forbidden', 'list pods') : known(pods))
    },
  })
  const found = await withPods(planes, [its], listing([...envoys, over]))
  expect(found.map((it) => it.pods)).toEqual([[{ name: 'envoy-1', container: 'envoy' }]])
  expect(asked).toEqual([{ namespace: 'edge', labels: { app: ['envoy'] } }])
  expect(await withPods(planes, [its], listing(null))).toEqual(planes)
})
