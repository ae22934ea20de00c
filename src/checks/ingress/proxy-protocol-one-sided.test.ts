import { beside } from '../../../test/build/beside.ts'
import { controller } from '../../../test/build/ingress.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ControllerFront } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './proxy-protocol-one-sided.ts'

const front = (about: Partial<ControllerFront> = {}): ControllerFront => ({
  namespace: 'ingress-nginx',
  name: 'nginx',
  type: 'LoadBalancer',
  addresses: [],
  ports: [],
  wants: [],
  ready: 1,
  ...about,
})
const given = (proxyProtocol: 'on' | 'off' | null, asked: boolean, about: Partial<ControllerFront> = {}) => ({
  beside: beside({
    controllerSettings: [{ namespace: 'ingress-nginx', name: 'nginx', proxyProtocol, snippets: null, risk: null }],
  }),
  ingressControllers: [
    controller({ configMap: { namespace: 'ingress-nginx', name: 'nginx' }, fronts: [front(about)] }),
  ],
  services: [
    service('nginx', {
      namespace: 'ingress-nginx',
      type: 'LoadBalancer',
      loadBalancer: {
        addresses: ['192.0.2.1'],
        class: null,
        problem: null,
        ...(asked ? { proxyProtocol: 'asked' as const } : {}),
      },
    }),
  ],
})
const found = (confidence: 'inferred' | 'possible') => [{ subject: 'Service/ingress-nginx/nginx', confidence }]

describeCheck(check, [
  { it: 'expected, and not asked for', given: given('on', false), expect: found('possible') },
  { it: 'asked for, and off', given: given('off', true), expect: found('inferred') },
  { it: 'asked for, and not set', given: given(null, true), expect: found('inferred') },
  { it: 'both', given: given('on', true), expect: 'ok' },
  { it: 'neither', given: given(null, false), expect: 'ok' },
  {
    it: 'by node ports: what is before these is not seen',
    given: given('on', false, { type: 'NodePort' }),
    expect: 'not-applicable',
  },
  {
    it: 'a ConfigMap that the file does not hold',
    given: { ...given('on', false), beside: beside() },
    expect: 'cannot-tell',
    says: /not in the file/,
  },
  {
    it: 'a cluster',
    given: modelOf({ ingressControllers: [], services: [] }, { beside: unknown('not-asked', 'of files alone') }),
    expect: 'not-applicable',
  },
])
