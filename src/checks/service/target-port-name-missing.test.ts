import { describeCheck } from '../../../test/describe-check.ts'
import { completed, container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import check from './target-port-name-missing.ts'

const services = [service('cart', { ports: [port({ targetPort: 'http' })] })]
const declaring = (name: string | null, protocol: 'TCP' | 'UDP' = 'TCP') => ({
  containers: [container({ ports: [{ name, port: 8080, protocol }] })],
})
const old = { owner: { kind: 'ReplicaSet', name: 'cart-old77' }, labels: { app: 'cart', 'pod-template-hash': 'old77' } }

describeCheck(check, [
  {
    it: 'a name that is nearly theirs',
    given: { services, pods: [pod('cart-1', declaring('htttp')), pod('cart-2', declaring('htttp'))] },
    expect: [
      {
        subject: 'Service/shop/cart',
        severity: 'error',
        confidence: 'inferred',
        args: { name: 'http', near: 'htttp', without: 2, of: 2 },
      },
    ],
  },
  {
    it: 'a port without a name',
    given: { services, pods: [pod('cart-1', declaring(null))] },
    expect: [{ subject: 'Service/shop/cart', args: { near: 'none', declared: '8080' } }],
  },
  {
    it: 'no port at all',
    given: { services, pods: [pod('cart-1', { containers: [container({ ports: [] })] })] },
    expect: [{ subject: 'Service/shop/cart', args: { declared: 'no TCP port' } }],
  },
  {
    it: 'the name, for another protocol',
    given: { services, pods: [pod('cart-1', declaring('http', 'UDP'))] },
    expect: [{ subject: 'Service/shop/cart', args: { protocol: 'other' } }],
  },
  {
    it: 'two workloads, and one does not declare it',
    given: {
      services,
      pods: [
        pod('cart-1'),
        pod('cart-canary', { ...declaring('web'), owner: { kind: 'StatefulSet', name: 'canary' } }),
      ],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning', args: { without: 1, of: 2 } }],
  },
  {
    it: 'a headless Service: clients choose the port themselves',
    given: {
      services: [service('cart', { clusterIP: 'None', ports: [port({ targetPort: 'http' })] })],
      pods: [pod('cart-1', declaring('web'))],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning' }],
  },
  {
    it: 'a rollout that brings the name',
    given: { services, pods: [pod('cart-new'), pod('cart-old', { ...declaring('web'), ...old })] },
    expect: 'ok',
  },
  {
    it: 'the second container declares it',
    given: {
      services,
      pods: [pod('cart-1', { containers: [container({ name: 'sidecar', ports: [] }), container()] })],
    },
    expect: 'ok',
  },
  {
    it: 'a completed Job does not count',
    given: { services, pods: [pod('cart-1'), completed('cart-job', declaring('x'))] },
    expect: 'ok',
  },
  {
    it: 'nor does a pod on its way out',
    given: { services, pods: [pod('cart-1'), pod('cart-2', { ...declaring('x'), deleting: true })] },
    expect: 'ok',
  },
  {
    it: 'target ports by number',
    given: { services: [service('cart')], pods: [pod('cart-1')] },
    expect: 'not-applicable',
  },
  { it: 'no pods', given: { services, pods: [] }, expect: 'not-applicable' },
  { it: 'pods that could not be read', given: { services }, expect: 'cannot-tell' },
])
