import { notReady, pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Pod, InterfaceSettings } from '../../model/pod.ts'
import check from './own-interface-shut.ts'

const late = 'Readiness probe failed: Get "http://10.2.1.9:8080/": context deadline exceeded'
const event = (said: string, name = 'orders-1') => ({
  namespace: 'shop',
  object: { kind: 'Pod', name },
  reason: 'Unhealthy',
  said,
  times: 9,
})
const own = (about: Partial<Pod> = {}) => notReady('orders-1', 'ContainersNotReady', { ownInterface: true, ...about })
const plugin = (interfaces: InterfaceSettings) => pod('aws-node-1', { namespace: 'kube-system', interfaces })
const strict = plugin({ mode: 'strict', earlyDemux: 'on' })
const found = { subject: 'Deployment/shop/orders', severity: 'error', confidence: 'inferred' } as const

describeCheck(check, [
  {
    it: 'early demux is on',
    given: { pods: [own(), strict], events: [event(late)] },
    expect: [{ ...found, args: { isDemux: true }, says: /early demux is on/ }],
  },
  {
    it: 'it is off: the groups may not let the node in',
    given: { pods: [own(), plugin({ mode: 'strict', earlyDemux: 'off' })], events: [event(late)] },
    expect: [{ ...found, severity: 'warning', confidence: 'possible', args: { isDemux: false } }],
  },
  {
    it: 'standard mode',
    given: { pods: [own(), plugin({ mode: 'standard', earlyDemux: 'on' })], events: [event(late)] },
    expect: [{ ...found, severity: 'warning', confidence: 'possible', args: { isDemux: false } }],
  },
  {
    it: 'one of two: the program may hang',
    given: { pods: [own(), pod('orders-2', { ownInterface: true }), strict], events: [event(late)] },
    expect: [{ ...found, severity: 'warning', confidence: 'possible', args: { pods: 1, of: 2 } }],
  },
  {
    it: 'the port is closed',
    given: { pods: [own(), strict], events: [event('Readiness probe failed: dial tcp: connect: connection refused')] },
    expect: 'ok',
  },
  { it: 'they are ready', given: { pods: [own({ ready: true }), strict], events: [event(late)] }, expect: 'ok' },
  {
    it: 'Events were not read',
    given: modelOf({ pods: [own(), strict] }, { events: unknown('forbidden', 'list events') }),
    expect: 'cannot-tell',
  },
  {
    it: 'no interface of its own',
    given: { pods: [notReady('orders-1', 'x'), strict], events: [event(late)] },
    expect: 'not-applicable',
  },
])
