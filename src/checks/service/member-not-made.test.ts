import { container, deployment, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Workload } from '../../model/workload.ts'
import check from './member-not-made.ts'

const router = (host: string): Pod =>
  pod('router-1', { containers: [container({ calls: [{ by: 'SHARD_URL', host, port: 8080 }] })] })
const shard = (number: number, about: Partial<Pod> = {}): Pod =>
  pod(`shard-${number}`, { owner: { kind: 'StatefulSet', name: 'shard' }, subdomain: 'shard', ...about })
const set = (desired: number, about: Partial<Workload> = {}): Workload =>
  deployment('shard', desired, {
    kind: 'StatefulSet',
    serviceName: 'shard',
    order: { parallel: false, minReadySeconds: 0, start: 0 },
    ...about,
  })
const given = (host: string, workload: Workload, pods: readonly Pod[]) => ({
  pods: [router(host), ...pods],
  services: [service('shard', { clusterIP: 'None' })],
  workloads: [workload],
})
const ordered = (minReadySeconds: number) => ({ order: { parallel: false, minReadySeconds, start: 0 } })

describeCheck(check, [
  {
    it: 'the next is made when the first was ready for a quarter of an hour',
    given: given('shard-2.shard', set(3, ordered(900)), [shard(0)]),
    expect: [
      {
        subject: 'StatefulSet/shop/shard',
        severity: 'warning',
        confidence: 'inferred',
        args: { why: 'min-ready', before: 'shard-0', seconds: 900, wants: 3, has: 1, next: 'shard-1' },
        says: /wants 3 pods and has 1: shard-2.shard, .* is not made yet, as shard-0 must have been ready for 900 s/,
      },
    ],
  },
  {
    it: 'the one before is not ready, and stays so',
    given: given('shard-1.shard.shop.svc.cluster.local', set(2), [shard(0, { ready: false, standing: 'settled' })]),
    expect: [{ subject: 'StatefulSet/shop/shard', severity: 'warning', args: { why: 'not-ready', before: 'shard-0' } }],
  },
  {
    it: 'it is under way: some seconds',
    given: given('shard-1.shard', set(2, ordered(10)), [shard(0)]),
    expect: [{ subject: 'StatefulSet/shop/shard', severity: 'info', args: { why: 'min-ready' } }],
  },
  {
    it: 'a quota refuses it',
    given: given('shard-1.shard', set(2, { refused: 'exceeded quota' }), [shard(0)]),
    expect: [{ subject: 'StatefulSet/shop/shard', severity: 'warning', args: { why: 'refused' } }],
  },
  {
    it: 'all at once, and one is missing: the objects do not say why',
    given: given('shard-1.shard', set(2, { order: { parallel: true, minReadySeconds: 900, start: 0 } }), [shard(0)]),
    expect: [{ subject: 'StatefulSet/shop/shard', severity: 'info', args: { why: 'unknown', parallel: true } }],
  },
  { it: 'it is there', given: given('shard-1.shard', set(2), [shard(0), shard(1)]), expect: 'ok' },
  {
    it: 'it wants no more: told wrongly, which is SVC217',
    given: given('shard-2.shard', set(2), [shard(0), shard(1)]),
    expect: 'ok',
  },
  {
    it: 'numbers that begin at 5',
    given: given('shard-0.shard', set(2, { order: { parallel: false, minReadySeconds: 900, start: 5 } }), [shard(5)]),
    expect: 'ok',
  },
  { it: 'the Service itself', given: given('shard.shop', set(3, ordered(900)), [shard(0)]), expect: 'ok' },
  { it: 'scaled to none', given: given('shard-0.shard', set(0), []), expect: 'ok' },
  { it: 'nobody is told anything', given: { ...given('', set(1), []), pods: [shard(0)] }, expect: 'not-applicable' },
  {
    it: 'workloads forbidden',
    given: modelOf(given('shard-1.shard', set(2), [shard(0)]), {
      workloads: unknown('forbidden', 'list statefulsets'),
    }),
    expect: 'cannot-tell',
  },
])
