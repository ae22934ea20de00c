import { expect, test } from 'vitest'
import { container, deployment, pod } from '../../../test/build/pod.ts'
import { known, unknown } from '../../model/known.ts'
import type { Idle } from '../../model/workload.ts'
import { subject } from '../../model/subject.ts'
import { idleOf, isAwaited, toldText, withNextPods } from './next-pods.ts'

const next = (idle: Idle) => ({
  idle,
  hostNetwork: false,
  dnsPolicy: 'ClusterFirst',
  dnsConfig: null,
  containers: [container({ calls: [{ by: 'URL', host: 'cart', port: 81 }] })],
})
const cron = deployment('report', 0, { kind: 'CronJob', next: next('scheduled') })
const names = (...[pods, workloads]: Parameters<typeof withNextPods>) =>
  withNextPods(pods, workloads).map((it) => `${it.name} ${idleOf(it)}`)

test('what has no pod now has its next one', () => {
  expect(names([pod('web-1')], known([cron]))).toEqual(['web-1 null', 'report scheduled'])
  expect(names([pod('web-1')], unknown('forbidden', ''))).toEqual(['web-1 null'])
  expect(names([pod('web-1')], known([deployment('web', 0, { next: next('scaled') })]))).toEqual(['web-1 null'])
})

test('a run of a CronJob is one, and one that has ended is none', () => {
  const job = deployment('report', 1, { kind: 'Job', name: 'report-1', owner: { kind: 'CronJob', name: 'report' } })
  const run = pod('report-1-a', { labels: {}, owner: { kind: 'Job', name: 'report-1' } })
  expect(names([run], known([cron, job]))).toEqual(['report-1-a null'])
  expect(names([{ ...run, phase: 'Succeeded' }], known([cron, job]))).toHaveLength(2)
})

test('what comes by itself is awaited, what somebody has stopped is not', () => {
  const of = (idle: Idle) => withNextPods([], known([deployment('cart', 0, { next: next(idle) })]))
  const scaler = { kind: 'ScaledObject' as const, namespace: 'shop', name: 'k', least: 0 }
  const scalers = [{ ...scaler, target: { kind: 'Deployment', name: 'cart' } }]
  expect([pod('web-1'), ...of('scheduled')].map((it) => isAwaited(it, []))).toEqual([true, true])
  expect([...of('suspended'), ...of('scaled')].map((it) => isAwaited(it, []))).toEqual([false, false])
  expect(of('scaled').map((it) => isAwaited(it, scalers))).toEqual([true])
  expect(toldText(subject('CronJob', 'shop', 'report'), 'scheduled')).toBe('The next pod of CronJob shop/report would')
})
