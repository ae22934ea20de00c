import { contacts, getOf, getThrough } from '../../../test/build/contacts.ts'
import { backend, httpProxy, route } from '../../../test/build/gateway.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Contacts, RouteName } from '../../model/contacts.ts'
import { lateError } from '../../model/http-error.ts'
import check from './bad-answer.ts'

const web = route([backend('web')])
const proxy: RouteName = { kind: 'HTTPProxy', namespace: 'shop', name: 'web' }
const asked = (about: Partial<Contacts>) => ({
  gatewayRoutes: [web],
  httpProxies: [],
  contacts: { ...contacts([]), routed: [], unrouted: [], ...about },
})
const subject = 'HTTPRoute/shop/web'

describeCheck(check, [
  {
    it: '503 each time, and its pods are well',
    given: asked({ routed: [getThrough('/', 503), getThrough('/', 503)], direct: [getOf('web', 'web-1', 200)] }),
    expect: [
      {
        subject,
        severity: 'error',
        confidence: 'observed',
        args: { bad: 2, of: 2, pods: 'well' },
        says: /asked of Service edge\/envoy:80 · backend web:80/,
      },
    ],
  },
  {
    it: '504 each time, and its pods are ill',
    given: asked({ routed: [getThrough('/', 504)], direct: [getOf('web', 'web-1', 500)] }),
    expect: [{ subject, args: { pods: 'ill' } }],
  },
  {
    it: 'no answer in time',
    given: asked({ routed: [getThrough('/', null, { error: lateError('answer', 18_000, 0) })] }),
    expect: [{ subject, args: { isSilent: true, isLate: true, pods: 'unasked' } }],
  },
  {
    it: 'of an HTTPProxy',
    given: { ...asked({ routed: [getThrough('/', 502, { route: proxy })] }), httpProxies: [httpProxy([])] },
    expect: [{ subject: 'HTTPProxy/shop/web' }],
  },
  { it: 'answered', given: asked({ routed: [getThrough('/', 200), getThrough('/', 404)] }), expect: 'ok' },
  { it: 'answered by who asks for a login', given: asked({ routed: [getThrough('/', 401)] }), expect: 'ok' },
  { it: 'a limit of requests', given: asked({ routed: [getThrough('/', 429)] }), expect: 'ok' },
  {
    it: 'no connection to the data plane, as a policy would have it',
    given: asked({ routed: [getThrough('/', null, { error: lateError('connection', 3000, 0) })] }),
    expect: 'cannot-tell',
  },
  {
    it: 'nothing was asked of it',
    given: asked({ unrouted: [{ route: { kind: 'HTTPRoute', namespace: 'shop', name: 'web' }, why: 'no-plane' }] }),
    expect: 'cannot-tell',
  },
  {
    it: 'a recording of before',
    given: { gatewayRoutes: [web], httpProxies: [], contacts: contacts([]) },
    expect: 'cannot-tell',
  },
  {
    it: 'there is none',
    given: { gatewayRoutes: [], httpProxies: [], contacts: contacts([]) },
    expect: 'not-applicable',
  },
])
