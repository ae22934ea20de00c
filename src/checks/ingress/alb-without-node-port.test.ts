import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Ingress, IngressClass, IngressController } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import check from './alb-without-node-port.ts'

const alb = (about: Partial<Ingress> = {}): Ingress =>
  ingress([['/', 'web', 80]], { className: 'alb', albTarget: 'unset', ...about })
const pods = (about: Partial<IngressController> = {}) =>
  controller({ controller: 'ingress.k8s.aws/alb', classNames: ['alb'], ...about })
const given = (
  one: Ingress,
  behind: Partial<Service> = {},
  { controllers = [pods()], about = {} }: { controllers?: IngressController[]; about?: Partial<IngressClass> } = {},
) => ({
  ingresses: [one],
  services: [service('web', behind)],
  ingressClasses: [ingressClass('alb', { controller: 'ingress.k8s.aws/alb', ...about })],
  ingressControllers: controllers,
})
const found = (confidence: 'inferred' | 'possible') => [{ subject: 'Ingress/shop/web', confidence }]

describeCheck(check, [
  { it: 'nothing said, of a ClusterIP', given: given(alb()), expect: found('inferred') },
  { it: 'instance, of a ClusterIP', given: given(alb({ albTarget: 'instance' })), expect: found('inferred') },
  { it: 'the controller not seen', given: given(alb(), {}, { controllers: [] }), expect: found('possible') },
  { it: 'ip', given: given(alb({ albTarget: 'ip' })), expect: 'ok' },
  { it: 'ip, at the Service', given: given(alb(), { albTarget: 'ip' }), expect: 'ok' },
  { it: 'a NodePort', given: given(alb(), { type: 'NodePort' }), expect: 'ok' },
  { it: 'a LoadBalancer', given: given(alb(), { type: 'LoadBalancer' }), expect: 'ok' },
  {
    it: 'another default of the controller',
    given: given(alb(), {}, { controllers: [pods({ defaultTarget: 'ip' })] }),
    expect: 'ok',
  },
  {
    it: 'parameters of the class',
    given: given(alb(), {}, { about: { parameters: true } }),
    expect: 'cannot-tell',
    says: /parameters of class alb/,
  },
  {
    it: 'a class of another controller',
    given: given(alb(), {}, { about: { controller: 'eks.amazonaws.com/alb' } }),
    expect: 'not-applicable',
  },
  { it: 'an Ingress for others', given: given(ingress([['/', 'web', 80]])), expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf({ ingresses: [alb()] }, { services: unknown('forbidden', 'list services') }),
    expect: 'cannot-tell',
  },
])
