import { expect, test } from 'vitest'
import { insideView, resolving } from '../../../test/build/dns.ts'
import * as F from '../../../test/build/dns-faults.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { egressPolicy, labels } from '../../../test/build/policy.ts'
import { service, slice } from '../../../test/build/service.ts'
import { linesOf } from '../../../test/build/troubles.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { InsideName, InsideResolving, InsideServer, InsideView } from '../../model/inside.ts'
import { known, unknown } from '../../model/known.ts'
import type { Answer } from '../../model/lookups.ts'
import type { Scope, Sources } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { insideTroubles } from './inside-lookups.ts'

const web = pod('web-1')
const ownIp = web.ip ?? ''
const looked = (result: Answer, ms = 5) => known({ tool: 'getent', name: 'cart.shop', result, ms })
const seen = (about: Partial<InsideView>): Partial<Sources> => ({
  pods: [web],
  insideViews: [insideView('web-1', about)],
})
const resolved = (about: Partial<InsideResolving>, more: Partial<InsideView> = {}): Partial<Sources> =>
  seen({ ...more, resolving: resolving(about) })
const named = (result: Answer, about: Partial<InsideName> = {}): InsideName => ({
  service: { namespace: 'shop', name: 'cart' },
  typed: 'cart.shop',
  tool: 'getent',
  result,
  addresses: result === 'ok' ? ['10.96.44.7'] : [],
  ms: 3,
  ...about,
})
const server = (ip: string, result: InsideServer['result']): InsideServer => ({ ip, tool: 'nslookup', result, ms: 9 })
const servers = (...its: readonly InsideServer[]): Partial<InsideResolving> => ({ servers: known(its) })
const lagging = (p99Ms: number, network = F.cluster()): Partial<Sources> => ({
  dnsProbe: { ...network.dnsProbe, lag: [{ node: 'worker-1', p99Ms }] },
})
const nodes = { ...web, dnsPolicy: 'Default' }
const cart = service('cart')
/** It selects the pod: the pod's own address is one of its answers. */
const own = service('cart', { selector: web.labels })

type Row = readonly [it: string, given: Partial<Sources>, scope: Partial<Scope>, expected: readonly string[]]

test.each<Row>([
  ['nobody looked', { pods: [web] }, {}, []],
  ['all well', seen({}), {}, []],
  [
    'a lookup that times out',
    seen({ lookup: looked('timeout', 5000) }),
    {},
    [
      'outage of insideViews: lookup-failed, 1 of 1, 5000 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: timeout',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1',
    ],
  ],
  [
    'a name that is denied',
    seen({ lookup: looked('nxdomain') }),
    {},
    [
      'outage of insideViews: lookup-failed, 1 of 1, 5 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: nxdomain',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 name-wrong:shop/cart',
    ],
  ],
  [
    'a name without an address',
    seen({ lookup: looked('nodata') }),
    {},
    [
      'outage of insideViews: lookup-failed, 1 of 1, 5 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: nodata',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 name-wrong:shop/cart',
    ],
  ],
  [
    'a name that getent does not find',
    seen({ lookup: looked('not-found') }),
    {},
    [
      'outage of insideViews: lookup-failed, 1 of 1, 5 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: not-found',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 name-wrong:shop/cart',
    ],
  ],
  [
    'a pod that nobody may list',
    { insideViews: [insideView('web-1', { lookup: looked('servfail') })] },
    {},
    [
      'outage of insideViews: lookup-failed, 1 of 1, 5 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: servfail',
      'with Pod/shop/web-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop',
    ],
  ],
  [
    'a pod on no node',
    { ...seen({ lookup: looked('refused') }), pods: [{ ...web, node: null }] },
    {},
    [
      'outage of insideViews: lookup-failed, 1 of 1, 5 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: refused',
      'with Pod/shop/web-1 Deployment/shop/web Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop',
    ],
  ],
  ['nothing was asked', seen({ lookup: looked('not-asked', 60_000) }), {}, []],
  ['just under a second', seen({ lookup: looked('ok', 999) }), {}, []],
  [
    'a second',
    seen({ lookup: looked('ok', 1000) }),
    {},
    [
      'nuisance of insideViews: lookup-slow, 1 of 1, 1000 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: slow',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1',
    ],
  ],
  ['a second on a busy node', { ...seen({ lookup: looked('ok', 2399) }), ...lagging(60) }, {}, []],
  [
    'a second on a node that is not busy enough',
    { ...seen({ lookup: looked('ok', 1000) }), ...lagging(59) },
    {},
    [
      'nuisance of insideViews: lookup-slow, 1 of 1, 1000 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: slow',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1',
    ],
  ],
  [
    'as long as until a resolver asks again',
    { ...seen({ lookup: looked('ok', 2400) }), ...lagging(60) },
    {},
    [
      'nuisance of insideViews: lookup-slow, 1 of 1, 2400 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: slow',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1',
    ],
  ],
  [
    "a pod with the node's own resolv.conf knows no name by design",
    { ...seen({ lookup: looked('nxdomain') }), pods: [nodes] },
    {},
    [
      'sign of insideViews: lookup-failed, 1 of 1, 5 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: nxdomain',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 name-wrong:shop/cart',
    ],
  ],
  [
    'and that is a nuisance beside a Service to call',
    { ...seen({ lookup: looked('nxdomain') }), pods: [nodes], services: [cart] },
    {},
    [
      'nuisance of insideViews: lookup-failed, 1 of 1, 5 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: nxdomain',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 name-wrong:shop/cart',
    ],
  ],
  [
    'or where somebody asks about that pod',
    { ...seen({ lookup: looked('nxdomain') }), pods: [nodes] },
    { target: { kind: 'object', object: subject('Pod', 'shop', 'web-1'), url: null } },
    [
      'nuisance of insideViews: lookup-failed, 1 of 1, 5 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: nxdomain',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 name-wrong:shop/cart',
    ],
  ],
  [
    'silence is an outage to it as well',
    { ...seen({ lookup: looked('timeout') }), pods: [nodes] },
    {},
    [
      'outage of insideViews: lookup-failed, 1 of 1, 5 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: timeout',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1',
    ],
  ],
  [
    'whoever may open no connection on purpose needs no names',
    {
      ...seen({ lookup: looked('timeout') }),
      networkPolicies: [egressPolicy('shut', [], { podSelector: labels({ app: 'web' }) })],
    },
    {},
    [
      'sign of insideViews: lookup-failed, 1 of 1, 5 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: timeout',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1',
    ],
  ],
  [
    'but for who asks about it',
    {
      ...seen({ lookup: looked('timeout') }),
      networkPolicies: [egressPolicy('shut', [], { podSelector: labels({ app: 'web' }) })],
    },
    { target: { kind: 'object', object: subject('Deployment', 'shop', 'web'), url: null } },
    [
      'outage of insideViews: lookup-failed, 1 of 1, 5 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: timeout',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1',
    ],
  ],
  [
    'TCP is refused',
    seen({ tcp53: known('refused') }),
    {},
    [
      'nuisance of insideViews: contact-failed, 1 of 1',
      'Pod/shop/web-1: the DNS Service, TCP port 53 inside the pod: refused',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 dns-tcp-unanswered dns-tcp-loss:shop/web-1',
    ],
  ],
  [
    'where nothing is answered TCP goes without saying',
    seen({ lookup: looked('timeout'), tcp53: known('timeout') }),
    {},
    [
      'outage of insideViews: lookup-failed, 1 of 1, 5 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: timeout',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1',
    ],
  ],
  [
    'where it is slow TCP does not',
    seen({ lookup: looked('ok', 4000), tcp53: known('timeout') }),
    {},
    [
      'nuisance of insideViews: lookup-slow, 1 of 1, 4000 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: slow',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1',
      'nuisance of insideViews: contact-failed, 1 of 1',
      'Pod/shop/web-1: the DNS Service, TCP port 53 inside the pod: timeout',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 dns-tcp-unanswered dns-tcp-loss:shop/web-1',
    ],
  ],
  [
    'the second of two containers, which is named; what the network lacks is told once',
    {
      pods: [{ ...web, containers: [container(), container({ name: 'proxy' })] }],
      insideViews: [
        insideView('web-1', { tcp53: known('timeout') }),
        insideView('web-1', { container: 'proxy', tcp53: known('timeout') }),
        insideView('web-1', { container: 'agent', lookup: looked('timeout', 5000) }),
      ],
    },
    {},
    [
      'nuisance of insideViews: contact-failed, 1 of 1',
      'Pod/shop/web-1: the DNS Service, TCP port 53 inside container app: timeout',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 dns-tcp-unanswered ' +
        'dns-tcp-loss:shop/web-1',
      'outage of insideViews: lookup-failed, 1 of 1, 5000 ms',
      'Pod/shop/web-1: cart.shop with getent inside container agent: timeout',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1',
    ],
  ],
  ['TCP that could not be tried', seen({ tcp53: unknown('not-there', 'no tool') }), {}, []],
])('%s', (_it, given, scope, expected) => {
  expect(insideTroubles(modelOf(given, {}, scope)).flatMap(linesOf)).toEqual(expected)
})

test.each<Row>([
  ['a name that is found', { ...resolved({ names: [named('ok')] }), services: [cart] }, {}, []],
  [
    'a name that times out',
    { ...resolved({ names: [named('timeout', { ms: 5000 })] }), services: [cart] },
    {},
    [
      'outage of insideViews: lookup-failed, 1 of 1, 5000 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: timeout',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop Service/shop/cart',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 name-in-pod:shop/web-1/shop/cart',
    ],
  ],
  [
    'a name that is denied',
    { ...resolved({ names: [named('nxdomain')] }), services: [cart] },
    {},
    [
      'outage of insideViews: lookup-failed, 1 of 1, 3 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: nxdomain',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop Service/shop/cart',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 name-in-pod:shop/web-1/shop/cart name-wrong:shop/cart',
    ],
  ],
  [
    'a name that leads to another address, slowly',
    { ...resolved({ names: [named('ok', { addresses: ['192.0.2.1', '192.0.2.2'], ms: 4000 })] }), services: [cart] },
    {},
    [
      'outage of insideViews: lookup-wrong, 1 of 1, 4000 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: 192.0.2.1, 192.0.2.2, where the Service is 10.96.44.7',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop Service/shop/cart',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 name-in-pod:shop/web-1/shop/cart name-wrong:shop/cart',
    ],
  ],
  [
    'its own name, which its own /etc/hosts answers: a pod called like its Service',
    { ...resolved({ names: [named('ok', { typed: 'web-1', addresses: [ownIp] })] }), services: [own] },
    {},
    [],
  ],
  [
    'its own name is what its spec calls it',
    {
      ...resolved({ names: [named('ok', { typed: 'cart', addresses: [ownIp] })] }),
      services: [own],
      pods: [{ ...web, hostname: 'cart' }],
    },
    {},
    [],
  ],
  [
    'its own name, and an address that is not its own',
    { ...resolved({ names: [named('ok', { typed: 'web-1', addresses: [ownIp, '192.0.2.1'] })] }), services: [cart] },
    {},
    [
      'outage of insideViews: lookup-wrong, 1 of 1, 3 ms',
      `Pod/shop/web-1: web-1 with getent inside the pod: ${ownIp}, 192.0.2.1, where the Service is 10.96.44.7`,
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop Service/shop/cart',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 name-in-pod:shop/web-1/shop/cart name-wrong:shop/cart',
    ],
  ],
  [
    'another name, and its own address',
    { ...resolved({ names: [named('ok', { addresses: [ownIp] })] }), services: [cart] },
    {},
    [
      'outage of insideViews: lookup-wrong, 1 of 1, 3 ms',
      `Pod/shop/web-1: cart.shop with getent inside the pod: ${ownIp}, where the Service is 10.96.44.7`,
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop Service/shop/cart',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 name-in-pod:shop/web-1/shop/cart name-wrong:shop/cart',
    ],
  ],
  [
    'of a Service of that name in another namespace nobody speaks',
    {
      ...resolved({ names: [named('ok', { addresses: ['192.0.2.1'] })] }),
      services: [service('cart', { namespace: 'other' }), service('web')],
    },
    {},
    [],
  ],
  [
    'a headless Service whose name leads to no endpoint',
    {
      ...resolved({ names: [named('ok', { addresses: ['192.0.2.1'] })] }),
      services: [service('cart', { clusterIP: 'None' })],
      endpointSlices: [slice('cart', [pod('cart-1', { ip: '10.2.1.1' })])],
    },
    {},
    [
      'outage of insideViews: lookup-wrong, 1 of 1, 3 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: 192.0.2.1, where the Service is headless',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop Service/shop/cart',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 name-in-pod:shop/web-1/shop/cart name-wrong:shop/cart',
    ],
  ],
  [
    'a headless Service, where slices are not known',
    {
      ...resolved({ names: [named('ok', { addresses: ['192.0.2.1'] })] }),
      services: [service('cart', { clusterIP: 'None' })],
    },
    {},
    [],
  ],
  [
    'a name that takes a second',
    { ...resolved({ names: [named('ok', { ms: 1000 })] }), services: [cart] },
    {},
    [
      'nuisance of insideViews: lookup-slow, 1 of 1, 1000 ms',
      'Pod/shop/web-1: cart.shop with getent inside the pod: slow',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop Service/shop/cart',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 name-in-pod:shop/web-1/shop/cart',
    ],
  ],
  ['a name that takes less', { ...resolved({ names: [named('ok', { ms: 999 })] }), services: [cart] }, {}, []],
  [
    'a name that nobody asked',
    { ...resolved({ names: [named('not-asked', { addresses: [] })] }), services: [cart] },
    {},
    [],
  ],
  ['nameservers that answer', resolved(servers(server('192.0.2.1', 'ok'), server('192.0.2.2', 'ok'))), {}, []],
  [
    'one that is silent beside one that answers, and two that say nothing',
    resolved(
      servers(
        server('192.0.2.1', 'timeout'),
        server('192.0.2.2', 'ok'),
        server('192.0.2.3', null),
        server('192.0.2.4', 'not-asked'),
      ),
    ),
    {},
    [
      'nuisance of insideViews: lookup-failed, 1 of 1, 9 ms',
      'Pod/shop/web-1: nameserver 192.0.2.1 with nslookup inside the pod: timeout',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 dns-server-in-pod:shop/web-1/192.0.2.1',
    ],
  ],
  [
    'one that knows no such name beside one that does',
    resolved(servers(server('192.0.2.1', 'nxdomain'), server('192.0.2.2', 'ok'))),
    {},
    [
      'nuisance of insideViews: lookup-wrong, 1 of 1, 9 ms',
      'Pod/shop/web-1: nameserver 192.0.2.1 with nslookup inside the pod: nxdomain',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 dns-server-in-pod:shop/web-1/192.0.2.1',
    ],
  ],
  [
    'where none knows it the own lookup says what that means',
    resolved(servers(server('192.0.2.1', 'nxdomain'), server('192.0.2.2', 'nxdomain'))),
    {},
    [],
  ],
  [
    'all are silent, and the lookup goes well',
    resolved(servers(server('192.0.2.1', 'unreachable'))),
    {},
    [
      'nuisance of insideViews: lookup-failed, 1 of 1, 9 ms',
      'Pod/shop/web-1: nameserver 192.0.2.1 with nslookup inside the pod: unreachable',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 dns-server-in-pod:shop/web-1/192.0.2.1',
    ],
  ],
  [
    'all are silent, and there was no lookup',
    resolved(servers(server('192.0.2.1', 'unreachable'), server('192.0.2.2', 'timeout')), {
      lookup: unknown('not-there', 'no getent'),
    }),
    {},
    [
      'outage of insideViews: lookup-failed, 1 of 1, 9 ms',
      'Pod/shop/web-1: nameserver 192.0.2.1 with nslookup inside the pod: unreachable',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 dns-server-in-pod:shop/web-1/192.0.2.1',
      'outage of insideViews: lookup-failed, 1 of 1, 9 ms',
      'Pod/shop/web-1: nameserver 192.0.2.2 with nslookup inside the pod: timeout',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 dns-server-in-pod:shop/web-1/192.0.2.2',
    ],
  ],
  [
    'one of two is silent, and there was no lookup',
    resolved(servers(server('192.0.2.1', 'servfail'), server('192.0.2.2', 'timeout')), {
      lookup: unknown('not-there', 'no getent'),
    }),
    {},
    [
      'nuisance of insideViews: lookup-failed, 1 of 1, 9 ms',
      'Pod/shop/web-1: nameserver 192.0.2.2 with nslookup inside the pod: timeout',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1 dns-server-in-pod:shop/web-1/192.0.2.2',
    ],
  ],
])('resolving: %s', (_it, given, scope, expected) => {
  expect(insideTroubles(modelOf(given, {}, scope)).flatMap(linesOf)).toEqual(expected)
})

const outside = (...its: readonly InsideServer[]): Partial<Sources> =>
  resolved({ outside: { name: 'example.com', servers: its } })
const probed: Partial<Sources> = { dnsProbe: F.cluster().dnsProbe }

test.each<Row>([
  [
    'all of them fail, where the probe pods find it',
    { ...outside(server('192.0.2.1', 'servfail'), server('192.0.2.2', 'timeout')), ...probed },
    {},
    [
      'outage of insideViews: lookup-failed, 2 of 2, 9 ms',
      'Pod/shop/web-1: example.com of nameserver 192.0.2.1, nameserver 192.0.2.2 with nslookup inside the pod: servfail',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1',
      'next see which server that is and whom it asks: names outside the cluster are found by the other DNS servers',
      'next hopscope resolve example.com -n shop --from pod/web-1',
      'next kubectl get services -A -o wide | grep -F 192.0.2.1',
    ],
  ],
  [
    'one of two refuses, and a third could not be asked',
    {
      ...outside(server('192.0.2.1', 'ok'), server('192.0.2.2', 'refused'), server('192.0.2.3', 'not-asked')),
      ...probed,
    },
    {},
    [
      'nuisance of insideViews: lookup-failed, 1 of 2, 9 ms',
      'Pod/shop/web-1: example.com of nameserver 192.0.2.2 with nslookup inside the pod: refused',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1',
      'next see which server that is and whom it asks: names outside the cluster are found by the other DNS servers',
      'next hopscope resolve example.com -n shop --from pod/web-1',
      'next kubectl get services -A -o wide | grep -F 192.0.2.2',
    ],
  ],
  [
    'one is not reached, and one does not say',
    { ...outside(server('192.0.2.1', 'unreachable'), server('192.0.2.2', null)), ...probed },
    {},
    [
      'outage of insideViews: lookup-failed, 1 of 1, 9 ms',
      'Pod/shop/web-1: example.com of nameserver 192.0.2.1 with nslookup inside the pod: unreachable',
      'with Pod/shop/web-1 Deployment/shop/web Node/worker-1 Namespace/shop',
      'keys dns-loss:ns/shop/web-1 dns-loss:ns/shop dns-loss:node/worker-1',
      'next see which server that is and whom it asks: names outside the cluster are found by the other DNS servers',
      'next hopscope resolve example.com -n shop --from pod/web-1',
      'next kubectl get services -A -o wide | grep -F 192.0.2.1',
    ],
  ],
  ['there is no such name', { ...outside(server('192.0.2.1', 'nxdomain')), ...probed }, {}, []],
  ['where nobody probed it is nobody to compare with', outside(server('192.0.2.1', 'servfail')), {}, []],
  [
    'where the probe pods do not find it either',
    { ...outside(server('192.0.2.1', 'servfail')), dnsProbe: F.cluster({ network: F.upstreamDead }).dnsProbe },
    {},
    [],
  ],
])('a name outside: %s', (_it, given, scope, expected) => {
  expect(insideTroubles(modelOf(given, {}, scope)).flatMap(linesOf)).toEqual(expected)
})
