import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import check from './under-pressure.ts'

const pressed = (name: string, what = 'disk'): Node =>
  node(name, { taints: [{ key: `node.kubernetes.io/${what}-pressure`, value: null, effect: 'NoSchedule' }] })
const evicted = pod('cart-1', { phase: 'Failed', ready: false, node: 'worker-1', overReason: 'Evicted' })
const waiting = pod('cart-2', { node: null, phase: 'Pending', ready: false, ip: null })

describeCheck(check, [
  {
    it: 'one of two has no disk left',
    given: { nodes: [pressed('worker-1'), node('worker-2')], pods: [evicted, waiting] },
    expect: [
      {
        subject: 'Node/worker-1',
        severity: 'warning',
        confidence: 'inferred',
        says: 'Node worker-1 has too little disk left (DiskPressure)',
        args: { pressure: 'disk', evicted: ['shop/cart-1'] },
      },
    ],
  },
  {
    it: 'all of them, and pods wait',
    given: { nodes: [pressed('worker-1'), pressed('worker-2')], pods: [evicted, waiting] },
    expect: [{ subject: 'Node/worker-1', severity: 'error', says: '1 pod was evicted' }],
  },
  {
    it: 'all of them, and nobody waits',
    given: { nodes: [pressed('worker-1', 'memory')], pods: [pod('cart-1', { node: 'worker-1' })] },
    expect: [{ subject: 'Node/worker-1', severity: 'warning', args: { pressure: 'memory', evicted: [] } }],
  },
  {
    it: 'of two kinds',
    given: { nodes: [pressed('worker-1'), pressed('worker-2', 'pid')], pods: [] },
    expect: [
      { subject: 'Node/worker-1', args: { pressure: 'disk' } },
      { subject: 'Node/worker-2', args: { pressure: 'pid' } },
    ],
  },
  {
    it: 'cordoned, tainted for others, and not ready: other matters',
    given: {
      nodes: [
        node('worker-1', { taints: [{ key: 'node.kubernetes.io/unschedulable', value: null, effect: 'NoSchedule' }] }),
        node('worker-2', { taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] }),
      ],
      pods: [evicted],
    },
    expect: 'ok',
  },
  {
    it: 'nodes forbidden',
    given: modelOf({ pods: [] }, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
