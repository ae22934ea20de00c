import { ingress } from '../../../test/build/ingress.ts'
import { pod } from '../../../test/build/pod.ts'
import { slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './service-upstream.ts'

const web = (...annotated: readonly string[]) => ingress([['/', 'web', 80]], { annotated })
const pods = [pod('web-1'), pod('web-2', { ip: '10.2.1.10' })]
const upstream = 'nginx.ingress.kubernetes.io/service-upstream'

describeCheck(check, [
  {
    it: 'two pods behind one upstream',
    given: { ingresses: [web(upstream)], endpointSlices: [slice('web', pods)] },
    expect: [
      { subject: 'Ingress/shop/web', severity: 'info', confidence: 'possible', args: { services: ['web'], pods: 2 } },
    ],
  },
  {
    it: "the other product's",
    given: { ingresses: [web('nginx.org/use-cluster-ip')], endpointSlices: [slice('web', pods)] },
    expect: [{ subject: 'Ingress/shop/web', args: { by: 'use-cluster-ip' } }],
  },
  {
    it: 'one pod',
    given: { ingresses: [web(upstream)], endpointSlices: [slice('web', pods.slice(0, 1))] },
    expect: 'ok',
  },
  { it: 'no such annotation', given: { ingresses: [web()], endpointSlices: [] }, expect: 'not-applicable' },
  {
    it: 'slices forbidden',
    given: modelOf({ ingresses: [web(upstream)] }, { endpointSlices: unknown('forbidden', 'list endpointslices') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
