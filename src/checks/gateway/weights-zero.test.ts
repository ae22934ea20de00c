import { backend, route } from '../../../test/build/gateway.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './weights-zero.ts'

const rule = (filters: readonly string[]) => [{ matches: [], filters, backends: [] }]

describeCheck(check, [
  {
    it: 'each weighs 0',
    given: { gatewayRoutes: [route([backend('blue', { weight: 0 }), backend('green', { weight: 0 })])] },
    expect: [
      { subject: 'HTTPRoute/shop/web', severity: 'error', args: { backends: ['blue', 'green'], paths: ['/cart'] } },
    ],
  },
  {
    it: 'no backend, and nothing that answers',
    given: { gatewayRoutes: [route([], { rules: rule(['RequestHeaderModifier']) })] },
    expect: [{ subject: 'HTTPRoute/shop/web', args: { backends: [] } }],
  },
  { it: 'a redirect', given: { gatewayRoutes: [route([], { rules: rule(['RequestRedirect']) })] }, expect: 'ok' },
  {
    it: 'a canary at 0',
    given: { gatewayRoutes: [route([backend('blue'), backend('green', { weight: 0 })])] },
    expect: 'ok',
  },
  { it: 'no rule', given: { gatewayRoutes: [route([], { rules: [] })] }, expect: 'not-applicable' },
])
