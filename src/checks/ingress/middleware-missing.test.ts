import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { Sources } from '../../model/sources.ts'
import check from './middleware-missing.ts'

const traefik = ingressClass('traefik', { controller: 'traefik.io/ingress-controller' })
const naming = (...middlewares: readonly string[]) =>
  ingress([['/', 'web', 80]], { className: 'traefik', ...(middlewares.length === 0 ? {} : { middlewares }) })
const there: Sources['middlewares'] = [
  { namespace: 'shop', name: 'strip-api' },
  { namespace: 'edge', name: 'auth.v2' },
]
const namespaces = ['shop', 'edge', 'shop-b'].map((name) => ({ name, labels: {} }))
const given = (...names: readonly string[]) => ({
  ingresses: [naming(...names)],
  ingressClasses: [traefik],
  middlewares: there,
  namespaces,
})
const unread = (...names: readonly string[]) =>
  modelOf(
    { ingresses: [naming(...names)], ingressClasses: [traefik], namespaces },
    { middlewares: unknown('cut-off', 'kubectl get holds nothing of traefik.io') },
  )

describeCheck(check, [
  {
    it: 'its own namespace was left out',
    given: given('strip-api@kubernetescrd'),
    expect: [{ subject: 'Ingress/shop/web', severity: 'error', args: { near: 'shop-strip-api@kubernetescrd' } }],
  },
  {
    it: 'a slip in the name',
    given: given('shop-strip-api@kubernetescrd', 'shop-strip-apj@kubernetescrd'),
    expect: [{ subject: 'Ingress/shop/web', args: { near: 'shop-strip-api@kubernetescrd', seen: true } }],
  },
  { it: 'its whole name', given: given('shop-strip-api@kubernetescrd'), expect: 'ok' },
  { it: 'one of another namespace, with a dot in its name', given: given('edge-auth-v2@kubernetescrd'), expect: 'ok' },
  {
    it: 'the dot as it is written, which Traefik has as a dash',
    given: given('edge-auth.v2@kubernetescrd'),
    expect: [{ subject: 'Ingress/shop/web', args: { near: 'edge-auth-v2@kubernetescrd' } }],
  },
  { it: 'of a file of Traefik itself', given: given('auth@file'), expect: 'cannot-tell', says: /a file, a plugin/ },
  { it: 'without any', given: given(), expect: 'not-applicable' },
  {
    it: 'an Ingress of another controller',
    given: { ...given('x@kubernetescrd'), ingressClasses: [ingressClass('traefik')] },
    expect: 'not-applicable',
  },
  {
    it: 'no Middleware was read, and it begins with a namespace',
    given: unread('shop-auth@kubernetescrd'),
    expect: 'cannot-tell',
    says: /holds nothing of traefik.io/,
  },
  {
    it: 'no Middleware was read, and it begins with no namespace',
    given: unread('strip-api@kubernetescrd'),
    expect: [{ subject: 'Ingress/shop/web', args: { near: null, seen: false } }],
  },
  {
    it: 'neither Middlewares nor namespaces were read',
    given: modelOf(
      { ingresses: [naming('strip-api@kubernetescrd')] },
      {
        middlewares: unknown('forbidden', 'list middlewares'),
        namespaces: unknown('forbidden', 'list namespaces'),
        ingressClasses: known([]),
      },
    ),
    expect: 'cannot-tell',
    says: /list middlewares/,
  },
  {
    it: 'Ingresses forbidden',
    given: modelOf({}, { ingresses: unknown('forbidden', 'list ingresses in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
