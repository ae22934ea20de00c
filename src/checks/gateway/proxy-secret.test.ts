import { gatewayApi, httpProxy } from '../../../test/build/gateway.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './proxy-secret.ts'

const proxy = httpProxy([], { host: { fqdn: 'web.example.com', tls: { namespace: 'certs', secret: 'web' } } })
const delegated = (secret: string, ...namespaces: readonly string[]) => [
  { namespace: 'certs', name: 'd', delegations: [{ secret, namespaces }] },
]

describeCheck(check, [
  {
    it: 'nobody delegates it',
    given: { httpProxies: [proxy], tlsDelegations: [], gatewayApi },
    expect: [{ subject: 'HTTPProxy/shop/web', severity: 'error', confidence: 'inferred', args: { where: 'certs' } }],
  },
  {
    it: 'to another namespace',
    given: { httpProxies: [proxy], tlsDelegations: delegated('web', 'pay'), gatewayApi },
    expect: [{ subject: 'HTTPProxy/shop/web', args: { there: ['d'] } }],
  },
  {
    it: 'to this one',
    given: { httpProxies: [proxy], tlsDelegations: delegated('web', 'shop'), gatewayApi },
    expect: 'ok',
  },
  { it: 'to all', given: { httpProxies: [proxy], tlsDelegations: delegated('web', '*'), gatewayApi }, expect: 'ok' },
  {
    it: 'those of that namespace could not be listed',
    given: {
      httpProxies: [proxy],
      tlsDelegations: [],
      gatewayApi: { ...gatewayApi, inScopeOnly: ['TLSCertificateDelegation'] },
    },
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
  },
  { it: 'its own', given: { httpProxies: [httpProxy([])], tlsDelegations: [], gatewayApi }, expect: 'not-applicable' },
])
