import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Ingress } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './internal-published.ts'

const address = 'internal-k8s-shop-web-4f1c2d-1234.eu-west-1.elb.amazonaws.com'
const alb = (about: Partial<Ingress> = {}) =>
  ingress([['/', 'web', 80]], {
    className: 'alb',
    albTarget: 'ip',
    albScheme: 'unset',
    addresses: [address],
    externalDns: { by: 'it', hosts: ['web.example.com'] },
    ...about,
  })
const { albScheme: _, ...withScheme } = alb()
const given = (about: Partial<Ingress> = {}, ofClass = {}) => ({
  ingresses: [alb(about)],
  ingressClasses: [ingressClass('alb', { controller: 'ingress.k8s.aws/alb', ...ofClass })],
})

const lb = (addresses: readonly string[]) => ({
  ingresses: [],
  ingressClasses: [],
  services: [
    service('web', {
      type: 'LoadBalancer',
      externalDns: { by: 'it', hosts: ['web.example.com'] },
      loadBalancer: {
        addresses,
        class: null,
        problem: null,
        internal: [
          { by: 'service.beta.kubernetes.io/azure-load-balancer-internal', cloud: 'azure', wants: 'internal' },
        ],
      },
    }),
  ],
})

describeCheck(check, [
  {
    it: 'internal by default',
    given: given(),
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'on purpose, or in an old recording',
    given: { ...given(), ingresses: [withScheme] },
    expect: 'ok',
  },
  { it: 'as its class may say', given: given({}, { parameters: true }), expect: 'ok' },
  { it: 'public', given: given({ addresses: ['k8s-shop-web-1.eu-west-1.elb.amazonaws.com'] }), expect: 'ok' },
  { it: 'not published', given: given({ externalDns: { by: 'it', hosts: [] } }), expect: 'not-applicable' },
  { it: 'of another controller', given: { ...given(), ingresses: [ingress([])] }, expect: 'not-applicable' },
  {
    it: 'a Service that asks for it, on purpose as a rule',
    given: lb(['10.0.9.20']),
    expect: [{ subject: 'Service/shop/web', severity: 'info', says: /azure-load-balancer-internal asks for that/ }],
  },
  { it: 'a Service that is public all the same', given: lb(['203.0.113.9']), expect: 'not-applicable' },
  {
    it: 'Ingresses forbidden',
    given: modelOf({}, { ingresses: unknown('forbidden', 'list ingresses in shop') }),
    expect: 'cannot-tell',
  },
])
