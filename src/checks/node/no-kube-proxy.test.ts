import { contacts, repeat, toService } from '../../../test/build/contacts.ts'
import { node } from '../../../test/build/node.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import check from './no-kube-proxy.ts'

const nodes = (...states: readonly (Node['proxy'] | null)[]) => ({
  nodes: states.map((proxy, index) => node(`worker-${index + 1}`, proxy == null ? {} : { proxy })),
})
const subject = 'Node/worker-2'

describeCheck(check, [
  {
    it: 'the DaemonSet leaves a node out',
    given: nodes('ready', 'none', 'ready'),
    expect: [{ subject, severity: 'warning', confidence: 'inferred', args: { has: 'no pod', of: 3 } }],
  },
  {
    it: 'and connects to Services fail from there',
    given: { ...nodes('ready', 'none'), contacts: contacts([toService('web', 'worker-2', repeat(5, 'timeout'))]) },
    expect: [{ subject, severity: 'error', confidence: 'observed', args: { failed: 5, asked: 5 } }],
  },
  {
    it: 'its pod is not ready',
    given: nodes('ready', 'not-ready'),
    expect: [{ subject, args: { has: 'a pod that is not ready' } }],
  },
  {
    it: 'a node that does not report is another finding',
    given: {
      nodes: [node('worker-1', { proxy: 'ready' }), node('worker-2', { proxy: 'not-ready', ready: 'Unknown' })],
    },
    expect: 'ok',
  },
  {
    it: 'a Windows node, and a virtual one',
    given: {
      nodes: [
        node('worker-1', { proxy: 'ready' }),
        node('win-1', { proxy: 'none', labels: { 'kubernetes.io/os': 'windows' } }),
        node('fargate-1', { proxy: 'none', labels: { 'eks.amazonaws.com/compute-type': 'fargate' } }),
      ],
    },
    expect: 'ok',
  },
  { it: 'everywhere', given: nodes('ready', 'ready'), expect: 'ok' },
  { it: 'something else stands in', given: nodes(null, null), expect: 'not-applicable' },
  {
    it: 'Nodes forbidden',
    given: modelOf({}, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
  },
])
