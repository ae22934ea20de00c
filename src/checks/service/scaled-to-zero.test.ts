import { describeCheck } from '../../../test/describe-check.ts'
import { completed, deployment, notReady, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import check from './scaled-to-zero.ts'

const services = [service('cart')]

describeCheck(check, [
  {
    it: 'asked about by name: here is why it does not answer',
    given: { services: [service('cart')], pods: [], workloads: [deployment('cart', 0)] },
    scope: { target: { kind: 'object', object: { kind: 'Service', namespace: 'shop', name: 'cart' }, url: null } },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning' }],
  },
  {
    it: 'the same between the runs of a CronJob',
    given: { services: [service('cart')], pods: [], workloads: [deployment('cart', 0, { kind: 'CronJob' })] },
    scope: { target: { kind: 'object', object: { kind: 'Service', namespace: 'shop', name: 'cart' }, url: null } },
    expect: [{ subject: 'Service/shop/cart', severity: 'info' }],
  },
  {
    it: 'a Deployment at 0',
    given: { services, pods: [], workloads: [deployment('cart', 0)] },
    expect: [{ subject: 'Service/shop/cart', severity: 'info', args: { workload: 'cart' } }],
  },
  {
    it: 'its last pod is leaving',
    given: { services, pods: [pod('cart-1', { deleting: true })], workloads: [deployment('cart', 0)] },
    expect: [{ subject: 'Service/shop/cart' }],
  },
  {
    it: 'a completed Job pod stays behind',
    given: { services, pods: [completed('cart-migrate')], workloads: [deployment('cart', 0)] },
    expect: [{ subject: 'Service/shop/cart' }],
  },
  {
    it: 'a DaemonSet that fits no node',
    given: { services, pods: [], workloads: [deployment('cart', 0, { kind: 'DaemonSet' })] },
    expect: [{ subject: 'Service/shop/cart', args: { kind: 'DaemonSet' } }],
  },
  { it: 'pods wanted', given: { services, pods: [pod('cart-1')], workloads: [deployment('cart', 1)] }, expect: 'ok' },
  {
    it: 'pods wanted and none ready is another check',
    given: { services, pods: [notReady('cart-1', 'x')], workloads: [deployment('cart', 1)] },
    expect: 'ok',
  },
  {
    it: 'an old ReplicaSet at 0',
    given: {
      services,
      pods: [pod('cart-1')],
      workloads: [
        deployment('cart', 1),
        deployment('cart', 0, { kind: 'ReplicaSet', name: 'cart-old', owner: { kind: 'Deployment', name: 'cart' } }),
      ],
    },
    expect: 'ok',
  },
  {
    it: 'no selector',
    given: { services: [service('cart', { selector: null })], pods: [], workloads: [deployment('cart', 0)] },
    expect: 'not-applicable',
  },
  { it: 'workloads that could not be read', given: { services, pods: [] }, expect: 'cannot-tell' },
])
