import { expect, test } from 'vitest'
import { node } from '../../test/build/node.ts'
import { container, notReady, pod } from '../../test/build/pod.ts'
import { known, unknown } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import { withAgents } from './network-agents.ts'

const agent = (name: string, on: string, about: Partial<Pod> = {}): Pod =>
  pod(name, { namespace: 'kube-system', node: on, hostNetwork: true, ...about })
const nodes = known([node('worker-1'), node('worker-2')])
const agentsOf = (...pods: readonly Pod[]) => {
  const found = withAgents(nodes, [known(pods), unknown('forbidden', 'list pods')])
  return found.known ? found.value.map((it) => it.agent) : null
}

test('each node has its own agent, with the reason why it is not ready', () => {
  const crashing = container({ ready: false, waiting: 'CrashLoopBackOff', message: 'back-off 5m0s' })
  expect(
    agentsOf(agent('calico-1', 'worker-1'), agent('calico-2', 'worker-2', { ready: false, containers: [crashing] })),
  ).toEqual([
    { namespace: 'kube-system', pod: 'calico-1', state: 'ready', why: null },
    { namespace: 'kube-system', pod: 'calico-2', state: 'not-ready', why: 'CrashLoopBackOff: back-off 5m0s' },
  ])
  const unready = { ...notReady('calico-2', 'containers with unready status: [calico-node]'), node: 'worker-2' }
  expect(agentsOf(unready)).toMatchObject([undefined, { why: 'containers with unready status: [calico-node]' }])
})

test('of two agents on a node one that is well is enough', () => {
  const old = { ...notReady('flannel-1', 'old'), node: 'worker-1' }
  expect(agentsOf(old, agent('calico-1', 'worker-1'))).toMatchObject([{ pod: 'calico-1', state: 'ready' }, undefined])
})

test('where nobody bears such a label nothing is said', () => {
  expect(agentsOf()).toEqual([undefined, undefined])
})
