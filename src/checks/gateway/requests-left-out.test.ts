import { backend, gateway, listener, parent, route } from '../../../test/build/gateway.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { GatewayRoute, RouteMatch } from '../../model/gateway.ts'
import { unknown } from '../../model/known.ts'
import type { Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import check from './requests-left-out.ts'

const prefix = (path: string, more: RouteMatch['more'] = 'nothing'): RouteMatch => ({ type: 'PathPrefix', path, more })
const with_ = (matches: readonly RouteMatch[], about: Partial<GatewayRoute> = {}): GatewayRoute =>
  route([], { rules: [{ matches, filters: [], backends: [backend('web')] }], ...about })
const toService = parent({ group: '', kind: 'Service', namespace: null, name: 'orders' })
const mesh = { parents: [toService], hostnames: [] }
const url = (path: string): Partial<Scope> => ({
  target: { kind: 'object', object: subject('HTTPRoute', 'shop', 'web'), url: `http://web.example.com${path}` },
})
const at = 'HTTPRoute/shop/web'
const given = (...gatewayRoutes: readonly GatewayRoute[]) => ({ gatewayRoutes })

describeCheck(check, [
  ...(['http', 'https'] as const).map((scheme) => ({
    it: `the rest is taken by a route of port 80 alone, asked by ${scheme}`,
    given: modelOf(
      {
        gatewayRoutes: [
          with_([prefix('/api')], { parents: [parent({ section: 'https' })] }),
          with_([], { name: 'redir', hostnames: [], parents: [parent({ section: 'http' })] }),
        ],
        gateways: [gateway([listener(), listener({ name: 'https', port: 443, protocol: 'HTTPS' })])],
      },
      {},
      {
        target: {
          kind: 'object',
          object: subject('HTTPRoute', 'shop', 'web'),
          url: `${scheme}://web.example.com/other`,
        },
      },
    ),
    expect:
      scheme === 'http' ? ('ok' as const) : [{ subject: at, severity: 'error' as const, args: { fault: 'url-path' } }],
  })),
  {
    it: 'of a Service of a mesh, one prefix alone',
    given: given(with_([prefix('/v2')], mesh)),
    expect: [
      {
        subject: at,
        severity: 'warning',
        confidence: 'possible',
        args: { fault: 'rest-of-service', service: 'shop/orders' },
      },
    ],
  },
  {
    it: 'the rest by another route',
    given: given(with_([prefix('/v2')], mesh), with_([], { ...mesh, name: 'rest' })),
    expect: 'ok',
  },
  { it: 'the rest by a rule with the prefix /', given: given(with_([prefix('/v2'), prefix('/')], mesh)), expect: 'ok' },
  { it: 'an expression', given: given(with_([{ ...prefix('/.*'), type: 'RegularExpression' }], mesh)), expect: 'ok' },
  {
    it: 'no mesh has taken it',
    given: given(with_([prefix('/v2')], { ...mesh, status: [] })),
    expect: 'not-applicable',
  },
  { it: 'of a Gateway, one prefix alone', given: given(with_([prefix('/v2')])), expect: 'ok' },
  {
    it: 'of a Gateway, each rule with a header',
    given: given(with_([prefix('/', 'more')])),
    expect: [{ subject: at, severity: 'info', args: { fault: 'needs-more' } }],
  },
  {
    it: 'the rest by another route of the host',
    given: given(with_([prefix('/', 'more')]), with_([], { name: 'rest' })),
    expect: 'ok',
  },
  {
    it: 'the URL asked about needs a header',
    given: modelOf(given(with_([prefix('/', 'more')])), {}, url('/')),
    expect: [{ subject: at, severity: 'warning', args: { fault: 'url-needs-more' } }],
  },
  {
    it: 'no rule has the path of the URL',
    given: modelOf(given(with_([prefix('/v2')])), {}, url('/v1')),
    expect: [{ subject: at, severity: 'error', args: { fault: 'url-path' } }],
  },
  { it: 'a rule has it', given: modelOf(given(with_([prefix('/v2')])), {}, url('/v2/x')), expect: 'ok' },
  {
    it: 'routes forbidden',
    given: modelOf({}, { gatewayRoutes: unknown('forbidden', 'list httproutes') }),
    expect: 'cannot-tell',
  },
])
