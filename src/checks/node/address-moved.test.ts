import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import check from './address-moved.ts'

const was = '10.0.2.12'
const now = '10.0.9.99'
const worker = node('worker-1', { ip: now })
const agent = (name: string, about: Partial<Pod> = {}): Pod =>
  pod(name, { namespace: 'kube-system', node: 'worker-1', ip: was, hostNetwork: true, ready: true, ...about })

describeCheck(check, [
  {
    it: 'all pods on its own network have another address',
    given: { nodes: [worker], pods: [agent('proxy-1'), agent('cni-1')] },
    expect: [
      {
        subject: 'Node/worker-1',
        severity: 'warning',
        confidence: 'inferred',
        args: { ip: now, was: [was], isAll: true, of: 2, pods: ['kube-system/proxy-1', 'kube-system/cni-1'] },
      },
    ],
  },
  {
    it: 'one was restarted since',
    given: { nodes: [worker], pods: [agent('proxy-1'), agent('cni-1', { ip: now })] },
    expect: [{ subject: 'Node/worker-1', args: { isAll: false, of: 2, pods: ['kube-system/proxy-1'] } }],
  },
  { it: 'the same address', given: { nodes: [worker], pods: [agent('proxy-1', { ip: now })] }, expect: 'ok' },
  {
    it: 'another address of its node',
    given: { nodes: [{ ...worker, ips: [now, was] }], pods: [agent('proxy-1')] },
    expect: 'ok',
  },
  {
    it: "of two families, one is the node's",
    given: { nodes: [worker], pods: [agent('proxy-1', { ip: 'fd00::7', ips: ['fd00::7', now] })] },
    expect: 'ok',
  },
  {
    it: 'pods that ran before the node went',
    given: { nodes: [worker], pods: [agent('proxy-1', { ready: false }), agent('cni-1', { phase: 'Failed' })] },
    expect: 'not-applicable',
  },
  {
    it: 'a node that is not ready',
    given: { nodes: [{ ...worker, ready: 'Unknown' }], pods: [agent('proxy-1')] },
    expect: 'not-applicable',
  },
  {
    it: 'pods on the network of pods',
    given: { nodes: [worker], pods: [agent('web-1', { hostNetwork: false })] },
    expect: 'not-applicable',
  },
  {
    it: 'pods forbidden',
    given: modelOf({ nodes: [worker] }, { pods: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
