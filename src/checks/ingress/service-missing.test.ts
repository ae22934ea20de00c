import { ingress } from '../../../test/build/ingress.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './service-missing.ts'

const web = ingress([
  ['/', 'front', 80],
  ['/cart', 'crat', 80],
  ['/cart/pay', 'crat', 80],
])

describeCheck(check, [
  {
    it: 'one finding for a Service, however many routes',
    given: { ingresses: [web], services: [service('front'), service('cart')] },
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'error',
        confidence: 'inferred',
        args: { service: 'crat', near: 'cart', count: 2, of: 3 },
      },
    ],
  },
  {
    it: 'a Service of that name elsewhere does not count',
    given: { ingresses: [ingress([['/', 'front', 80]])], services: [service('front', { namespace: 'other' })] },
    expect: [{ subject: 'Ingress/shop/web', args: { near: '' } }],
  },
  {
    it: 'the default backend too',
    given: {
      ingresses: [ingress([], { defaultBackend: { service: 'gone', port: 80, path: 'spec.defaultBackend' } })],
      services: [],
    },
    expect: [{ subject: 'Ingress/shop/web', args: { routes: 'the default backend' } }],
  },
  { it: 'all there', given: { ingresses: [web], services: [service('front'), service('crat')] }, expect: 'ok' },
  {
    it: 'ExternalName is there as well',
    given: {
      ingresses: [ingress([['/', 'front', 80]])],
      services: [service('front', { type: 'ExternalName', clusterIP: null, selector: null })],
    },
    expect: 'ok',
  },
  {
    it: 'a backend that is no Service',
    given: { ingresses: [ingress([['/', '', null]])], services: [] },
    expect: 'not-applicable',
  },
  { it: 'no Ingress', given: { ingresses: [], services: [] }, expect: 'not-applicable' },
  { it: 'Services that could not be read', given: { ingresses: [web] }, expect: 'cannot-tell' },
])
