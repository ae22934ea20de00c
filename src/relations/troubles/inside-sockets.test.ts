import { expect, test } from 'vitest'
import { clusterDns, insideView } from '../../../test/build/dns.ts'
import { contacts, repeat, toService } from '../../../test/build/contacts.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { podSockets, waitsFor } from '../../../test/build/pod-sockets.ts'
import { egressPolicy, labels } from '../../../test/build/policy.ts'
import { service, slice } from '../../../test/build/service.ts'
import { crossing } from '../../../test/build/trace.ts'
import { linesOf } from '../../../test/build/troubles.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { PodSockets } from '../../model/inside.ts'
import type { Sources } from '../../model/sources.ts'
import { socketTroubles } from './inside-sockets.ts'

const web = pod('web-1')
const cart = pod('cart-1', { ip: '10.2.2.1', node: 'worker-2' })
const given = (sockets: Partial<PodSockets>, more: Partial<Sources> = {}): Partial<Sources> => ({
  insideViews: [insideView('web-1', { sockets: podSockets(sockets) })],
  pods: [web, cart],
  nodes: [node('worker-1', { podCidrs: ['10.2.1.0/24'] }), node('worker-2', { podCidrs: ['10.2.2.0/24'] })],
  services: [service('cart')],
  endpointSlices: [slice('db', [pod('db-1', { ip: '192.168.7.7' })])],
  clusterDns: clusterDns(),
  networkPolicies: [],
  crossings: [],
  ...more,
})
const waits = (ip: string, port: number, about = {}): Partial<PodSockets> => ({
  connecting: [waitsFor(ip, port, about)],
})

type Row = readonly [it: string, given: Partial<Sources>, weight: string, says: readonly RegExp[]]

test.each<Row>([
  [
    'a Service',
    given(waits('10.96.44.7', 80)),
    'nuisance',
    [/Service shop\/cart at 10\.96\.44\.7:80/, /svc-unanswered:shop\/cart/],
  ],
  [
    'a Service that the node connected to meanwhile: the kernel asks again but now and then',
    given(waits('10.96.44.7', 80, { ms: 8000 }), {
      contacts: contacts([toService('cart', 'worker-1', repeat(5, 'open'))]),
    }),
    'sign',
    [],
  ],
  [
    'the same, and it began a moment ago',
    given(waits('10.96.44.7', 80, { ms: 1000 }), {
      contacts: contacts([toService('cart', 'worker-1', repeat(5, 'open'))]),
    }),
    'nuisance',
    [],
  ],
  [
    'a port that it does not have',
    given(waits('10.96.44.7', 81)),
    'nuisance',
    [/a port that the Service does not have/],
  ],
  [
    'a pod, and the Service before it',
    given(waits('10.2.2.1', 8080)),
    'nuisance',
    [
      /pod shop\/cart-1 at 10\.2\.2\.1:8080/,
      /svc-unanswered:shop\/cart .*stopped-on-the-way:shop\/cart-1/,
      /way-closed/,
    ],
  ],
  [
    'a pod that a policy keeps it from',
    given(waits('10.2.2.1', 8080), {
      networkPolicies: [egressPolicy('deny')],
    }),
    'nuisance',
    [/deny does not let it through/, /NetworkPolicy\/shop\/deny/],
  ],
  [
    'a pod that calls nobody by design',
    given(waits('10.2.2.1', 8080), {
      networkPolicies: [egressPolicy('deny', [], { podSelector: labels({ app: 'web' }) })],
    }),
    'sign',
    [],
  ],
  [
    'an address outside that a policy keeps it from',
    given(waits('172.20.0.9', 5432), { networkPolicies: [egressPolicy('deny')] }),
    'sign',
    [/deny does not let it through/],
  ],
  ['an endpoint that is no pod', given(waits('192.168.7.7', 5432)), 'nuisance', [/endpoint of Service shop\/db/]],
  ['a node', given(waits('192.168.0.12', 10_250)), 'nuisance', [/node worker-2 at/]],
  [
    'the API server',
    given(waits('192.168.0.12', 6443), {
      apiSlices: [
        slice('kubernetes', [pod('x', { ip: '192.168.0.12' })], {
          ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
        }),
      ],
    }),
    'nuisance',
    [/the API server at 192\.168\.0\.12:6443/, /api-out-of-reach:worker-1/],
  ],
  [
    'the address of nobody',
    given(waits('10.2.2.77', 8080)),
    'nuisance',
    [/10\.2\.2\.77:8080, of nobody in/, /gone-asked:shop\/web-1\/10\.2\.2\.77/],
  ],
  ['itself', given(waits('127.0.0.1', 8080)), 'nuisance', [/the pod itself at/]],
  ['a private network beside the cluster', given(waits('172.20.0.9', 5432)), 'nuisance', [/of nobody that was read/]],
  ['the internet', given(waits('203.0.113.9', 443)), 'sign', [/of nobody that was read/]],
  [
    'data that a pod does not acknowledge',
    given({ unacknowledged: [{ ip: '10.2.2.1', port: 8080, own: null, sockets: 2, again: 6 }] }),
    'nuisance',
    [/data on 2 open connections is not acknowledged, sent again 6 times/, /large-lost:worker-1\/worker-2/],
  ],
  [
    'data that a pod does not acknowledge which connected here',
    given({ unacknowledged: [{ ip: '10.2.2.1', port: 50_000, own: 8080, sockets: 1, again: 6 }] }),
    'nuisance',
    [/pod shop\/cart-1 at 10\.2\.2\.1 on port 8080/],
  ],
  [
    'connections that are not accepted',
    given({ unaccepted: [{ ip: '::', port: 8080, waits: 30, stay: 20, ms: 1500 }] }, { services: [service('web')] }),
    'outage',
    [
      /Service\/shop\/web: port 8080/,
      /30 connections not accepted, 20 of these for 1\.50 s/,
      /svc-unanswered:shop\/web/,
    ],
  ],
  [
    'no source port left',
    given({ ports: { from: 40_000, to: 40_003 }, crowds: [{ ip: '10.96.44.7', port: 80, sockets: 4 }] }),
    'outage',
    [/4 connections have every source port/, /source-ports-taken:shop\/web-1/],
  ],
])('%s', (_, sources, weight, says) => {
  const found = socketTroubles(modelOf(sources))
  expect(found.map((it) => it.weight)).toEqual([weight])
  const text = found.map((it) => linesOf(it).join('\n')).join('\n')
  for (const it of says) expect(text).toMatch(it)
})

test('who calls many that do not answer looks for who is there', () => {
  const connecting = Array.from({ length: 9 }, (_, i) => waitsFor(`10.2.2.${100 + i}`, 80))
  expect(new Set(socketTroubles(modelOf(given({ connecting }))).map((it) => it.weight))).toEqual(new Set(['sign']))
})

test.each<readonly [string, Partial<Sources>]>([
  ['nothing', given({})],
  ['a SYN under way', given(waits('10.2.2.1', 8080, { ms: 900, reads: 1 }))],
  ['a far end, twice under way', given(waits('203.0.113.9', 443, { ms: 300, reads: 2 }))],
  [
    'a client outside that went away',
    given({ unacknowledged: [{ ip: '203.0.113.9', port: 5, own: 8080, sockets: 9, again: 9 }] }),
  ],
  [
    'a client behind a node that went away',
    given({ unacknowledged: [{ ip: '192.168.0.12', port: 5, own: 8080, sockets: 9, again: 9 }] }),
  ],
  ["on the node's network", given(waits('10.2.2.1', 8080), { pods: [pod('web-1', { hostNetwork: true }), cart] })],
  ['the DNS Service over TCP, which hopscope tries', given(waits('10.96.0.10', 53))],
  [
    'what hopscope tries from there',
    given(waits('10.96.44.7', 80), {
      crossings: [
        {
          ...crossing('web', 'timeout'),
          from: { namespace: 'shop', pod: 'web-1', container: 'app' },
          host: '10.96.44.7',
          port: 80,
        },
      ],
    }),
  ],
])('no trouble: %s', (_, sources) => {
  expect(socketTroubles(modelOf(sources))).toEqual([])
})

test('what this very pod reaches meanwhile is reached; what another one reaches says nothing of it', () => {
  const of = (name: string, result: 'open' | 'timeout', namespace = 'shop') =>
    socketTroubles(
      modelOf(
        given(waits('10.2.2.1', 8080), {
          crossings: [
            {
              ...crossing('web', result),
              from: { namespace, pod: name, container: 'app' },
              host: '10.2.2.1',
              port: 8080,
            },
          ],
        }),
      ),
    ).map((it) => it.weight)
  // What hopscope's own connects met is told of them.
  expect(of('web-1', 'timeout')).toEqual([])
  expect(of('web-1', 'open')).toEqual(['sign'])
  expect(of('cart-1', 'open')).toEqual(['nuisance'])
  expect(of('web-1', 'open', 'other')).toEqual(['nuisance'])
})

test('containers share the sockets of their pod', () => {
  const sockets = podSockets(waits('10.96.44.7', 80))
  const insideViews = [insideView('web-1', { sockets }), insideView('web-1', { container: 'beside', sockets })]
  expect(socketTroubles(modelOf(given({}, { insideViews })))).toHaveLength(1)
})
