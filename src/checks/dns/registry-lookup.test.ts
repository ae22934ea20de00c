import { container, pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import check from './registry-lookup.ts'

const silent = { name: 'registry.example', server: '10.0.0.2:53', how: 'i/o timeout' }
const waiting = (name: string, node: string, pullLookup = silent) =>
  pod(name, {
    node,
    phase: 'Pending',
    ready: false,
    containers: [container({ ready: false, waiting: 'ImagePullBackOff', pullLookup })],
  })

describeCheck(check, [
  {
    it: 'two pods of one node wait',
    given: { pods: [waiting('web-1', 'worker-1'), waiting('api-1', 'worker-1'), pod('db-1', { node: 'worker-2' })] },
    expect: [
      {
        subject: 'Node/worker-1',
        severity: 'error',
        confidence: 'observed',
        args: { name: 'registry.example', server: '10.0.0.2:53', how: 'i/o timeout', pods: 2 },
      },
    ],
  },
  {
    it: 'two nodes',
    given: { pods: [waiting('web-1', 'worker-1'), waiting('web-2', 'worker-2', { ...silent, how: 'no such host' })] },
    expect: [{ subject: 'Node/worker-1' }, { subject: 'Node/worker-2', args: { how: 'no such host' } }],
  },
  {
    it: 'an image that is not there is no lookup',
    given: {
      pods: [pod('web-1', { ready: false, containers: [container({ ready: false, waiting: 'ImagePullBackOff' })] })],
    },
    expect: 'ok',
  },
  { it: 'all run', given: { pods: [pod('web-1')] }, expect: 'ok' },
  { it: 'no pods', given: { pods: [] }, expect: 'not-applicable' },
  { it: 'pods forbidden', given: modelOf({}), expect: 'cannot-tell' },
])
