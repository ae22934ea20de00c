import { expect, test } from 'vitest'
import { node } from '../../test/build/node.ts'
import { pod } from '../../test/build/pod.ts'
import type { RawObject } from '../kube/cluster.ts'
import { type Known, known, unknown } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import type { Reader } from './few-at-once.ts'
import type { InScope } from './in-scope.ts'
import { withUnserved } from './services-unserved.ts'

const agentPod = (kind: string): Pod => pod('agent-1', { namespace: 'kube-system', labels: { 'k8s-app': kind } })
const nodes = known([
  node('worker-1', { agent: { namespace: 'kube-system', pod: 'agent-1', state: 'ready', why: null } }),
])

interface Of {
  readonly kind?: string
  readonly data?: Readonly<Record<string, string>> | null
  readonly proxies?: Known<readonly Pod[]>
  readonly fixed?: readonly Pod[]
}

const read = async ({ kind = 'cilium', data = {}, proxies = known([]), fixed = [] }: Of) => {
  const get = (_resource: unknown, namespace: string, name: string, project: (raw: RawObject) => unknown) =>
    Promise.resolve(
      data === null ? unknown('forbidden', 'get') : known(project({ metadata: { namespace, name }, data })),
    )
  const found = await withUnserved(
    nodes,
    { proxies, agents: [known([agentPod(kind)])] },
    {
      reader: { get } as unknown as Reader,
      inScope: { podsWith: () => Promise.resolve(known(fixed)) } as unknown as InScope,
    },
  )
  return found.known ? found.value[0]?.agent?.unserved : null
}

test('Cilium that leaves Services to a kube-proxy which is not there', async () => {
  expect(await read({ data: { 'kube-proxy-replacement': 'false' } })).toEqual({ kind: 'cilium', replacement: 'false' })
  expect(await read({})).toEqual({ kind: 'cilium', replacement: null })
  expect(await read({ kind: 'flannel' })).toEqual({ kind: 'flannel' })
})

test.each<readonly [string, Of]>([
  ['it takes its place', { data: { 'kube-proxy-replacement': 'true' } }],
  ['strictly, as older ones say', { data: { 'kube-proxy-replacement': 'strict' } }],
  ['in part', { data: { 'kube-proxy-replacement': 'false', 'bpf-lb-sock': 'true' } }],
  ['its settings were not read', { data: null }],
  ['kube-proxy runs', { proxies: known([pod('kube-proxy-1')]) }],
  ['whether it runs was not read', { proxies: unknown('forbidden', 'list pods') }],
  ['it runs as a static pod', { fixed: [pod('kube-proxy-worker-1')] }],
  ['kube-router may serve them', { kind: 'kube-router' }],
  ['Calico may', { kind: 'calico-node' }],
])('nothing is said: %s', async (_why, of) => {
  expect(await read(of)).toBeUndefined()
})
