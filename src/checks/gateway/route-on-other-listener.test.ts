import { backend, gateway, gatewayApi, listener, parent, route } from '../../../test/build/gateway.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { GatewayRoute, Listener } from '../../model/gateway.ts'
import { unknown } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import check from './route-on-other-listener.ts'

const tls = (attached: number, about: Partial<Listener> = {}): Listener =>
  listener({
    name: 'https',
    port: 443,
    protocol: 'HTTPS',
    hostname: 'web.example.com',
    status: { attached, conditions: [] },
    ...about,
  })
const on = (section: string | null, about: Partial<GatewayRoute> = {}): GatewayRoute =>
  route([backend('web')], { hostnames: ['web.example.com'], parents: [parent({ section })], ...about })
const given = (routes: readonly GatewayRoute[], listeners: readonly Listener[] = [listener(), tls(0)]) => ({
  gatewayRoutes: routes,
  gateways: [gateway(listeners)],
  gatewayApi,
})
const asked = (what: ReturnType<typeof given>, url: string | null) =>
  modelOf(what, {}, { target: { kind: 'object', object: subject('HTTPRoute', 'shop', 'web'), url } })
const web = { subject: 'HTTPRoute/shop/web' } as const

describeCheck(check, [
  {
    it: 'on http alone, and https is asked',
    given: asked(given([on('http')]), 'https://web.example.com/'),
    expect: [{ ...web, severity: 'error', confidence: 'inferred', says: /404|listener https/ }],
  },
  {
    it: 'on https alone, and http is asked',
    given: asked(
      given([on('https')], [listener({ status: { attached: 0, conditions: [] } }), tls(1)]),
      'http://web.example.com/',
    ),
    expect: [{ ...web, severity: 'error', args: { asked: ['http'] } }],
  },
  {
    it: 'a route that was not read is on it',
    given: asked(given([on('http')], [listener(), tls(1)]), 'https://web.example.com/'),
    expect: [{ ...web, severity: 'warning', confidence: 'possible' }],
  },
  { it: 'nobody asks of a URL', given: given([on('http')]), expect: [{ ...web, severity: 'info' }] },
  {
    it: 'http is asked, where it is',
    given: asked(given([on('http')]), 'http://web.example.com/'),
    expect: 'not-applicable',
  },
  { it: 'on all', given: asked(given([on(null)]), 'https://web.example.com/'), expect: 'not-applicable' },
  {
    it: 'on both by two parents',
    given: asked(
      given([on('http', { parents: [parent({ section: 'http' }), parent({ section: 'https' })] })]),
      'https://web.example.com/',
    ),
    expect: 'not-applicable',
  },
  {
    it: 'one leads http to https, and another is there',
    given: given([on('http'), on('https', { name: 'pages' })], [listener(), tls(1)]),
    expect: 'ok',
  },
  {
    it: 'a load balancer before it ends TLS',
    given: asked(given([on('http')], [listener()]), 'https://web.example.com/'),
    expect: 'not-applicable',
  },
  {
    it: 'a listener for another host',
    given: asked(
      given([on('http')], [listener(), tls(0, { hostname: 'pay.example.com' })]),
      'https://web.example.com/',
    ),
    expect: 'not-applicable',
  },
  {
    it: 'Gateways that were not read',
    given: modelOf({ gatewayRoutes: [on('http')], gatewayApi }, { gateways: unknown('forbidden', 'list gateways') }),
    expect: 'cannot-tell',
  },
])
