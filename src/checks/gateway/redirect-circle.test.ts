import { backend, gateway, gatewayApi, listener, parent, route } from '../../../test/build/gateway.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { GatewayRoute, RouteMatch, RouteRedirect, RouteRule } from '../../model/gateway.ts'
import { unknown } from '../../model/known.ts'
import check from './redirect-circle.ts'

const tls = listener({ name: 'https', port: 443, protocol: 'HTTPS', tls: { mode: 'Terminate', certificates: [] } })
const toTls: RouteRedirect = { scheme: 'https', hostname: null, port: null, path: null }
const prefix = (path: string): RouteMatch => ({ type: 'PathPrefix', path, more: 'nothing' })
const redirecting = (redirect: RouteRedirect, match: RouteMatch = prefix('/')): RouteRule => ({
  matches: [match],
  filters: ['RequestRedirect'],
  redirect,
  backends: [],
})
const serving = (path: string): RouteRule => ({ matches: [prefix(path)], filters: [], backends: [backend('web')] })
const web = (rules: readonly RouteRule[], about: Partial<GatewayRoute> = {}) => route([], { rules, ...about })
const app = (path: string, about: Partial<GatewayRoute> = {}) =>
  web([serving(path)], { name: 'app', parents: [parent({ section: 'https' })], ...about })
const given = (...gatewayRoutes: readonly GatewayRoute[]) => ({
  gatewayRoutes,
  gateways: [gateway([listener(), tls])],
  gatewayApi,
})
const subject = 'HTTPRoute/shop/web'

describeCheck(check, [
  {
    it: 'to https, and it is at the listener for https as well',
    given: given(web([redirecting(toTls)])),
    expect: [{ subject, severity: 'error', confidence: 'inferred', says: /names no sectionName/ }],
  },
  {
    it: 'for any host',
    given: given(web([redirecting(toTls)], { hostnames: [] })),
    expect: [{ subject, severity: 'error' }],
  },
  {
    it: 'to https at the listener for https alone',
    given: given(web([redirecting(toTls)], { parents: [parent({ section: 'https' })] })),
    expect: [{ subject, args: { section: true } }],
  },
  {
    it: 'to its own host',
    given: given(web([redirecting({ ...toTls, scheme: null, hostname: 'web.example.com' })])),
    expect: [{ subject, severity: 'error' }],
  },
  {
    it: 'to a path below its own',
    given: given(web([redirecting({ ...toTls, scheme: null, path: { replaces: 'prefix', by: '/app' } })])),
    expect: [{ subject }],
  },
  {
    it: 'another route has what is below a path',
    given: given(web([redirecting(toTls)]), app('/app')),
    expect: [{ subject, severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'another route has that path at another host',
    given: given(web([redirecting(toTls)]), app('/app', { hostnames: ['api.example.com'] })),
    expect: [{ subject, severity: 'error', confidence: 'inferred' }],
  },
  {
    it: 'another host is led to that of the route, which has a path there',
    given: given(
      web([redirecting({ ...toTls, hostname: 'web.example.com' })], {
        hostnames: ['old.example.com', 'web.example.com'],
      }),
      app('/app', { hostnames: ['web.example.com'] }),
    ),
    expect: [{ subject, severity: 'warning' }],
  },
  {
    it: 'all paths are led to one, and another route has one beside it',
    given: given(web([redirecting({ ...toTls, path: { replaces: 'all', by: '/new' } })]), app('/app')),
    expect: [{ subject, severity: 'error' }],
  },
  {
    it: 'from the listener for http',
    given: given(web([redirecting(toTls)], { parents: [parent({ section: 'http' })] }), app('/')),
    expect: 'ok',
  },
  {
    it: 'every host that is served has a route of its own',
    given: given(web([redirecting(toTls)], { hostnames: [] }), app('/')),
    expect: 'ok',
  },
  {
    it: 'the older one of two that claim the same, at the listener for https as well',
    given: given(web([redirecting(toTls)], { created: 100 }), app('/', { created: 200 })),
    expect: [{ subject, severity: 'error', confidence: 'inferred' }],
  },
  {
    it: 'the younger one, whose requests at https another has',
    given: given(web([redirecting(toTls)], { created: 200 }), app('/', { created: 100 })),
    expect: 'ok',
  },
  {
    it: 'which of two routes comes first is not said here',
    given: given(web([redirecting(toTls)]), app('/')),
    expect: 'ok',
  },
  { it: 'to another host', given: given(web([redirecting({ ...toTls, hostname: 'www.example.com' })])), expect: 'ok' },
  {
    it: 'to a port that is not of this Gateway',
    given: given(web([redirecting({ ...toTls, port: 8443 })])),
    expect: 'ok',
  },
  {
    it: 'from an exact path to what another rule has',
    given: given(
      web([
        redirecting(
          { ...toTls, scheme: null, path: { replaces: 'all', by: '/app' } },
          { ...prefix('/'), type: 'Exact' },
        ),
        serving('/app'),
      ]),
    ),
    expect: 'ok',
  },
  {
    it: 'an old path to a new one',
    given: given(
      web([
        redirecting({ ...toTls, scheme: null, path: { replaces: 'prefix', by: '/new' } }, prefix('/old')),
        serving('/'),
      ]),
    ),
    expect: 'ok',
  },
  {
    it: 'a header decides',
    given: given(web([redirecting(toTls, { ...prefix('/'), more: 'more' })])),
    expect: 'ok',
  },
  {
    it: 'another listener of the port has the host, and a route of its own',
    given: {
      ...given(web([redirecting(toTls)]), app('/', { parents: [parent({ section: 'web' })] })),
      gateways: [gateway([listener(), tls, { ...tls, name: 'web', hostname: 'web.example.com' }])],
    },
    expect: 'ok',
  },
  { it: 'no redirect', given: given(web([serving('/')])), expect: 'not-applicable' },
  {
    it: 'routes forbidden',
    given: modelOf(given(), { gatewayRoutes: unknown('forbidden', 'list httproutes') }),
    expect: 'cannot-tell',
  },
])
