import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { IngressController } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './external-name-refused.ts'

const outside = service('assets', { type: 'ExternalName', externalName: 'assets.example.org', selector: null })
const given = (...controllers: readonly Partial<IngressController>[]) => ({
  ingresses: [ingress([['/', 'assets', 80]])],
  ingressClasses: [ingressClass('nginx')],
  services: [outside, service('web')],
  ingressControllers: controllers.map(controller),
})

describeCheck(check, [
  {
    it: 'its flags refuse them',
    given: given({ externalNames: 'refused' }),
    expect: [{ subject: 'Ingress/shop/web', severity: 'error', args: { service: 'shop/assets', nginx: true } }],
  },
  {
    it: 'one of two takes them, as in a rollout',
    given: given({ externalNames: 'refused' }, { pod: 'b' }),
    expect: 'ok',
  },
  { it: 'it takes them', given: given({}), expect: 'ok' },
  {
    it: 'a Service with pods',
    given: { ...given({ externalNames: 'refused' }), ingresses: [ingress([['/', 'web', 80]])] },
    expect: 'not-applicable',
  },
  { it: 'no controller is known', given: given(), expect: 'not-applicable' },
  {
    it: 'Ingresses forbidden',
    given: modelOf({}, { ingresses: unknown('forbidden', 'list ingresses') }),
    expect: 'cannot-tell',
  },
])
