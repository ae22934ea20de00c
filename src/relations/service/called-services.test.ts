import { expect, test } from 'vitest'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import type { Call, Pod } from '../../model/pod.ts'
import { calledBy, toldCalls } from './called-services.ts'

const call = (host: string, about: Partial<Call> = {}): Call => ({ by: 'PAY_URL', host, port: 80, ...about })
const web = (name: string, calls: readonly Call[], about: Partial<Pod> = {}): Pod =>
  pod(name, { containers: [container({ calls })], ...about })

test('what the pods of one workload are told is said once', () => {
  const names = (...pods: readonly Pod[]): readonly string[] =>
    toldCalls(pods).map((it) => `${it.pod.name} ${it.call.by ?? '-'} ${it.call.host}:${it.call.port ?? '-'}`)
  const pay = call('pay')
  expect(names(web('web-1', [pay]), web('web-2', [pay]))).toEqual(['web-1 PAY_URL pay:80'])
  expect(names(web('web-1', [pay]), web('web-2', [call('pay', { port: 81 })]))).toEqual([
    'web-1 PAY_URL pay:80',
    'web-2 PAY_URL pay:81',
  ])
  expect(names(web('web-1', [pay, call('pay', { by: 'OTHER' })]))).toEqual([
    'web-1 PAY_URL pay:80',
    'web-1 OTHER pay:80',
  ])
  expect(names(web('web-1', [pay, call('stock'), pay, call('pay', { port: null })]))).toEqual([
    'web-1 PAY_URL pay:80',
    'web-1 PAY_URL stock:80',
    'web-1 PAY_URL pay:-',
  ])
  expect(names(web('web-1', [pay]), web('cart-1', [pay]))).toEqual(['web-1 PAY_URL pay:80', 'cart-1 PAY_URL pay:80'])
  expect(names(web('web-1', [pay], { phase: 'Succeeded' }), pod('web-2'))).toEqual([])
  const two = [container({ name: 'a', calls: [pay] }), container({ name: 'b', calls: [pay] })]
  expect(names(pod('web-1', { containers: two }))).toEqual(['web-1 PAY_URL pay:80', 'web-1 PAY_URL pay:80'])
})

/** A headless Service with two ports, and the pods behind it. */
const db = service('db', {
  clusterIP: 'None',
  ports: [port({ name: 'a', port: 5432, targetPort: 5432 }), port({ name: 'b', port: 9187, targetPort: 9187 })],
})
const behind = (...ports: readonly number[]): Pod =>
  pod('db-1', {
    containers: [container({ ports: ports.map((it) => ({ name: null, port: it, protocol: 'TCP' as const })) })],
  })
const asked = (at: number, pods: readonly Pod[], about: Partial<Call> = {}): string => {
  const it = calledBy(pod('web-1'), call('db.shop.svc.cluster.local', { port: at, isUrl: true, ...about }), {
    services: [db],
    namespaces: ['shop'],
    domain: 'cluster.local',
    scope: { namespace: null },
    pods,
  })
  return it.is === 'no-port' ? `no-port ${it.port}${it.isGuess === true ? '?' : ''}` : it.is
}
test.each<[string, number, readonly Pod[], Partial<Call>, string]>([
  ['one that the Service has', 5432, [behind(5432)], {}, 'there'],
  ['the other that it has', 9187, [behind(5432)], {}, 'there'],
  ['one that nobody declares', 5433, [behind(5432)], {}, 'no-port 5433?'],
  ['one that a pod declares', 5433, [behind(5432, 5433)], {}, 'there'],
  ['one, where a pod declares none', 5433, [behind(5432), behind()], {}, 'there'],
  ['one, where no pod is', 5433, [], {}, 'there'],
  ['one by a bare word', 5433, [behind(5432)], { isUrl: undefined } as unknown as Partial<Call>, 'there'],
])('a port of a headless Service: %s', (_what, at, pods, about, is) => expect(asked(at, pods, about)).toBe(is))
