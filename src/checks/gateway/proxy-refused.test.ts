import { condition, httpProxy } from '../../../test/build/gateway.ts'
import { controller } from '../../../test/build/ingress.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './proxy-refused.ts'

const invalid = {
  ...condition('Valid', { status: 'False', reason: 'ErrorPresent' }),
  errors: [{ type: 'ServiceError', reason: 'ServiceUnresolvedReference', message: 'service not found' }],
  warnings: [],
}

const contour = (name: string) => controller({ controller: 'projectcontour.io/ingress-controller', classNames: [name] })

describeCheck(check, [
  {
    it: 'invalid',
    given: { httpProxies: [httpProxy([], { current: 'invalid', conditions: [invalid] })] },
    expect: [{ subject: 'HTTPProxy/shop/web', severity: 'error', confidence: 'observed', says: 'service not found' }],
  },
  {
    it: 'orphaned',
    given: {
      httpProxies: [httpProxy([], { current: 'orphaned', description: 'not part of a chain', conditions: [] })],
    },
    expect: [{ subject: 'HTTPProxy/shop/web', says: 'not part of a chain' }],
  },
  {
    it: 'nobody has looked at it',
    given: { httpProxies: [httpProxy([], { current: null, conditions: [], description: 'Waiting for controller' })] },
    expect: [{ subject: 'HTTPProxy/shop/web', args: { state: 'unserved' } }],
  },
  {
    it: 'of no class, where Contour takes those of one',
    given: {
      httpProxies: [httpProxy([], { current: null, conditions: [] })],
      ingressControllers: [contour('contour-internal')],
    },
    expect: [{ subject: 'HTTPProxy/shop/web', args: { state: 'unserved', takes: ['contour-internal'] } }],
  },
  {
    it: 'of no class, where Contour takes those as well',
    given: { httpProxies: [httpProxy([], { current: null, conditions: [] })], ingressControllers: [contour('')] },
    expect: [{ subject: 'HTTPProxy/shop/web', args: { state: 'unserved', takes: [] } }],
  },
  {
    it: 'changed since',
    given: { httpProxies: [httpProxy([], { generation: 2 })] },
    expect: [{ subject: 'HTTPProxy/shop/web', severity: 'warning', args: { state: 'old' } }],
  },
  { it: 'valid', given: { httpProxies: [httpProxy([])] }, expect: 'ok' },
  { it: 'none', given: { httpProxies: [] }, expect: 'not-applicable' },
])
