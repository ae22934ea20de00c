import { httpProxy, proxyService } from '../../../test/build/gateway.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import check from './field-unjudged.ts'

const through = (does: string) => ({
  ingresses: [ingress([['/', 'web', 80]], { middlewares: ['shop-gate@kubernetescrd'] })],
  middlewares: [{ namespace: 'shop', name: 'gate', does }],
})

describeCheck(check, [
  {
    it: 'an HTTPProxy lets in whom it lists',
    given: { ingresses: [], httpProxies: [httpProxy([proxyService('web')], { refusesBy: ['ipAllowPolicy'] })] },
    expect: [
      { subject: 'HTTPProxy/shop/web', severity: 'info', confidence: 'inferred', args: { fields: ['ipAllowPolicy'] } },
    ],
  },
  {
    it: 'a Middleware does',
    given: through('ipAllowList'),
    expect: [{ subject: 'Ingress/shop/web', severity: 'info' }],
  },
  { it: 'a Middleware that refuses nobody', given: through('stripPrefix'), expect: 'ok' },
  {
    it: 'and its URL was asked about',
    given: modelOf(
      through('ipAllowList'),
      {},
      { target: { kind: 'object', object: subject('Ingress', 'shop', 'web'), url: 'http://web.example.com/' } },
    ),
    expect: [{ subject: 'Ingress/shop/web', confidence: 'possible' }],
  },
  { it: 'nothing of it', given: { ingresses: [ingress([['/', 'web', 80]])] }, expect: 'not-applicable' },
  { it: 'Ingresses forbidden', given: modelOf({}, { ingresses: unknown('forbidden', 'list') }), expect: 'cannot-tell' },
])
