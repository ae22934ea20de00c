import { ingress } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './canary-alone.ts'

const nginx = { rewrite: null, regex: false, canary: true, protocol: null }
const canary = (path: string) => ingress([[path, 'web-canary', 80]], { name: 'web-canary', nginx })
const web = ingress([['/', 'web', 80]])

describeCheck(check, [
  {
    it: 'the host is there with another path',
    given: { ingresses: [web, canary('/shop')] },
    expect: [
      {
        subject: 'Ingress/shop/web-canary',
        severity: 'warning',
        args: { paths: ['web.example.com/shop'], hasHost: true },
      },
    ],
  },
  {
    it: 'nobody has the host',
    given: modelOf({ ingresses: [canary('/')] }, {}, { namespace: null }),
    expect: [
      {
        subject: 'Ingress/shop/web-canary',
        severity: 'error',
        confidence: 'inferred',
        args: { hasHost: false },
        says: /which no other Ingress has: it is not served\./,
      },
    ],
  },
  {
    it: 'nobody here has the host, and one namespace was read',
    given: modelOf({ ingresses: [canary('/')] }, {}, { namespace: 'shop' }),
    expect: [
      {
        subject: 'Ingress/shop/web-canary',
        severity: 'warning',
        confidence: 'possible',
        says: /no other Ingress of namespace shop has: it is not served, unless one of another namespace has it/,
      },
    ],
  },
  { it: 'beside its path', given: { ingresses: [web, canary('/')] }, expect: 'ok' },
  { it: 'no canary', given: { ingresses: [web] }, expect: 'not-applicable' },
  {
    it: 'Ingresses forbidden',
    given: modelOf({}, { ingresses: unknown('forbidden', 'list ingresses in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
  {
    it: 'beside its path in another namespace',
    given: modelOf(
      { ingresses: [canary('/')], ingressesBeside: [{ ...web, namespace: 'front' }] },
      {},
      { namespace: 'shop' },
    ),
    expect: 'ok',
  },
  {
    it: 'nobody has the host in any namespace',
    given: modelOf({ ingresses: [canary('/')], ingressesBeside: [] }, {}, { namespace: 'shop' }),
    expect: [{ subject: 'Ingress/shop/web-canary', severity: 'error', confidence: 'inferred' }],
  },
])
