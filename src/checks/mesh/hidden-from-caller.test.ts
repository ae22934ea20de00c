import { beside } from '../../../test/build/beside.ts'
import { mesh, meshPod, peerAuthentication } from '../../../test/build/istio.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import check from './hidden-from-caller.ts'

const calling = container({ calls: [{ by: 'PAY_URL', host: 'pay.money', port: 80 }] })
const proxy = container({ name: 'istio-proxy', ports: [] })
const caller = meshPod('web-1', { containers: [calling, proxy] })
const server = meshPod('pay-1', { namespace: 'money', labels: { app: 'pay' } })
const given = (exportTo: readonly string[] | undefined, pods: readonly Pod[] = [caller, server]) => ({
  beside: beside({ meshSettings: [{ namespace: 'istio-system', name: 'istio', outbound: 'REGISTRY_ONLY' as const }] }),
  mesh: mesh(),
  services: [service('pay', { namespace: 'money', ...(exportTo ? { exportTo } : {}) })],
  pods,
})
const open = { ...given(['.']), beside: beside() }

describeCheck(check, [
  {
    it: 'to its own namespace alone, and REGISTRY_ONLY',
    given: given(['.']),
    expect: [
      {
        subject: 'Service/money/pay',
        severity: 'warning',
        args: { callers: ['Deployment shop/web'], add: ['shop'] },
        says: /not exported to the namespace of Deployment shop\/web/,
      },
    ],
  },
  { it: 'to nobody', given: given(['~']), expect: [{ subject: 'Service/money/pay' }] },
  {
    it: 'strangers may be called, and the server insists on mTLS',
    given: { ...open, mesh: mesh({ peerAuthentications: [peerAuthentication({ namespace: 'money' })] }) },
    expect: [{ subject: 'Service/money/pay', severity: 'warning' }],
  },
  {
    it: 'strangers may be called, and the server takes plain text',
    given: open,
    expect: [{ subject: 'Service/money/pay', severity: 'info' }],
  },
  { it: 'to the caller too', given: given(['.', 'shop']), expect: 'ok' },
  { it: 'to all', given: given(['*']), expect: 'ok' },
  {
    it: 'a caller without a proxy, which needs no export',
    given: given(['.'], [pod('web-1', { containers: [calling] }), server]),
    expect: 'ok',
  },
  {
    it: 'a caller of its own namespace',
    given: given(['.'], [{ ...caller, namespace: 'money' }, server]),
    expect: 'ok',
  },
  { it: 'no such annotation', given: given(undefined), expect: 'not-applicable' },
  {
    it: 'the mesh is forbidden',
    given: modelOf({ services: [], pods: [] }, { mesh: unknown('forbidden', 'list peerauthentications') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
