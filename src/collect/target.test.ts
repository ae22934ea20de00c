import { describe, expect, test } from 'vitest'
import { unknown } from '../model/known.ts'
import { clusterOf } from './cluster-of.ts'
import { resolveTarget } from './target.ts'

const named = (namespace: string | null, name: string, spec: object = {}): object => ({
  metadata: { ...(namespace === null ? {} : { namespace }), name },
  spec,
})
const rule = (host: string | null, path: string, pathType = 'Prefix'): object => ({
  ...(host === null ? {} : { host }),
  http: { paths: [{ path, pathType, backend: { service: { name: 'x', port: { number: 80 } } } }] },
})
const objects = {
  namespaces: [named(null, 'shop'), named(null, 'default')],
  services: ['checkout', 'checkout-db', 'cart'].map((it) => named('shop', it)),
  deployments: [named('shop', 'web')],
  ingresses: [
    named('shop', 'web', { rules: [rule('web.example.com', '/')] }),
    named('shop', 'cart', { rules: [rule('web.example.com', '/cart')] }),
    named('edge', 'any', { rules: [rule('*.example.com', '/cart/very/long/path')] }),
  ],
  httproutes: [named('shop', 'pay', { hostnames: ['pay.example.com'], rules: [{}] })],
  httpproxies: [
    named('edge', 'deep', { virtualhost: { fqdn: 'deep.pay.example.org' }, routes: [{ services: [{ name: 'x' }] }] }),
  ],
}
const cluster = clusterOf(objects)
const object = (kind: string, namespace: string, name: string, url: string | null = null): object => ({
  target: { kind: 'object', object: { kind, namespace, name }, url },
  namespace,
})
const refusing = (reason: 'forbidden' | 'timed-out') =>
  clusterOf(objects, (plural) => (plural === 'services' ? unknown(reason, 'get services') : null))

describe('targets', () => {
  test.each([
    ['svc/checkout', object('Service', 'shop', 'checkout')],
    ['service/checkout', object('Service', 'shop', 'checkout')],
    ['deploy/web', object('Deployment', 'shop', 'web')],
    ['deployment/web', object('Deployment', 'shop', 'web')],
    ['ing/web', object('Ingress', 'shop', 'web')],
    ['dns', { target: { kind: 'dns' }, namespace: 'shop' }],
    [null, { target: { kind: 'everything' }, namespace: 'shop' }],
    ['http://checkout/a?b=c', { ...object('Service', 'shop', 'checkout'), serviceUrl: 'http://checkout/a?b=c' }],
    [
      'http://checkout.shop:8080',
      { ...object('Service', 'shop', 'checkout'), serviceUrl: 'http://checkout.shop:8080/' },
    ],
    [
      'https://me:pw@checkout.shop.svc.cluster.local/',
      { ...object('Service', 'shop', 'checkout'), serviceUrl: 'https://checkout.shop.svc.cluster.local/' },
    ],
    ['https://web.example.com', object('Ingress', 'shop', 'web', 'https://web.example.com/')],
    ['http://pay.example.com/a', object('HTTPRoute', 'shop', 'pay', 'http://pay.example.com/a')],
    ['https://deep.pay.example.org/', object('HTTPProxy', 'edge', 'deep', 'https://deep.pay.example.org/')],
    ['httproute/pay', object('HTTPRoute', 'shop', 'pay')],
    ['https://web.example.com/cart/1?x=y', object('Ingress', 'shop', 'cart', 'https://web.example.com/cart/1?x=y')],
    [
      'http://user:pw@WEB.example.com:8443/carts',
      object('Ingress', 'shop', 'web', 'http://web.example.com:8443/carts'),
    ],
    [
      'https://other.example.com/cart/very/long/path/1',
      object('Ingress', 'edge', 'any', 'https://other.example.com/cart/very/long/path/1'),
    ],
  ])('%s', async (text, expected) => expect(await resolveTarget(text, cluster, 'shop')).toEqual(expected))

  test.each([
    [
      'svc/chekout',
      'not-found',
      'no Service `chekout` in namespace shop',
      'the closest names are `checkout`, `checkout-db`',
    ],
    ['pod/web-1', 'not-found', 'no Pod `web-1` in namespace shop', 'kubectl get pods -n shop'],
    [
      'https://mail.corp.test/',
      'not-found',
      'no Ingress, route, HTTPProxy or VirtualService has a rule for mail.corp.test/',
      'kubectl get ingresses -A',
    ],
    ['checkout', 'usage', '`checkout` is no target', 'Perhaps svc/checkout'],
    ['svc/', 'usage', 'no target', 'svc/NAME'],
    ['secret/x', 'usage', 'no kind of target', 'svc/NAME'],
    ['ingressroute/entry', 'usage', 'no kind of target', 'of a route of another kind ask for the URL that it serves'],
    ['https://', 'usage', 'no URL', 'svc/NAME'],
  ])('%s is refused', async (text, code, message, hint) => {
    // `*.example.com` would take the misspelt host too, as in a real cluster.
    const without = clusterOf({ ...objects, ingresses: objects.ingresses.slice(0, 2) })
    await expect(resolveTarget(text, without, 'shop')).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    })
  })

  test.each([
    ['https://wbe.example.com/', 'cart'],
    ['https://web.example.com/carts', 'cart'],
    ['https://web.example.com/ADMIN', 'web'],
  ])('%s, which no rule takes, is about the Ingress that nearly does', async (text, name) => {
    const there = clusterOf({
      ...objects,
      ingresses: [
        named('shop', 'web', { rules: [rule('web.example.com', '/admin')] }),
        named('shop', 'cart', { rules: [rule('web.example.com', '/cart')] }),
      ],
    })
    expect(await resolveTarget(text, there, 'shop')).toMatchObject({
      target: { kind: 'object', object: { kind: 'Ingress', namespace: 'shop', name }, url: text },
    })
  })

  test('an unknown namespace', async () => {
    await expect(resolveTarget('svc/cart', cluster, 'shp')).rejects.toMatchObject({
      code: 'not-found',
      message: 'no namespace `shp` in this cluster',
      hint: 'the closest name is `shop`',
    })
    await expect(resolveTarget(null, cluster, 'shp')).rejects.toMatchObject({ code: 'not-found' })
  })

  test('a user who may not read namespaces is believed', async () => {
    const blind = clusterOf(objects, (plural) =>
      plural === 'namespaces' ? unknown('forbidden', 'get namespaces') : null,
    )
    expect(await resolveTarget('svc/cart', blind, 'shop')).toEqual(object('Service', 'shop', 'cart'))
  })

  test('a URL where only one namespace may be listed', async () => {
    const near = clusterOf(objects, (_, namespace) =>
      namespace === 'shop' ? null : unknown('forbidden', 'list ingresses'),
    )
    expect(await resolveTarget('https://web.example.com/cart', near, 'shop')).toMatchObject({ namespace: 'shop' })
    await expect(resolveTarget('https://web.example.com/cart', near, null)).rejects.toMatchObject({
      code: 'forbidden',
      hint: 'this needs the right to list ingresses',
    })
  })

  test('a name without a namespace', async () => {
    await expect(resolveTarget('svc/cart', cluster, null)).rejects.toMatchObject({ code: 'usage' })
    expect(await resolveTarget('dns', cluster, null)).toEqual({ target: { kind: 'dns' }, namespace: null })
  })

  test('refusals of the API server', async () => {
    await expect(resolveTarget('svc/cart', refusing('forbidden'), 'shop')).rejects.toMatchObject({
      code: 'forbidden',
      hint: 'this needs the right to get services',
    })
    await expect(resolveTarget('svc/cart', refusing('timed-out'), 'shop')).rejects.toMatchObject({
      code: 'unreachable',
    })
  })
})
