import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import check from './stale-address.ts'

const edge = (addresses: readonly string[]) =>
  service('controller', {
    namespace: 'ingress-nginx',
    type: 'LoadBalancer',
    loadBalancer: { addresses, class: null, problem: null },
  })
const given = (has: readonly string[], real: readonly string[], about: Partial<Pod> = {}) => ({
  ingresses: [ingress([['/', 'web', 80]], { addresses: has })],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [controller()],
  services: [edge(real)],
  pods: [pod('controller-1', { namespace: 'ingress-nginx', ...about })],
})

describeCheck(check, [
  {
    it: 'the load balancer was made again',
    given: given(['203.0.113.7'], ['203.0.113.9']),
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', args: { real: ['203.0.113.9'] } }],
  },
  {
    it: 'it has none',
    given: given([], ['203.0.113.9']),
    expect: [{ subject: 'Ingress/shop/web', severity: 'info' }],
  },
  {
    it: 'a Traefik that reads no Ingresses writes none (ING409)',
    given: {
      ...given([], ['203.0.113.9']),
      ingressControllers: [controller({ ingressesOff: true })],
    },
    expect: 'not-applicable',
  },
  { it: 'the same', given: given(['203.0.113.9'], ['203.0.113.9']), expect: 'ok' },
  { it: 'one of two', given: given(['203.0.113.9', '192.0.2.1'], ['203.0.113.9']), expect: 'ok' },
  { it: 'the load balancer has none yet', given: given(['192.0.2.1'], []), expect: 'not-applicable' },
  {
    it: 'on the host network it publishes nodes',
    given: given(['192.0.2.1'], ['203.0.113.9'], { hostNetwork: true }),
    expect: 'not-applicable',
  },
  {
    it: 'pods forbidden',
    given: modelOf(given([], ['203.0.113.9']), { pods: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
