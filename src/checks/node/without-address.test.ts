import { node } from '../../../test/build/node.ts'
import { completed, pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './without-address.ts'

const well = node('worker-1')
const bare = node('worker-2', { ip: null })
const found = { subject: 'Node/worker-2', severity: 'warning' as const, confidence: 'inferred' as const }

describeCheck(check, [
  {
    it: 'one of two',
    given: {
      nodes: [well, bare],
      pods: [pod('web-1', { node: 'worker-2' }), completed('job-1', { node: 'worker-2' })],
    },
    expect: [
      { ...found, args: { waits: false, pods: ['web-1'], others: 1 }, says: /Node worker-2 has no InternalIP:/ },
    ],
  },
  {
    it: 'it waits for the controller of its cloud',
    given: {
      nodes: [
        well,
        {
          ...bare,
          taints: [{ key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' }],
        },
      ],
      pods: [],
    },
    expect: [{ ...found, says: /has no InternalIP, and waits for the controller of its cloud/ }],
  },
  {
    it: 'pods forbidden',
    given: modelOf({ nodes: [well, bare] }, { pods: unknown('forbidden', 'list pods') }),
    expect: [found],
  },
  {
    it: 'a virtual one, whose pods run elsewhere',
    given: { nodes: [well, { ...bare, labels: { type: 'virtual-kubelet' } }], pods: [] },
    expect: 'ok',
  },
  {
    it: 'one of Fargate',
    given: { nodes: [well, { ...bare, labels: { 'eks.amazonaws.com/compute-type': 'fargate' } }], pods: [] },
    expect: 'ok',
  },
  { it: 'each has one', given: { nodes: [well], pods: [] }, expect: 'ok' },
  {
    it: 'nodes forbidden',
    given: modelOf({}, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
