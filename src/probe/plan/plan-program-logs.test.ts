import { expect, test } from 'vitest'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { Pod } from '../../model/pod.ts'
import type { Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { planProgramLogs } from './plan-program-logs.ts'

const planned = (pods: readonly Pod[], scope: Partial<Scope> = {}): readonly string[] =>
  planProgramLogs(modelOf({ pods, services: [service('cart')] }, {}, scope)).map((it) => `${it.pod} ${it.container}`)
const sidecar = container({ name: 'istio-proxy' })

test('one pod of each workload, those that are not ready first, without sidecars and the machinery', () => {
  expect(
    planned([
      pod('web-1', { containers: [container({ name: 'web' }), sidecar] }),
      pod('web-2', { containers: [container({ name: 'web' })] }),
      pod('cart-1', { ready: false, owner: { kind: 'StatefulSet', name: 'cart' } }),
      pod('done', { phase: 'Succeeded' }),
      pod('coredns-1', { namespace: 'kube-system', owner: { kind: 'ReplicaSet', name: 'coredns-1' } }),
    ]),
  ).toEqual(['cart-1 app', 'web-1 web'])
})

test('replicas of what is asked about, and no log at all where the DNS is', () => {
  const pods = ['web-1', 'web-2', 'web-3'].map((it) => pod(it))
  const object = subject('Deployment', 'shop', 'web')
  expect(planned(pods, { target: { kind: 'object', object, url: null } })).toHaveLength(3)
  expect(planned(pods, { target: { kind: 'dns' } })).toEqual([])
})

test('bare names before a port that are somebody: Services, and what programs are told to call', () => {
  const [one] = planProgramLogs(
    modelOf({
      pods: [pod('web-1', { containers: [container({ calls: [{ by: 'DB', host: 'db.example.com', port: 1 }] })] })],
      services: [service('cart')],
    }),
  )
  expect([...(one?.hosts ?? [])]).toEqual(expect.arrayContaining(['cart', 'cart.shop', 'db.example.com']))
})
