import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Ingress, IngressController, NginxRouting } from '../../model/ingress.ts'
import check from './passthrough-off.ts'

const asking = (nginx: Partial<NginxRouting> = {}, about: Partial<Ingress> = {}): Ingress =>
  ingress([['/', 'web', 443]], {
    nginx: { rewrite: null, regex: false, canary: false, protocol: null, passthrough: true, ...nginx },
    ...about,
  })
const nginx = (passthrough?: 'on' | 'off', about: Partial<IngressController> = {}): IngressController =>
  controller({ product: 'ingress-nginx', ...(passthrough === undefined ? {} : { passthrough }), ...about })
const given = (its: readonly Ingress[], ...ingressControllers: readonly IngressController[]) => ({
  ingresses: its,
  ingressControllers,
  ingressClasses: [ingressClass('nginx')],
})
const found = { subject: 'Ingress/shop/web', confidence: 'inferred' } as const

describeCheck(check, [
  {
    it: 'the controller lacks the flag',
    given: given([asking()], nginx('off')),
    expect: [{ ...found, severity: 'error', args: { off: 1, of: 1, spoken: 'HTTP', secret: null } }],
  },
  {
    it: 'one of two lacks it',
    given: given([asking()], nginx('on'), nginx('off', { pod: 'controller-2' })),
    expect: [{ ...found, args: { off: 1, of: 2, pod: 'controller-2' } }],
  },
  {
    it: 'TLS is ended with a certificate of its own, and begun again: most clients see nothing',
    given: given([asking({ protocol: 'HTTPS' }, { tls: [{ hosts: [], secret: 'web-tls' }] })], nginx('off')),
    expect: [{ ...found, severity: 'warning', args: { secret: 'web-tls' } }],
  },
  {
    it: 'begun again, with a certificate that is not its own',
    given: given([asking({ protocol: 'HTTPS' }, { tls: [{ hosts: [], secret: null }] })], nginx('off')),
    expect: [{ ...found, severity: 'error' }],
  },
  { it: 'the controller has the flag', given: given([asking()], nginx('on')), expect: 'ok' },
  {
    it: 'the controller of another class lacks it',
    given: given([asking()], nginx('on'), nginx('off', { pod: 'other', controller: 'example.com/other' })),
    expect: 'ok',
  },
  {
    it: 'an old recording does not say',
    given: given([asking()], nginx()),
    expect: 'cannot-tell',
    says: /recording does not say/,
  },
  {
    it: 'no Ingress passes TLS through',
    given: given([ingress([['/', 'web', 80]])], nginx('off')),
    expect: 'not-applicable',
  },
  { it: 'no controller is seen', given: given([asking()]), expect: 'not-applicable' },
  {
    it: 'Ingresses forbidden',
    given: modelOf({ ingressControllers: [nginx('off')] }, { ingresses: unknown('forbidden', 'list ingresses') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
