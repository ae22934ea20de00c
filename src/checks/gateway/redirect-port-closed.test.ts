import { backend, gateway, gatewayApi, listener, parent, route } from '../../../test/build/gateway.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Gateway, GatewayRoute, RouteRedirect } from '../../model/gateway.ts'
import { unknown } from '../../model/known.ts'
import check from './redirect-port-closed.ts'

const tls = listener({ name: 'https', port: 443, protocol: 'HTTPS', tls: { mode: 'Terminate', certificates: [] } })
const toTls: RouteRedirect = { scheme: 'https', hostname: null, port: null, path: null }
const to = (redirect: Partial<RouteRedirect> = {}, about: Partial<GatewayRoute> = {}): GatewayRoute =>
  route([], {
    rules: [{ matches: [], filters: ['RequestRedirect'], redirect: { ...toTls, ...redirect }, backends: [] }],
    ...about,
  })
const given = (one: GatewayRoute, ...gateways: readonly Gateway[]) => ({
  gatewayRoutes: [one],
  gateways: gateways.length === 0 ? [gateway()] : gateways,
  gatewayApi,
})
const found = { subject: 'HTTPRoute/shop/web', severity: 'warning', confidence: 'inferred' } as const

describeCheck(check, [
  {
    it: 'a ListenerSet may open it',
    given: given(to(), gateway(undefined, { takesSets: true })),
    expect: 'cannot-tell',
    says: /a ListenerSet of Gateway/,
  },
  { it: 'to https, and there is http alone', given: given(to()), expect: [{ ...found, args: { port: 443 } }] },
  {
    it: 'to another port of its own host',
    given: given(to({ scheme: null, port: 8443, hostname: 'web.example.com' })),
    expect: [{ ...found, args: { port: 8443, scheme: 'http' } }],
  },
  {
    it: 'a listener has it',
    given: given(to({}, { parents: [parent({ section: 'http' })] }), gateway([listener(), tls])),
    expect: 'ok',
  },
  {
    it: 'TLS on another port, which a load balancer may map',
    given: given(to(), gateway([listener(), { ...tls, port: 8443 }])),
    expect: 'ok',
  },
  { it: 'another Gateway has it', given: given(to(), gateway(), gateway([tls], { name: 'other' })), expect: 'ok' },
  {
    it: 'another Gateway has it for another host',
    given: given(to(), gateway(), gateway([{ ...tls, hostname: 'api.example.com' }], { name: 'other' })),
    expect: [found],
  },
  { it: 'to another host', given: given(to({ hostname: 'www.example.org' })), expect: 'not-applicable' },
  {
    it: 'to a path on the same port',
    given: given(to({ scheme: null, path: { replaces: 'all', by: '/x' } })),
    expect: 'ok',
  },
  { it: 'no redirect', given: given(route([backend('web')])), expect: 'not-applicable' },
  {
    it: 'an Ingress has the host as well',
    given: {
      ...given(to()),
      ingresses: [ingress([['/', 'web', 80]], { rules: [{ host: 'web.example.com', paths: [] }] })],
    },
    expect: 'cannot-tell',
  },
  {
    it: 'routes forbidden',
    given: modelOf({}, { gatewayRoutes: unknown('forbidden', 'list httproutes') }),
    expect: 'cannot-tell',
  },
])
