import { ingress } from '../../../test/build/ingress.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './port-missing.ts'

const services = [service('cart', { ports: [port({ port: 80, name: 'http', targetPort: 8080 })] })]
const to = (port: number | string | null) => [ingress([['/cart', 'cart', port]])]

describeCheck(check, [
  {
    it: 'a number that it does not offer',
    given: { ingresses: to(81), services },
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'error',
        confidence: 'inferred',
        args: { port: '81', offers: '80 (http)', meant: '80 (http)' },
      },
    ],
  },
  {
    it: 'a name that it does not offer',
    given: { ingresses: to('htpp'), services },
    expect: [{ subject: 'Ingress/shop/web', args: { port: 'htpp', meant: '80 (http)' } }],
  },
  {
    it: 'the target port: passes with ingress-nginx alone',
    given: { ingresses: to(8080), services },
    expect: [
      { subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible', args: { targetOf: '80 (http)' } },
    ],
  },
  { it: 'the number', given: { ingresses: to(80), services }, expect: 'ok' },
  { it: 'the name', given: { ingresses: to('http'), services }, expect: 'ok' },
  {
    it: 'a Service without names, by number',
    given: { ingresses: to(80), services: [service('cart', { ports: [port({ name: null })] })] },
    expect: 'ok',
  },
  {
    it: 'ExternalName enforces no ports',
    given: { ingresses: to(81), services: [service('cart', { type: 'ExternalName', selector: null })] },
    expect: 'not-applicable',
  },
  {
    it: 'a Service that is not there is another check',
    given: { ingresses: to(81), services: [] },
    expect: 'not-applicable',
  },
  { it: 'Services that could not be read', given: { ingresses: to(81) }, expect: 'cannot-tell' },
])
