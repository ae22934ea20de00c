import { expect, it } from 'vitest'
import { container, pod } from '../../../test/build/pod.ts'
import { egressPolicy } from '../../../test/build/policy.ts'
import { service, slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { planCrossings } from './plan-crossings.ts'

const calling = (name: string, host: string, port: number | null, about: Partial<Pod> = {}): Pod =>
  pod(name, { containers: [container({ calls: [{ by: 'CART_URL', host, port }] })], ...about })
const target = (kind: string, name: string): Pick<Scope, 'target'> => ({
  target: { kind: 'object', object: subject(kind, 'shop', name), url: null },
})
const planned = (pods: readonly Pod[], scope: Partial<Scope> = {}) =>
  planCrossings(
    modelOf(
      {
        pods,
        services: [service('cart', { clusterIP: '10.96.0.7' }), service('db', { clusterIP: '10.96.0.8' })],
        endpointSlices: [slice('cart', [pod('cart-1', { ip: '10.2.1.1' }), pod('cart-2', { ip: '10.2.2.1' })])],
      },
      {},
      scope,
    ),
  ).map((it) => `${it.from.pod} > ${it.host}:${it.port}`)

const both = [calling('web-1', 'cart', 80), calling('api-1', 'db', 80)]

it.each([
  {
    it: 'each workload calls what its spec tells it to: the Service, and its endpoints',
    pods: both,
    scope: {},
    is: ['web-1 > 10.96.0.7:80', 'web-1 > 10.2.1.1:8080', 'web-1 > 10.2.2.1:8080', 'api-1 > 10.96.0.8:80'],
  },
  {
    it: 'of the pod that was asked about alone',
    pods: both,
    scope: target('Deployment', 'api'),
    is: ['api-1 > 10.96.0.8:80'],
  },
  {
    it: 'of the Service that was asked about, whoever calls it',
    pods: both,
    scope: target('Service', 'db'),
    is: ['api-1 > 10.96.0.8:80'],
  },
  { it: 'a port that the Service does not offer', pods: [calling('web-1', 'cart', 81)], scope: {}, is: [] },
  { it: 'a call without a port', pods: [calling('web-1', 'cart', null)], scope: {}, is: [] },
  { it: 'somebody elsewhere', pods: [calling('web-1', 'api.example.com', 443)], scope: {}, is: [] },
  { it: 'a pod that does not run', pods: [calling('web-1', 'cart', 80, { phase: 'Pending' })], scope: {}, is: [] },
  { it: 'the DNS alone', pods: both, scope: { target: { kind: 'dns' } as const }, is: [] },
])('$it', ({ pods, scope, is }) => expect(planned(pods, scope)).toEqual(is))

it('no more than four workloads are asked to', () => {
  const many = Array.from({ length: 9 }, (_, index) => calling(`web${index}-1`, 'cart', 80))
  expect(new Set(planned(many).map((it) => it.split(' ')[0])).size).toBe(4)
})

it('a pod that stands alone behind a Service tries that Service, and itself; one that policies choose does not', () => {
  const own = (networkPolicies: readonly NetworkPolicy[]) =>
    planCrossings(
      modelOf({
        pods: [pod('cart-1', { ip: '10.2.1.1' })],
        services: [service('cart', { clusterIP: '10.96.0.7' })],
        endpointSlices: [slice('cart', [pod('cart-1', { ip: '10.2.1.1' })])],
        networkPolicies,
      }),
    ).map((it) => `${it.from.pod} > ${it.host}:${it.port}`)
  expect(own([])).toEqual(['cart-1 > 10.96.0.7:80', 'cart-1 > 10.2.1.1:8080'])
  expect(own([egressPolicy('deny')])).toEqual([])
})
