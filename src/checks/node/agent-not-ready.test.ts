import { expect, test } from 'vitest'
import { node } from '../../../test/build/node.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import check from './agent-not-ready.ts'
import withoutPodNetwork from './without-pod-network.ts'

const having = (name: string, state: 'ready' | 'not-ready', about: Partial<Node> = {}): Node =>
  node(name, {
    agent: {
      namespace: 'kube-system',
      pod: `calico-${name}`,
      state,
      why: state === 'ready' ? null : 'containers with unready status: [calico-node]',
    },
    ...about,
  })

test('a node without a range of pods is why its agent does not come up', () => {
  const range = { podCidrs: ['10.2.1.0/24'] }
  const nodes = [having('worker-1', 'ready', range), having('worker-2', 'not-ready')]
  const { roots } = diagnose(modelOf({ nodes, pods: [], events: [] }), { checks: [check, withoutPodNetwork] })
  expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([
    ['NOD520', 'NOD542'],
  ])
})

describeCheck(check, [
  {
    it: 'one of two',
    given: { nodes: [having('worker-1', 'ready'), having('worker-2', 'not-ready')] },
    expect: [
      {
        subject: 'Node/worker-2',
        severity: 'warning',
        confidence: 'inferred',
        args: { pod: 'calico-worker-2', of: 2 },
        says: /kube-system\/calico-worker-2/,
      },
    ],
  },
  {
    it: 'both',
    given: { nodes: [having('worker-1', 'not-ready'), having('worker-2', 'not-ready')] },
    expect: [{ subject: 'Node/worker-1' }, { subject: 'Node/worker-2' }],
  },
  {
    it: 'of a node that does not report: another finding says so',
    given: { nodes: [having('worker-1', 'ready'), having('worker-2', 'not-ready', { ready: 'Unknown' })] },
    expect: 'ok',
  },
  { it: 'each is ready', given: { nodes: [having('worker-1', 'ready'), node('worker-2')] }, expect: 'ok' },
  { it: 'no agent is known', given: { nodes: [node('worker-1')] }, expect: 'not-applicable' },
  {
    it: 'nodes forbidden',
    given: modelOf({}, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
