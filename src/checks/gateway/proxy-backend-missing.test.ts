import { httpProxy, proxyService } from '../../../test/build/gateway.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './proxy-backend-missing.ts'

const services = [service('cart')]

describeCheck(check, [
  {
    it: 'a Service that is not there',
    given: { httpProxies: [httpProxy([proxyService('crat')])], services },
    expect: [{ subject: 'HTTPProxy/shop/web', severity: 'error', confidence: 'inferred', args: { near: ['cart'] } }],
  },
  {
    it: 'a port that it has not',
    given: { httpProxies: [httpProxy([proxyService('cart', { port: 8080 })])], services },
    expect: [{ subject: 'HTTPProxy/shop/web', args: { fault: 'port', port: 8080 } }],
  },
  { it: 'there', given: { httpProxies: [httpProxy([proxyService('cart')])], services }, expect: 'ok' },
  { it: 'no Service', given: { httpProxies: [httpProxy([])], services }, expect: 'not-applicable' },
])
