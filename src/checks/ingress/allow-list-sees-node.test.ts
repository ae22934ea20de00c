import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Outside } from '../../model/outside.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import check from './allow-list-sees-node.ts'

const edge = (about: Partial<Service> = {}) =>
  service('controller', { namespace: 'ingress-nginx', type: 'NodePort', ...about })
const answered = (status: number): Outside => ({
  lookupError: null,
  answers: [
    { by: 'dns', ip: '203.0.113.7', port: 443, host: 'web.example.com', path: '/', status, error: null, ms: 9 },
  ],
})
const given = (before: Service, annotated: readonly string[], outside: Outside) => ({
  ingresses: [ingress([['/', 'web', 80]], { annotated })],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [controller()],
  services: [before],
  pods: [pod('controller-1', { namespace: 'ingress-nginx' })],
  outside,
})
const list = ['nginx.ingress.kubernetes.io/whitelist-source-range']

describeCheck(check, [
  {
    it: 'an allow-list behind a node port',
    given: given(edge(), list, answered(200)),
    expect: [{ subject: 'Ingress/shop/web', severity: 'info', confidence: 'possible' }],
  },
  {
    it: 'and outside it is refused',
    given: modelOf(
      given(edge(), list, answered(403)),
      {},
      { target: { kind: 'object', object: subject('Ingress', 'shop', 'web'), url: 'https://web.example.com/' } },
    ),
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', args: { refused: true } }],
  },
  {
    it: 'Local keeps the address',
    given: given(edge({ externalTrafficPolicy: 'Local' }), list, answered(403)),
    expect: 'ok',
  },
  {
    it: 'no such Service is seen',
    given: given(edge({ type: 'ClusterIP' }), list, answered(403)),
    expect: 'cannot-tell',
    says: /what stands before the controller of shop\/web was not read/,
  },
  {
    it: 'no such Service, and the controller has the address of its node',
    given: {
      ...given(edge({ type: 'ClusterIP' }), list, answered(403)),
      pods: [pod('controller-1', { namespace: 'ingress-nginx', hostNetwork: true })],
    },
    expect: 'ok',
  },
  { it: 'no allow-list', given: given(edge(), [], answered(403)), expect: 'not-applicable' },
  {
    it: 'pods forbidden',
    given: modelOf(given(edge(), list, answered(200)), { pods: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
