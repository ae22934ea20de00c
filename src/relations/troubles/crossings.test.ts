import { expect, test } from 'vitest'
import { connect, world } from '../../../test/build/matrix.ts'
import { crossing, traced } from '../../../test/build/trace.ts'
import { linesOf } from '../../../test/build/troubles.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { Crossing } from '../../model/crossing.ts'
import type { Scope, Sources } from '../../model/sources.ts'
import { crossingTroubles } from './crossings.ts'

const { sources, scope } = traced
const toHost = (result: Crossing['result']): Crossing => ({
  ...crossing('web', result),
  to: { kind: 'host' },
  host: 'api.example.com',
  port: 443,
})
const [slice] = sources.endpointSlices
const notReady = (...names: readonly string[]): Partial<Sources> => ({
  ...sources,
  endpointSlices: sources.endpointSlices.map((it) => ({
    ...it,
    endpoints: it.endpoints.map((one) => ({ ...one, ready: !names.includes(one.pod ?? '') })),
  })),
})

test('the trace is of a Service with two endpoints', () => expect(slice?.endpoints.length).toBe(2))

test.each<[it: string, given: Partial<Sources>, scope: Partial<Scope>, expected: readonly string[]]>([
  ['nobody connected', sources, scope, []],
  [
    'all open, one that no tool could make, one that the tool says nothing of',
    { ...sources, crossings: [crossing('web', 'open'), crossing('web-1', 'open'), { ...crossing('web-2', null) }] },
    scope,
    [],
  ],
  [
    'it opens, and the other side hangs up at once',
    { ...sources, crossings: [{ ...crossing('web', 'open'), hungUp: true }, crossing('web-1', 'open')] },
    scope,
    [
      'outage of crossings: contact-failed, 1 of 1',
      'Service/shop/web: 10.96.44.7:80 inside pod shop/client-1: the other side ends it at once, without a byte',
      'with Pod/shop/client-1 ReplicaSet/shop/client-abc12 Service/shop/web Node/worker-1',
      'keys hangs-up:shop/web',
      'next see what stands at the other end, and whether others reach it',
      'next kubectl -n shop get service,endpointslices -o wide',
    ],
  ],
  ['it opens and stays', { ...sources, crossings: [{ ...crossing('web', 'open'), hungUp: false }] }, scope, []],
  [
    'the Service and an endpoint',
    { ...sources, crossings: [crossing('web', 'timeout'), crossing('web-1', 'open'), crossing('web-2', 'refused')] },
    scope,
    [
      'outage of crossings: contact-failed, 1 of 1',
      'Service/shop/web: 10.96.44.7:80 inside pod shop/client-1: timeout',
      'with Pod/shop/client-1 ReplicaSet/shop/client-abc12 Service/shop/web Node/worker-1',
      'keys svc-unanswered:shop/web',
      'next see what stands at the other end, and whether others reach it',
      'next kubectl -n shop get service,endpointslices -o wide',
      'outage of crossings: contact-failed, 1 of 2',
      'Service/shop/web: 10.2.1.2:8080 inside pod shop/client-1: refused',
      'with Pod/shop/client-1 ReplicaSet/shop/client-abc12 Service/shop/web Pod/shop/web-2 Node/worker-1',
      'keys svc-unanswered:shop/web',
      'next see what stands at the other end, and whether others reach it',
      'next kubectl -n shop get pods -o wide',
    ],
  ],
  [
    'both endpoints, in two ways, and not the Service',
    {
      ...sources,
      crossings: [crossing('web', 'open'), crossing('web-1', 'timeout'), crossing('web-2', 'refused')],
    },
    scope,
    [
      'outage of crossings: contact-failed, 2 of 2',
      'Service/shop/web: 2 endpoints inside pod shop/client-1: timeout, refused',
      'with Pod/shop/client-1 ReplicaSet/shop/client-abc12 Service/shop/web Pod/shop/web-1 Pod/shop/web-2 Node/worker-1',
      'keys svc-unanswered:shop/web',
      'next see what stands at the other end, and whether others reach it',
      'next kubectl -n shop get pods -o wide',
    ],
  ],
  [
    'two ports of the Service are two ways',
    {
      ...sources,
      crossings: [
        crossing('web', 'timeout'),
        { ...crossing('web', 'open'), to: { kind: 'service', namespace: 'shop', name: 'web', port: 81 }, port: 81 },
      ],
    },
    scope,
    [
      'outage of crossings: contact-failed, 1 of 1',
      'Service/shop/web: 10.96.44.7:80 inside pod shop/client-1: timeout',
      'with Pod/shop/client-1 ReplicaSet/shop/client-abc12 Service/shop/web Node/worker-1',
      'keys svc-unanswered:shop/web',
      'next see what stands at the other end, and whether others reach it',
      'next kubectl -n shop get service,endpointslices -o wide',
    ],
  ],
  [
    'an endpoint that is not ready, beside one that is',
    { ...notReady('web-2'), crossings: [crossing('web-1', 'refused'), crossing('web-2', 'refused')] },
    scope,
    [
      'outage of crossings: contact-failed, 1 of 1',
      'Service/shop/web: 10.2.1.1:8080 inside pod shop/client-1: refused',
      'with Pod/shop/client-1 ReplicaSet/shop/client-abc12 Service/shop/web Pod/shop/web-1 Node/worker-1',
      'keys svc-unanswered:shop/web',
      'next see what stands at the other end, and whether others reach it',
      'next kubectl -n shop get pods -o wide',
    ],
  ],
  [
    'endpoints none of which is ready',
    { ...notReady('web-1', 'web-2'), crossings: [crossing('web-1', 'refused'), crossing('web-2', 'refused')] },
    scope,
    [
      'outage of crossings: contact-failed, 2 of 2',
      'Service/shop/web: 2 endpoints inside pod shop/client-1: refused',
      'with Pod/shop/client-1 ReplicaSet/shop/client-abc12 Service/shop/web Pod/shop/web-1 Pod/shop/web-2 Node/worker-1',
      'keys svc-unanswered:shop/web',
      'next see what stands at the other end, and whether others reach it',
      'next kubectl -n shop get pods -o wide',
    ],
  ],
  [
    'an endpoint that the slices do not have',
    { ...sources, crossings: [{ ...crossing('web-1', 'refused'), host: '10.2.7.7' }] },
    scope,
    [],
  ],
  [
    'a pod as the other end, and nobody knows the one that asks',
    { ...sources, pods: sources.pods.slice(1), crossings: [crossing('web-1', 'no-route')] },
    traced.toPod('web-1', 8080),
    [
      'outage of crossings: contact-failed, 1 of 1',
      'Pod/shop/web-1: 10.2.1.1:8080 inside pod shop/client-1: no-route',
      'with Pod/shop/client-1 Pod/shop/web-1',
      'keys ',
      'next see what stands at the other end, and whether others reach it',
      'next kubectl -n shop get pods -o wide',
    ],
  ],
  [
    'an endpoint without a pod, asked from a pod on no node',
    {
      ...sources,
      pods: sources.pods.map((it) => ({ ...it, node: null })),
      crossings: [
        { ...crossing('web-1', 'error'), to: { kind: 'endpoint', namespace: 'shop', service: 'web', pod: null } },
      ],
    },
    scope,
    [
      'outage of crossings: contact-failed, 1 of 1',
      'Service/shop/web: 10.2.1.1:8080 inside pod shop/client-1: error',
      'with Pod/shop/client-1 ReplicaSet/shop/client-abc12 Service/shop/web',
      'keys svc-unanswered:shop/web',
      'next see what stands at the other end, and whether others reach it',
      'next kubectl -n shop get pods -o wide',
    ],
  ],
  [
    'a host outside whose name leads nowhere',
    { ...sources, crossings: [toHost('no-name')] },
    traced.toHost('api.example.com', 443),
    [
      'outage of crossings: contact-failed, 1 of 1',
      'Pod/shop/client-1: api.example.com:443 inside pod shop/client-1: the name does not resolve',
      'with Pod/shop/client-1 ReplicaSet/shop/client-abc12 Node/worker-1',
      'keys host-unknown:api.example.com',
      'next ask for the name as that pod does',
      'next hopscope resolve api.example.com -n shop --from pod/client-1',
    ],
  ],
  [
    'a host outside that is silent',
    { ...sources, crossings: [toHost('timeout')] },
    traced.toHost('api.example.com', 443),
    [
      'outage of crossings: contact-failed, 1 of 1',
      'Pod/shop/client-1: api.example.com:443 inside pod shop/client-1: timeout',
      'with Pod/shop/client-1 ReplicaSet/shop/client-abc12 Node/worker-1',
      'keys ',
      'next see what its name leads to, as that pod asks',
      'next hopscope resolve api.example.com -n shop --from pod/client-1',
    ],
  ],
  [
    'from many to many: two that policies allow and something stops, one that is open, one that refuses',
    {
      ...world,
      crossings: [
        connect('web', 'cart', 'timeout'),
        connect('db', 'cart', 'timeout'),
        connect('cart', 'web', 'open'),
        connect('db', 'web', 'refused'),
        connect('cart', 'db', 'timeout'),
      ],
    },
    {},
    [
      'nuisance of crossings: contact-failed, 2 of 2',
      'Pod/shop/cart-1: 10.2.1.2:8080 inside 2 pods: timeout',
      'with Pod/shop/cart-1 Deployment/shop/cart Pod/shop/web-1 Pod/shop/db-1',
      'keys stopped-on-the-way:shop/cart-1',
      'nuisance of crossings: contact-failed, 1 of 1',
      'Pod/shop/db-1: 10.2.1.3:5432 inside pod shop/cart-1: timeout',
      'with Pod/shop/db-1 Deployment/shop/db Pod/shop/cart-1',
      'keys stopped-on-the-way:shop/db-1',
    ],
  ],
  [
    'from many to many: what a policy denies is to be stopped',
    { ...world, crossings: [connect('web', 'db', 'timeout'), connect('cart', 'db', 'open')] },
    {},
    [],
  ],
  [
    'from many to many, where policies are not known',
    { pods: world.pods, namespaces: world.namespaces, crossings: [connect('web', 'cart', 'timeout')] },
    {},
    [],
  ],
  [
    'from many to many, where pods are not known',
    { networkPolicies: [], namespaces: world.namespaces, crossings: [connect('web', 'cart', 'timeout')] },
    {},
    [],
  ],
])('%s', (_it, given, scope, expected) => {
  expect(crossingTroubles(modelOf(given, {}, scope)).flatMap(linesOf)).toEqual(expected)
})
