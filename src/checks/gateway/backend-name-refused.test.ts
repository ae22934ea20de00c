import { certificate, contacts, getOf, getThrough } from '../../../test/build/contacts.ts'
import { httpProxy, proxyService } from '../../../test/build/gateway.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { RoutedContact } from '../../model/contacts.ts'
import type { BackendTlsPolicy } from '../../model/gateway.ts'
import { unknown } from '../../model/known.ts'
import check from './backend-name-refused.ts'

const proxyName = { kind: 'HTTPProxy', namespace: 'shop', name: 'web' } as const
const bad = getThrough('/', 503, { route: proxyName })
const shows = (...names: readonly string[]) => [
  getOf('web', 'web-1', 200, { scheme: 'https', certificate: certificate({ names }) }),
]
const policy: BackendTlsPolicy = {
  namespace: 'shop',
  name: 'web',
  generation: 1,
  targets: [{ group: '', kind: 'Service', name: 'web', section: null }],
  authorities: [],
  wellKnown: 'System',
  hostname: 'web.internal',
  status: [],
}
const given = (
  wants: readonly string[] | null,
  routed: readonly RoutedContact[],
  direct = shows('vault.example.com'),
) => ({
  httpProxies: [
    httpProxy([], {
      routes: [
        {
          prefix: '/',
          exact: null,
          answers: 'services',
          services: [proxyService('web', wants === null ? {} : { wants })],
        },
      ],
    }),
  ],
  backendTlsPolicies: [],
  contacts: { ...contacts([]), routed, direct },
})

describeCheck(check, [
  {
    it: 'another name',
    given: given(['sec.shop.svc'], [bad]),
    expect: [
      {
        subject: 'HTTPProxy/shop/web',
        severity: 'error',
        confidence: 'inferred',
        says: /wants a certificate for sec\.shop\.svc of Service shop\/web, and its pods show one for vault\.example/,
      },
    ],
  },
  {
    it: 'by a BackendTLSPolicy',
    given: { ...given(null, [getThrough('/', 503)]), backendTlsPolicies: [policy] },
    expect: [{ subject: 'HTTPRoute/shop/web', args: { field: 'validation.hostname' } }],
  },
  { it: 'one of several', given: given(['a.example', 'vault.example.com'], [bad]), expect: 'ok' },
  { it: 'a wildcard', given: given(['vault.example.com'], [bad], shows('*.example.com')), expect: 'ok' },
  {
    it: 'it is answered: the server has another certificate for that name',
    given: given(['sec.shop.svc'], [{ ...bad, status: 200 }]),
    expect: 'ok',
  },
  { it: 'nobody looks', given: given(null, [bad]), expect: 'not-applicable' },
  { it: 'no certificate was seen', given: given(['sec.shop.svc'], [bad], []), expect: 'not-applicable' },
  {
    it: 'nothing was measured',
    given: modelOf(given(null, [bad]), { contacts: unknown('not-asked', 'needs --probe') }),
    expect: 'cannot-tell',
  },
])
