import { expect, test } from 'vitest'
import { ingressRoute } from '../../../test/build/beside.ts'
import { backend, httpProxy, proxyService, route } from '../../../test/build/gateway.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { pod } from '../../../test/build/pod.ts'
import { slice } from '../../../test/build/service.ts'
import { accessReader } from '../../wire/access-log/reader.ts'
import { proxyOwners, type ProxyServes } from './proxy-owner.ts'

const none: ProxyServes = { ingresses: [], routes: [], proxies: [], ingressRoutes: [] }
const web = ingress([
  ['/', 'web', 80],
  ['/cart', 'cart', 80],
])
const wild = ingress([], {
  name: 'wild',
  rules: [
    {
      host: '*.shop.example',
      paths: [{ path: '/', pathType: 'Prefix', backend: { service: 'web', port: 80, path: 'spec' } }],
    },
  ],
})
const fallback = ingress([], { defaultBackend: { service: 'web', port: 80, path: 'spec' }, rules: [] })
const slices = [slice('web', [pod('web-1', { ip: '10.2.0.4' })]), slice('cart', [pod('cart-1', { ip: '10.2.0.5' })])]

function owned(text: string, serves: Partial<ProxyServes>): string {
  const line = accessReader()(text)
  if (line.kind !== 'request') throw new Error('no request')
  const it = proxyOwners({ ...none, ...serves }, slices)(line)
  if (typeof it === 'string') return it
  const { object, service } = it
  return `${object.kind} ${object.namespace}/${object.name} ${service === null ? '-' : service.name}`
}

const envoy = (path: string, host = 'web.example.com', at = '10.2.0.4:8080'): string =>
  `[2026-11-28T10:56:37.123Z] "GET ${path} HTTP/1.1" 503 UF 0 19 5 - "-" "curl/8" "id" "${host}" "${at}"`
const gateway = (name: string): string =>
  `{":authority":"web.example.com","response_code":503,"response_flags":"UC","route_name":"${name}/match/0/web",` +
  `"start_time":"2026-11-28T10:56:37.123Z","upstream_cluster":"${name}","upstream_host":"10.2.0.4:8080"}`
const traefik = (router: string): string =>
  '10.0.0.9 - - [28/Nov/2026:10:56:37 +0000] "GET /x HTTP/1.1" 502 11 "-" "curl/8" 7 ' +
  `"${router}" "http://10.2.0.4:8080" 3ms`
const haproxy = (behind: string, request = 'GET / HTTP/1.1'): string =>
  `10.0.0.1:33317 [28/Nov/2026:10:56:37.000] http ${behind}/srv001 0/0/-1/-1/5 503 217 - - SC-- 1/1/0/0/0 0/0 ` +
  `"${request}"`

const hash = '0123456789abcdef0123'
const rules = route([backend('web')])
const bothOf = route([backend('web'), backend('cart')], { name: 'both' })
const proxy = httpProxy([proxyService('web'), proxyService('cart')])
const child = httpProxy([proxyService('cart')], { name: 'child', host: null })
const root = httpProxy([proxyService('web')], {
  includes: [{ namespace: null, name: 'child', prefix: '/cart', path: 'spec.includes[0]' }],
})

test.each<[string, string, Partial<ProxyServes>, string]>([
  ['an Ingress, by host and path', envoy('/cart/a?b=c'), { ingresses: [web] }, 'Ingress shop/web cart'],
  ['a host with a port', envoy('/', 'web.example.com:8080'), { ingresses: [web] }, 'Ingress shop/web web'],
  ['a wildcard', envoy('/', 'a.shop.example'), { ingresses: [wild] }, 'Ingress shop/wild web'],
  ['a host with a label more than the wildcard', envoy('/', 'b.a.shop.example'), { ingresses: [wild] }, 'nobody'],
  ['a default backend', envoy('/', 'x.example.net'), { ingresses: [fallback] }, 'Ingress shop/web web'],
  [
    'a route for any host',
    envoy('/cart', 'x.example.net'),
    { routes: [route([backend('web')], { hostnames: [] })] },
    'HTTPRoute shop/web web',
  ],
  ['a host that is nobody’s', envoy('/', 'other.example.com'), { ingresses: [web] }, 'nobody'],
  ['an HTTPProxy, its Service by the address', envoy('/'), { proxies: [proxy] }, 'HTTPProxy shop/web web'],
  ['the other Service', envoy('/', undefined, '10.2.0.5:8080'), { proxies: [proxy] }, 'HTTPProxy shop/web cart'],
  ['no server was asked', envoy('/', undefined, '-'), { proxies: [proxy] }, 'HTTPProxy shop/web -'],
  ['an include', envoy('/cart'), { proxies: [root, child] }, 'HTTPProxy shop/child cart'],
  ['an HTTPRoute, by host and path', envoy('/cart'), { routes: [rules] }, 'HTTPRoute shop/web web'],
  [
    'the longer path of two kinds',
    envoy('/cart'),
    { ingresses: [ingress([['/', 'web', 80]])], routes: [rules] },
    'HTTPRoute shop/web web',
  ],
  [
    'Envoy Gateway, by the name of the route',
    gateway('httproute/shop/web/rule/0'),
    { routes: [rules] },
    'HTTPRoute shop/web web',
  ],
  ['the same, of two Services', gateway('httproute/shop/both/rule/0'), { routes: [bothOf] }, 'HTTPRoute shop/both web'],
  ['the same, of a route that is not read here', gateway('httproute/else/web/rule/0'), { routes: [rules] }, 'nobody'],
  [
    'Traefik, an Ingress',
    traefik('shop-web-web-example-com-cart@kubernetes'),
    { ingresses: [web] },
    'Ingress shop/web cart',
  ],
  [
    'the same behind an entry point',
    traefik('websecure-shop-web-web-example-com@kubernetes'),
    { ingresses: [web] },
    'Ingress shop/web web',
  ],
  [
    'the same with a hash',
    traefik(`shop-web-web-example-com-${hash}@kubernetes`),
    { ingresses: [web] },
    'Ingress shop/web web',
  ],
  [
    'Traefik, an IngressRoute',
    traefik(`shop-web-${hash}@kubernetescrd`),
    { ingressRoutes: [ingressRoute([['web', 80]])] },
    'IngressRoute shop/web web',
  ],
  ['Traefik itself', traefik('dashboard@internal'), { ingresses: [web] }, 'nobody'],
  ['a router that is not known, of no host', traefik('who@file'), { ingresses: [web] }, 'unclear'],
  ['HAProxy, by the backend', haproxy('shop_web_8080'), { ingresses: [web] }, 'Ingress shop/web web'],
  [
    'HAProxy Technologies’, by the backend',
    haproxy('shop_svc_cart_http'),
    { ingresses: [web] },
    'Ingress shop/web cart',
  ],
  [
    'HAProxy Technologies’, by the host',
    haproxy('shop_svc_cart_http', 'GET web.example.com/cart HTTP/1.1'),
    { ingresses: [web] },
    'Ingress shop/web cart',
  ],
  [
    'a Service of two Ingresses',
    haproxy('shop_web_8080'),
    { ingresses: [web, ingress([['/', 'web', 80]], { name: 'b' })] },
    'unclear',
  ],
  ['a Service that nobody routes to', haproxy('else_web_8080'), { ingresses: [web] }, 'nobody'],
  ['a page of HAProxy’s', haproxy('_error503'), { ingresses: [web] }, 'nobody'],
])('%s', (_it, line, serves, wanted) => expect(owned(line, serves)).toBe(wanted))
