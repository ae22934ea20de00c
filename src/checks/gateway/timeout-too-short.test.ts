import { contacts, getOf, getThrough } from '../../../test/build/contacts.ts'
import { backend, httpProxy, proxyService, route } from '../../../test/build/gateway.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { DirectContact, RoutedContact } from '../../model/contacts.ts'
import type { RouteRule } from '../../model/gateway.ts'
import { unknown } from '../../model/known.ts'
import check from './timeout-too-short.ts'

const given = (
  timeouts: RouteRule['timeouts'],
  routed: readonly RoutedContact[],
  direct: readonly DirectContact[] = [],
) => ({
  gatewayRoutes: [
    route([], {
      rules: [
        {
          matches: [{ type: 'PathPrefix', path: '/', more: 'nothing' }],
          filters: [],
          backends: [backend('web')],
          ...(timeouts === undefined ? {} : { timeouts }),
        },
      ],
    }),
  ],
  httpProxies: [],
  contacts: { ...contacts([]), routed, direct },
})
const second = { request: 1, backend: null }
const subject = 'HTTPRoute/shop/web'
const late = getThrough('/year', 504, { ms: 1004 })
const slow = getOf('web', 'web-1', 200, { ms: 2510, path: '/year' })

describeCheck(check, [
  {
    it: 'the pods take longer',
    given: given(second, [late, late], [slow]),
    expect: [
      {
        subject,
        severity: 'error',
        confidence: 'observed',
        args: { limit: 1, field: 'timeouts.request', takes: 2.51 },
        says: /gives its pods 1 s \(timeouts\.request\), and asked directly they take 2\.51 s/,
      },
    ],
  },
  {
    it: 'of a backend alone',
    given: given({ request: 10, backend: 0.5 }, [getThrough('/', 504, { ms: 505 })]),
    expect: [{ subject, confidence: 'inferred', args: { field: 'timeouts.backendRequest', takes: null } }],
  },
  {
    it: 'of an HTTPProxy',
    given: {
      gatewayRoutes: [],
      httpProxies: [
        httpProxy([], {
          routes: [{ prefix: '/', exact: null, answers: 'services', services: [proxyService('web')], timeout: 1 }],
        }),
      ],
      contacts: {
        ...contacts([]),
        routed: [{ ...late, route: { kind: 'HTTPProxy', namespace: 'shop', name: 'web' } }],
        direct: [slow],
      },
    },
    expect: [{ subject: 'HTTPProxy/shop/web', args: { field: 'timeoutPolicy.response' } }],
  },
  { it: 'in time', given: given(second, [getThrough('/', 200)], [getOf('web', 'web-1', 200)]), expect: 'ok' },
  {
    it: 'the application says 504 by itself, at once',
    given: given(second, [getThrough('/', 504)], [getOf('web', 'web-1', 504)]),
    expect: 'ok',
  },
  { it: 'answered, though a pod was slow once', given: given(second, [getThrough('/', 200)], [slow]), expect: 'ok' },
  { it: 'no timeout', given: given(undefined, [late], [slow]), expect: 'not-applicable' },
  { it: 'nothing was asked', given: given(second, []), expect: 'not-applicable' },
  {
    it: 'nothing was measured',
    given: modelOf(given(second, [late]), { contacts: unknown('not-asked', 'needs --probe') }),
    expect: 'cannot-tell',
  },
])
