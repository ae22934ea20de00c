import { describe, expect, test } from 'vitest'
import { clusterOf } from './cluster-of.ts'
import { resolveTrace } from './trace-target.ts'

const named = (namespace: string | null, name: string, rest: object = {}, labels: object = {}): object => ({
  metadata: { ...(namespace === null ? {} : { namespace }), name, labels },
  ...rest,
})
const running = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
const onNode = (nodeName: string, hostNetwork = false) => ({
  spec: { nodeName, hostNetwork, containers: [{ name: 'app' }] },
  status: { ...running, podIP: '10.2.1.1' },
})
const rule = (host: string, path: string) => ({
  host,
  http: { paths: [{ path, pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }] },
})
const cluster = clusterOf({
  namespaces: [named(null, 'shop')],
  nodes: [
    named(null, 'worker-1', { status: { addresses: [{ type: 'InternalIP', address: '192.0.2.1' }] } }),
    named(null, 'worker-2', { status: {} }),
  ],
  pods: [
    named('shop', 'web-1', onNode('worker-1'), { app: 'web' }),
    named('kube-system', 'kube-proxy-a', onNode('worker-1', true)),
  ],
  services: [named('shop', 'web', { spec: { selector: { app: 'web' }, clusterIP: '10.96.0.9' } })],
  statefulsets: [],
  ingresses: [
    named('shop', 'web', {
      spec: { rules: [rule('web.example.com', '/cart')], tls: [{ hosts: ['web.example.com'] }] },
    }),
    named('shop', 'any', { spec: { rules: [rule('*.wild.example', '/')] } }),
  ],
})
const resolve = (from: string, to: string) => resolveTrace({ from, to }, cluster, 'shop')
const web = { kind: 'Ingress', namespace: 'shop', name: 'web' }

describe('the ends of a trace', () => {
  test('outside leads to what answers for the URL, and starts from no pod', async () => {
    const found = await resolve('outside', 'https://web.example.com/cart')
    expect(found).toEqual({
      namespace: 'shop',
      target: { kind: 'object', object: web, url: 'https://web.example.com/cart' },
    })
    expect(await resolve('outside', 'ingress/web')).toEqual(found)
  })
  test('a pod to a URL: a connection to its host, and the way behind it', async () => {
    expect(await resolve('pod/web-1', 'https://web.example.com/cart')).toMatchObject({
      target: { object: web },
      trace: { from: { namespace: 'shop', pod: 'web-1' }, host: 'web.example.com', port: 443 },
    })
    expect(await resolve('pod/web-1', 'http://elsewhere.example/')).toMatchObject({
      target: { object: { kind: 'Pod' }, url: null },
      trace: { host: 'elsewhere.example', port: 80 },
    })
  })
  test('a pod to a URL whose host is a Service', async () => {
    expect(await resolve('pod/web-1', 'http://web:8080/cart?id=1')).toEqual({
      namespace: 'shop',
      target: { kind: 'object', object: { kind: 'Service', namespace: 'shop', name: 'web' }, url: null },
      serviceUrl: 'http://web:8080/cart?id=1',
      trace: { from: { namespace: 'shop', pod: 'web-1' }, host: null, port: 8080 },
    })
    expect(await resolve('pod/web-1', 'web:80')).not.toHaveProperty('serviceUrl')
  })
  test('a Service or a node to start from, a node to lead to', async () => {
    expect(await resolve('svc/web', 'node/worker-1:30080')).toMatchObject({
      trace: { from: { namespace: 'shop', pod: 'web-1' }, host: '192.0.2.1', port: 30_080 },
    })
    expect(await resolve('node/worker-1', 'svc/web:80')).toMatchObject({
      namespace: 'shop',
      target: { object: { kind: 'Service', name: 'web' } },
      trace: { from: { namespace: 'kube-system', pod: 'kube-proxy-a' } },
    })
  })
  test.each([
    { from: 'outside', to: 'svc/web', says: /leads to a URL or an Ingress/ },
    { from: 'outside', to: 'https://nobody.example/', says: /no Ingress, route, HTTPProxy or VirtualService/ },
    { from: 'outside', to: 'ingress/any', says: /no rule with a host/ },
    { from: 'outside', to: 'http://', says: /no URL/ },
    { from: 'node/worker-2', to: 'svc/web', says: /has no address/ },
    { from: 'node/nowhere', to: 'svc/web', says: /no node/ },
    { from: 'pod/web-1', to: 'node/worker-1', says: /names no port/ },
    { from: 'pod/web-1', to: 'node/worker-2:80', says: /has no address/ },
    { from: 'job/web', to: 'svc/web', says: /no Job/ },
  ])('$from to $to', async ({ from, to, says }) => {
    await expect(resolve(from, to)).rejects.toThrow(says)
  })
})
