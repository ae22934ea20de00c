import { beside } from '../../../test/build/beside.ts'
import { mesh, meshPod, peerAuthentication } from '../../../test/build/istio.ts'
import { container } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { SidecarScope } from '../../model/mesh.ts'
import check from './egress-left-out.ts'

const pay = service('pay', { namespace: 'pay' })
const web = meshPod('web-1', {
  containers: [
    container({ calls: [{ by: 'PAY_URL', host: 'pay.pay', port: 80 }] }),
    container({ name: 'istio-proxy', ports: [] }),
  ],
})
const scope = (egress: readonly string[] | null, about: Partial<SidecarScope> = {}): SidecarScope => ({
  namespace: 'shop',
  name: 'default',
  selector: null,
  egress,
  ...about,
})
const given = (sidecars: readonly SidecarScope[]) => ({ mesh: mesh({ sidecars }), services: [pay], pods: [web] })
const registryOnly = { namespace: 'istio-system', name: 'istio', outbound: 'REGISTRY_ONLY' } as const
const found = [
  {
    subject: 'Sidecar/shop/default',
    args: { services: ['pay/pay'], callers: ['Deployment shop/web'], by: 'PAY_URL', add: 'pay/*' },
  },
]

describeCheck(check, [
  { it: 'its own namespace alone', given: given([scope(['./*', 'istio-system/*'])]), expect: found },
  { it: 'nothing at all', given: given([scope(['~/*'])]), expect: found },
  { it: 'another host of that namespace', given: given([scope(['pay/bank.pay.svc.cluster.local'])]), expect: found },
  {
    it: "the workload's own goes before the namespace's",
    given: given([scope(['*/*']), scope(['./*'], { name: 'web', selector: { app: 'web' } })]),
    expect: [{ subject: 'Sidecar/shop/web' }],
  },
  {
    it: 'its pods take plain text as well, and strangers may be called',
    given: { ...given([scope(['./*'])]), pods: [web, meshPod('pay-1', { namespace: 'pay', labels: { app: 'pay' } })] },
    expect: [{ subject: 'Sidecar/shop/default', severity: 'info' }],
  },
  {
    it: 'its pods take mTLS alone',
    given: {
      ...given([scope(['./*'])]),
      mesh: mesh({
        sidecars: [scope(['./*'])],
        peerAuthentications: [peerAuthentication({ namespace: 'pay', mode: 'STRICT' })],
      }),
      pods: [web, meshPod('pay-1', { namespace: 'pay', labels: { app: 'pay' } })],
    },
    expect: [{ subject: 'Sidecar/shop/default', severity: 'warning' }],
  },
  {
    it: 'strangers may not be called',
    given: { ...given([scope(['./*'])]), beside: beside({ meshSettings: [registryOnly] }) },
    expect: [{ subject: 'Sidecar/shop/default', severity: 'warning' }],
  },
  { it: 'that namespace', given: given([scope(['./*', 'pay/*'])]), expect: 'ok' },
  { it: 'that host, wherever it is', given: given([scope(['*/pay.pay.svc.cluster.local'])]), expect: 'ok' },
  {
    it: 'the scope of another workload',
    given: given([scope(['./*'], { selector: { app: 'db' } })]),
    expect: 'not-applicable',
  },
  {
    it: 'two of one level: nobody knows which counts',
    given: given([scope(['./*']), scope(['./*'], { name: 'b' })]),
    expect: 'not-applicable',
  },
  { it: 'no Sidecar says what may be called', given: given([scope(null)]), expect: 'not-applicable' },
  {
    it: 'the mesh is forbidden',
    given: modelOf({ services: [], pods: [] }, { mesh: unknown('forbidden', 'list sidecars') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
