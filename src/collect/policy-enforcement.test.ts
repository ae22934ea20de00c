import { expect, test } from 'vitest'
import { node } from '../../test/build/node.ts'
import { container, pod } from '../../test/build/pod.ts'
import type { RawObject } from '../kube/cluster.ts'
import { type Known, known, unknown } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import type { Reader } from './few-at-once.ts'
import type { InScope } from './in-scope.ts'
import { withEnforcement } from './policy-enforcement.ts'

const agentPod = (labels: Record<string, string>, image = 'flannel/flannel:v0.26.1'): Pod =>
  pod('agent-1', { namespace: 'kube-system', labels, containers: [container({ image })] })
const nodes = known([
  node('worker-1', { agent: { namespace: 'kube-system', pod: 'agent-1', state: 'ready', why: null } }),
])
const flannel = agentPod({ app: 'flannel' })
const cilium = agentPod({ 'k8s-app': 'cilium' }, 'cilium/cilium:v1.16.4')

interface Of {
  readonly agents?: readonly Pod[]
  readonly others?: Known<readonly Pod[]>
  readonly data?: Readonly<Record<string, string>> | null
}

const read = async ({ agents = [flannel], others = known([]), data = {} }: Of) => {
  const get = (_resource: unknown, namespace: string, name: string, project: (raw: RawObject) => unknown) =>
    Promise.resolve(
      data === null ? unknown('forbidden', 'get') : known(project({ metadata: { namespace, name }, data })),
    )
  const found = await withEnforcement(
    nodes,
    { agents: [known(agents)] },
    {
      reader: { get } as unknown as Reader,
      inScope: { podsWith: () => Promise.resolve(others) } as unknown as InScope,
    },
  )
  return found.known ? (found.value[0]?.agent?.policies ?? null) : null
}

test('flannel alone heeds no policy', async () => {
  expect(await read({})).toEqual({ by: 'flannel', are: 'unheeded' })
})

test('Cilium as it is told', async () => {
  const told = (mode: string) => read({ agents: [cilium], data: { 'enable-policy': mode } })
  expect(await told('never')).toEqual({ by: 'cilium', are: 'unheeded' })
  expect(await told('always')).toEqual({ by: 'cilium', are: 'needed' })
  expect(await told('default')).toBeNull()
})

test.each<readonly [string, Of]>([
  ['Cilium, told nothing', { agents: [cilium] }],
  ['Cilium, whose settings may not be read', { agents: [cilium], data: null }],
  ['flannel with kube-network-policies beside it', { others: known([pod('np-1')]) }],
  ['flannel, and who stands beside it may not be read', { others: unknown('forbidden', 'list pods') }],
  ['Canal: flannel in a pod of Calico’s', { agents: [agentPod({ 'k8s-app': 'canal' }, 'calico/node:v3.28.0')] }],
  ['flannel with another’s container', { agents: [agentPod({ app: 'flannel' }, 'x/kube-network-policies')] }],
  ['two networks, as in a move', { agents: [flannel, cilium] }],
  ['none that is known', { agents: [] }],
])('nothing is said of %s', async (_, of) => {
  expect(await read(of)).toBeNull()
})
