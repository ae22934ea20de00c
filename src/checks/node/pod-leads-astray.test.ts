import { contacts, repeat, toPod } from '../../../test/build/contacts.ts'
import { insideView, resolving } from '../../../test/build/dns.ts'
import { threeNodes } from '../../../test/build/node-network.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Answer } from '../../model/lookups.ts'
import type { Crossing } from '../../model/crossing.ts'
import type { NodeRoute } from '../../model/node-network.ts'
import { known, unknown } from '../../model/known.ts'
import check from './pod-leads-astray.ts'

const own: readonly NodeRoute[] = [
  { to: '0.0.0.0/0', via: '10.2.1.1', dev: 'eth0' },
  { to: '10.2.1.0/24', via: null, dev: 'eth0' },
]
const tunnel: NodeRoute = { to: '10.0.0.0/8', via: null, dev: 'wg0' }
const refusal = (to: string): NodeRoute => ({ to, via: null, dev: null })

const calls = [{ host: 'db', port: 80, by: 'env DB' }]
const base = pod('web-1', { ip: '10.2.1.9', node: 'worker-1' })
const web = { ...base, containers: base.containers.map((it) => ({ ...it, calls })) }
const db = pod('db-0', { ip: '10.2.2.7', node: 'worker-2', labels: { app: 'db' } })

const seen = (routes: readonly NodeRoute[], answered: Answer | null = null) => ({
  pods: [web, db],
  nodes: threeNodes,
  services: [service('db', { clusterIP: 'None' })],
  endpointSlices: [slice('db', [db])],
  insideViews: [
    insideView('web-1', {
      routes: known(routes),
      resolving: resolving({
        servers: known([{ ip: '10.96.0.10', tool: 'nslookup', result: answered, ms: 1 }]),
      }),
    }),
  ],
})
const crossed = (result: Crossing['result']): { readonly crossings: readonly Crossing[] } => ({
  crossings: [
    {
      from: { namespace: 'shop', pod: 'web-1', container: 'app' },
      to: { kind: 'endpoint', namespace: 'shop', service: 'db', pod: 'db-0' },
      host: '10.2.2.7',
      port: 5432,
      tool: 'nc',
      result,
      ms: 3,
    },
  ],
})

describeCheck(check, [
  { it: 'the routes of the network', given: seen(own, 'ok'), expect: 'ok' },
  { it: 'no route by itself is a fault', given: seen([...own, refusal('10.9.0.0/16')], 'ok'), expect: 'ok' },
  {
    it: 'a blackhole over what it is told to call',
    given: { ...seen([...own, refusal('10.2.2.6/31')], 'ok'), ...crossed('error') },
    expect: [
      {
        subject: 'Pod/shop/web-1',
        confidence: 'observed',
        args: { why: 'refused', to: ['10.2.2.7'], what: ['Service shop/db'], how: ['error'] },
      },
    ],
  },
  {
    it: 'the same, and nobody tried',
    given: seen([...own, refusal('10.2.2.6/31')], 'ok'),
    expect: [{ subject: 'Pod/shop/web-1', confidence: 'inferred', args: { why: 'refused', how: [] } }],
  },
  {
    it: 'a routing rule comes before: it opened',
    given: { ...seen([...own, refusal('10.2.2.6/31')], 'ok'), ...crossed('open') },
    expect: 'ok',
  },
  {
    it: 'a refusal came from there',
    given: { ...seen([...own, refusal('10.2.2.6/31')], 'ok'), ...crossed('refused') },
    expect: 'ok',
  },
  {
    it: 'a tunnel takes the range of Services, and DNS is silent',
    given: seen([...own, tunnel], 'timeout'),
    expect: [
      {
        subject: 'Pod/shop/web-1',
        confidence: 'inferred',
        args: { why: 'elsewhere', to: ['10.96.0.10'], what: ['nameserver 10.96.0.10'], how: ['timeout'] },
      },
    ],
  },
  { it: 'a tunnel that answers', given: { ...seen([...own, tunnel], 'ok'), ...crossed('open') }, expect: 'ok' },
  { it: 'a tunnel that nobody tried', given: seen([...own, tunnel]), expect: 'ok' },
  {
    it: 'silence by the usual interface is of other causes',
    given: { ...seen(own, 'timeout'), ...crossed('timeout') },
    expect: 'ok',
  },
  {
    it: 'no default route: the nodes of others and Services are out of reach',
    given: seen([{ to: '10.2.1.0/24', via: null, dev: 'eth0' }], 'unreachable'),
    expect: [
      { subject: 'Pod/shop/web-1', args: { why: 'no-route', to: ['10.96.0.10', '10.2.2.7'], how: ['unreachable'] } },
    ],
  },
  {
    it: 'no route at all',
    given: seen([], 'unreachable'),
    expect: [{ subject: 'Pod/shop/web-1', args: { why: 'no-route' } }],
  },
  {
    it: 'answers to pods of another node are dropped by the pod',
    given: {
      ...seen([...own, refusal('10.2.3.0/24')], 'ok'),
      contacts: contacts([toPod('web', 'worker-3', web, repeat(5, 'timeout'))]),
    },
    expect: [
      { subject: 'Pod/shop/web-1', args: { why: 'refused', what: ['pods of node worker-3'], how: ['timeout'] } },
    ],
  },
  {
    it: 'pods of that node get answers',
    given: {
      ...seen([...own, refusal('10.2.3.0/24')], 'ok'),
      contacts: contacts([toPod('web', 'worker-3', web, repeat(5, 'open'))]),
    },
    expect: 'ok',
  },
  {
    it: 'on the network of the node the table is the node’s',
    given: { ...seen([]), pods: [{ ...web, hostNetwork: true }] },
    expect: 'not-applicable',
  },
  {
    it: 'the container shows no table',
    given: {
      ...seen([]),
      insideViews: [insideView('web-1', { routes: unknown('failed', '/proc/net/route could not be read') })],
    },
    expect: 'cannot-tell',
  },
  { it: 'a recording of before', given: { ...seen([]), insideViews: [insideView('web-1')] }, expect: 'not-applicable' },
  {
    it: 'no probe',
    given: modelOf({ pods: [web] }, { insideViews: unknown('not-asked', 'needs --probe') }),
    expect: 'cannot-tell',
  },
])
