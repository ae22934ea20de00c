import { expect, test } from 'vitest'
import {
  gateway,
  gatewayApi,
  gatewayClass,
  httpProxy,
  proxyService,
  route,
  backend,
} from '../../../test/build/gateway.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { DataPlane } from '../../model/gateway.ts'
import type { Sources } from '../../model/sources.ts'
import { announceProxyLogs, planProxyLogs } from './plan-proxy-logs.ts'

function planned(sources: Partial<Sources>): readonly string[] {
  return planProxyLogs(modelOf(sources)).specs.map(({ pod, container, dialect, serves }) => {
    const { ingresses, routes, proxies, ingressRoutes } = serves
    const sizes = [ingresses, routes, proxies, ingressRoutes].map((it) => it.length)
    return [pod, container, dialect, ...sizes].join(' ')
  })
}

const web = ingress([['/', 'web', 80]], { className: 'edge' })
const traefik = controller({ controller: 'traefik.io/ingress-controller', classNames: ['edge'], container: 'traefik' })
const haproxy = controller({ controller: 'haproxy.org/ingress-controller', classNames: [], container: 'c', pod: 'h' })
const plane = (about: Partial<DataPlane> = {}): DataPlane => ({
  namespace: 'edge',
  name: 'envoy',
  ip: '10.96.0.80',
  ports: [{ port: 80, targetPort: 8080 }],
  gateway: null,
  pods: [{ name: 'envoy-1', container: 'envoy' }],
  ...about,
})
const routes = [route([backend('web')])]
const edge = { gateways: [gateway()], gatewayClasses: [gatewayClass('contour')], gatewayRoutes: routes }

test('controllers that serve an Ingress here', () => {
  expect(planned({ ingresses: [web], ingressControllers: [traefik, haproxy] })).toEqual([
    'controller-1 traefik traefik 1 0 0 0',
  ])
  const ingressClasses = [ingressClass('edge', { controller: 'haproxy.org/ingress-controller' })]
  expect(planned({ ingresses: [web], ingressControllers: [haproxy], ingressClasses })).toEqual(['h c haproxy 1 0 0 0'])
})

test('ingress-nginx has an error log, and an old recording names no container', () => {
  const { container: _, ...old } = traefik
  expect(
    planned({ ingresses: [web], ingressControllers: [controller({ classNames: ['edge'], container: 'c' }), old] }),
  ).toEqual([])
})

test('Envoys of Contour, for HTTPProxies, routes of its Gateways and Ingresses of its class', () => {
  const ingresses = [ingress([['/', 'web', 80]], { className: 'contour' }), web]
  const api = { ...gatewayApi, dataPlanes: [plane()] }
  expect(planned({ ...edge, ingresses, gatewayApi: api, httpProxies: [httpProxy([proxyService('web')])] })).toEqual([
    'envoy-1 envoy envoy 1 1 1 0',
  ])
})

test('a Gateway of its own, and no other', () => {
  const api = (name: string) => ({ ...gatewayApi, dataPlanes: [plane({ gateway: { namespace: 'edge', name } })] })
  expect(planned({ ...edge, gatewayApi: api('edge') })).toEqual(['envoy-1 envoy envoy 0 1 0 0'])
  expect(planned({ ...edge, gatewayApi: api('other') })).toEqual([])
})

test('two Services of one data plane are one log; a container that is not known is none', () => {
  const dataPlanes = [plane(), plane({ name: 'envoy-2', gateway: { namespace: 'edge', name: 'edge' } })]
  expect(planned({ ...edge, gatewayApi: { ...gatewayApi, dataPlanes } })).toEqual(['envoy-1 envoy envoy 0 1 0 0'])
  const odd = [plane({ pods: [{ name: 'a', container: 'proxy' }] })]
  expect(planned({ ...edge, gatewayApi: { ...gatewayApi, dataPlanes: odd } })).toEqual([])
})

test('six at most, and what is said beforehand', () => {
  const pods = Array.from({ length: 8 }, (_, i) => ({ name: `envoy-${i}`, container: 'envoy' }))
  const plan = planProxyLogs(modelOf({ ...edge, gatewayApi: { ...gatewayApi, dataPlanes: [plane({ pods })] } }))
  expect(plan.specs).toHaveLength(6)
  expect(announceProxyLogs(plan)).toEqual([
    'reads the last 15 minutes of the log of 6 proxies (envoy-0, envoy-1, envoy-2 and 3 more), at most 20000 lines ' +
      'each, and keeps of it whose requests ended in a 5xx, and how often',
    'leaves out the log of 2 more proxies',
  ])
  expect(announceProxyLogs({ ...plan, specs: [] })).toEqual([])
})

test('where the DNS is asked about, no proxy is', () => {
  const model = modelOf({ ingresses: [web], ingressControllers: [traefik] }, {}, { target: { kind: 'dns' } })
  expect(planProxyLogs(model).specs).toEqual([])
})
