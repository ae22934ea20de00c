import { node } from '../../../test/build/node.ts'
import { completed, notReady, pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './pods-of-no-node.ts'

const nodes = [node('worker-1')]
const here = pod('web-1')

describeCheck(check, [
  {
    it: 'a ready pod of a node that is gone',
    given: { nodes, pods: [here, pod('web-2', { node: 'worker-9' })] },
    expect: [
      {
        subject: 'Node/worker-9',
        severity: 'error',
        confidence: 'inferred',
        args: { pods: 1, ready: 1 },
        says: /1 pod is bound to node worker-9, which is not there, and 1 of them is said to be ready/,
      },
    ],
  },
  {
    it: 'none of them is ready',
    given: { nodes, pods: [here, notReady('web-2', 'x', { node: 'worker-9' })] },
    expect: [{ subject: 'Node/worker-9', severity: 'warning', says: /which is not there\./ }],
  },
  {
    it: 'two such nodes',
    given: { nodes, pods: [pod('web-1', { node: 'worker-8' }), pod('web-2', { node: 'worker-9' })] },
    expect: [{ subject: 'Node/worker-8' }, { subject: 'Node/worker-9' }],
  },
  { it: 'what is over', given: { nodes, pods: [here, completed('job-1', { node: 'worker-9' })] }, expect: 'ok' },
  { it: 'a pod that waits for a node', given: { nodes, pods: [here, pod('web-2', { node: null })] }, expect: 'ok' },
  {
    it: 'only pods that wait for a node',
    given: { nodes, pods: [pod('web-2', { node: null })] },
    expect: 'not-applicable',
  },
  { it: 'no node is listed', given: { nodes: [], pods: [here] }, expect: 'cannot-tell' },
  { it: 'all are there', given: { nodes, pods: [here] }, expect: 'ok' },
  {
    it: 'nodes forbidden',
    given: modelOf({ pods: [here] }, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
