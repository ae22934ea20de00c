import { contacts } from '../../../test/build/contacts.ts'
import { backend, httpProxy, proxyService, route } from '../../../test/build/gateway.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { DirectContact } from '../../model/contacts.ts'
import type { ProxyRoute } from '../../model/http-proxy.ts'
import type { RouteRule } from '../../model/gateway.ts'
import check from './next-to-no-time.ts'

const answered = (ms: number, about: Partial<DirectContact> = {}): DirectContact => ({
  node: 'node-1',
  service: { namespace: 'shop', name: 'cart', port: 80 },
  pod: 'cart-1',
  ip: '10.244.1.7',
  port: 8080,
  host: 'web.example.com',
  path: '/cart',
  basis: 'declared',
  status: 200,
  error: null,
  ms,
  ...about,
})
const timed = (timeouts: RouteRule['timeouts'], about: Partial<RouteRule> = {}) => ({
  gatewayRoutes: [
    route([], {
      rules: [{ matches: [], filters: [], backends: [backend('cart')], ...(timeouts ? { timeouts } : {}), ...about }],
    }),
  ],
})
const proxied = (about: Partial<ProxyRoute>) => ({
  gatewayRoutes: [],
  httpProxies: [
    httpProxy([], {
      routes: [{ prefix: '/', exact: null, answers: 'services', services: [proxyService('web')], ...about }],
    }),
  ],
})
const short = timed({ request: 0.001, backend: null })
const asked = (...direct: readonly DirectContact[]) => ({ ...short, contacts: { ...contacts([]), direct } })

describeCheck(check, [
  {
    it: '1 ms for all',
    given: short,
    expect: [
      {
        subject: 'HTTPRoute/shop/web',
        severity: 'warning',
        confidence: 'possible',
        args: { seconds: 0.001, path: 'spec.rules[0].timeouts.request' },
        says: /gives its pods 1 ms/,
      },
    ],
  },
  {
    it: '5 ms for the backend',
    given: timed({ request: 10, backend: 0.005 }),
    expect: [{ subject: 'HTTPRoute/shop/web', args: { path: 'spec.rules[0].timeouts.backendRequest' } }],
  },
  {
    it: 'the pods were measured, and take longer',
    given: asked(answered(40), answered(3)),
    expect: [{ subject: 'HTTPRoute/shop/web', confidence: 'inferred', args: { takes: 0.04 } }],
  },
  { it: 'the pods were measured, and take less', given: asked(answered(0.4)), expect: 'ok' },
  {
    it: 'a pod that was asked, and did not answer',
    given: asked(answered(0.4, { status: null, error: 'timeout' })),
    expect: [{ subject: 'HTTPRoute/shop/web', confidence: 'possible' }],
  },
  { it: '100 ms', given: timed({ request: 0.1, backend: null }), expect: 'ok' },
  {
    it: 'a redirect, which asks nobody',
    given: timed({ request: 0.001, backend: null }, { filters: ['RequestRedirect'], backends: [] }),
    expect: 'ok',
  },
  {
    it: 'an HTTPProxy that gives 5 ms',
    given: proxied({ timeout: 0.005 }),
    expect: [
      {
        subject: 'HTTPProxy/shop/web',
        severity: 'warning',
        args: { of: 'the whole', path: 'spec.routes[0].timeoutPolicy.response' },
        says: /gives its pods 5 ms/,
      },
    ],
  },
  {
    it: 'an HTTPProxy that cuts what is silent for 4 s',
    given: proxied({ idle: 4 }),
    expect: [
      {
        subject: 'HTTPProxy/shop/web',
        severity: 'info',
        confidence: 'possible',
        args: { of: 'silence', seconds: 4, path: 'spec.routes[0].timeoutPolicy.idle' },
        says: /ends a request of which nothing is heard for 4\.00 s \(spec\.routes\[0\]\.timeoutPolicy\.idle\)/,
      },
    ],
  },
  { it: 'an HTTPProxy that waits a minute', given: proxied({ idle: 60, timeout: 10 }), expect: 'ok' },
  {
    it: 'a redirect of an HTTPProxy',
    given: proxied({ idle: 4, answers: 'redirect', services: [] }),
    expect: 'not-applicable',
  },
  { it: 'an HTTPProxy without a timeout', given: proxied({}), expect: 'not-applicable' },
  { it: 'no timeout', given: timed(undefined), expect: 'not-applicable' },
])
