import { expect, test } from 'vitest'
import { contacts, get, getOf, repeat, stranger, toPod, toService, tries } from '../../../test/build/contacts.ts'
import { deployment, notReady, pod } from '../../../test/build/pod.ts'
import { egressPolicy } from '../../../test/build/policy.ts'
import { service } from '../../../test/build/service.ts'
import { linesOf } from '../../../test/build/troubles.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { Contact, Contacts, NodePortContact } from '../../model/contacts.ts'
import type { Sources } from '../../model/sources.ts'
import { contactTroubles } from './contacts.ts'

const web = service('web')
const pods = [pod('web-1', { ip: '10.2.1.1' }), pod('web-2', { ip: '10.2.1.2', node: 'worker-2' })] as const
const [first, second] = pods
const asked = (about: Partial<Contacts>): Contacts => ({ ...contacts([]), ...about })
const atNode = (results: NodePortContact['tries'], about: Partial<NodePortContact> = {}): NodePortContact => ({
  node: 'worker-1',
  service: { namespace: 'shop', name: 'web', port: 80 },
  at: { node: 'worker-2', ip: '192.168.0.12' },
  port: 30_080,
  tries: results,
  ...about,
})
const hungUp = (times: number): Contact['tries'] =>
  [0, 1, 2].map((it) => ({ result: 'open', ms: 1, hungUpMs: it < times ? 2 : null }))
const onNodes = service('web', { type: 'NodePort' })
const balanced = service('web', { type: 'LoadBalancer' })

test.each<[it: string, given: Partial<Sources>, expected: readonly string[]]>([
  ['not asked', { services: [web] }, []],
  [
    'all connects open',
    { services: [web], pods, contacts: contacts([toService('web', 'worker-1', repeat(4, 'open'))]) },
    [],
  ],
  [
    'the Service from two nodes, silent from one of them',
    {
      services: [web],
      pods,
      contacts: contacts([
        toService('web', 'worker-3', repeat(3, 'timeout')),
        toService('web', 'worker-1', tries('open', 'refused', 'timeout')),
        toService('web', 'worker-2', repeat(3, 'open')),
      ]),
    },
    [
      'outage of contacts: contact-failed, 5 of 9',
      'Service/shop/web: 10.96.44.7:80 from node worker-1, node worker-3: 1 refused, 4 timed out',
      'with Service/shop/web Node/worker-3 Node/worker-1 Node/worker-2',
      'keys svc-unanswered:shop/web node-down:worker-3 node-down:worker-1 node-down:worker-2',
    ],
  ],
  [
    'connects open, and the other side hangs up at once, each time that somebody stays on',
    { services: [web], pods, contacts: contacts([toPod('web', 'worker-1', first, [...tries('open'), ...hungUp(3)])]) },
    [
      'nuisance of contacts: contact-failed, 3 of 3',
      'Service/shop/web: 10.2.1.1:8080 from node worker-1: the other side ends it at once, without a byte',
      'with Service/shop/web Pod/shop/web-1 Node/worker-1',
      'keys hangs-up:shop/web',
    ],
  ],
  [
    "the URL that the user named fails by the Service's own address",
    {
      services: [web],
      pods,
      contacts: asked({ through: [getOf('web', 'web-1', 502, { pod: null, ip: '10.96.44.7', basis: 'url' })] }),
    },
    [
      'outage of contacts: bad-answer, 1 of 1, 4 ms',
      "Service/shop/web: http://web.example.com/ of the Service's own address from node worker-1: 502",
      'with Service/shop/web Node/worker-1',
      'keys endpoints-answer-badly:shop/web svc-unanswered:shop/web hangs-up:shop/web',
    ],
  ],
  [
    'it does once of three times',
    { services: [web], pods, contacts: contacts([toPod('web', 'worker-1', first, hungUp(1))]) },
    [],
  ],
  [
    'one failed connect of many is a sign',
    {
      services: [web],
      pods,
      contacts: contacts([toService('web', 'worker-1', tries('open', 'open', 'timeout'))]),
    },
    [
      'sign of contacts: contact-failed, 1 of 3',
      'Service/shop/web: 10.96.44.7:80 from node worker-1: 1 timed out',
      'with Service/shop/web Node/worker-1 Node/worker-2',
      'keys svc-unanswered:shop/web node-down:worker-1 node-down:worker-2',
    ],
  ],
  [
    'one failed connect of one is an outage',
    { services: [web], pods, contacts: contacts([toService('web', 'worker-1', tries('timeout'))]) },
    [
      'outage of contacts: contact-failed, 1 of 1',
      'Service/shop/web: 10.96.44.7:80 from node worker-1: 1 timed out',
      'with Service/shop/web Node/worker-1 Node/worker-2',
      'keys svc-unanswered:shop/web node-down:worker-1 node-down:worker-2',
    ],
  ],
  [
    'two failed connects of many are an outage',
    {
      services: [web],
      pods,
      contacts: contacts([toService('web', 'worker-1', tries('open', 'timeout', 'timeout'))]),
    },
    [
      'outage of contacts: contact-failed, 2 of 3',
      'Service/shop/web: 10.96.44.7:80 from node worker-1: 2 timed out',
      'with Service/shop/web Node/worker-1 Node/worker-2',
      'keys svc-unanswered:shop/web node-down:worker-1 node-down:worker-2',
    ],
  ],
  [
    'a Service that nobody knows of, when pods and policies are not known either',
    { contacts: contacts([toService('web', 'worker-1', repeat(2, 'no-route'))]) },
    [
      'outage of contacts: contact-failed, 2 of 2',
      'Service/shop/web: 10.96.44.7:80 from node worker-1: 2 no route',
      'with Service/shop/web Node/worker-1',
      'keys svc-unanswered:shop/web node-down:worker-1',
    ],
  ],
  [
    'a Service whose Deployment is scaled to zero owes nothing',
    {
      services: [web],
      pods: [],
      workloads: [deployment('web', 0)],
      contacts: contacts([toService('web', 'worker-1', repeat(3, 'refused'))]),
    },
    [],
  ],
  [
    'a pod behind it that serves, and one that is going',
    {
      services: [web],
      pods: [first, { ...second, deleting: true, ready: false }],
      contacts: contacts([
        toPod('web', 'worker-1', first, repeat(2, 'refused')),
        toPod('web', 'worker-1', second, repeat(5, 'refused')),
      ]),
    },
    [
      'outage of contacts: contact-failed, 2 of 2',
      'Service/shop/web: 10.2.1.1:8080 from node worker-1: 2 refused',
      'with Service/shop/web Node/worker-1',
      'keys svc-unanswered:shop/web node-down:worker-1',
    ],
  ],
  [
    'a pod that is known by its address alone',
    {
      services: [web],
      pods: [first],
      contacts: contacts([
        toPod('web', 'worker-1', first, repeat(2, 'refused'), { via: { kind: 'endpoint', pod: null } }),
        toPod('web', 'worker-1', first, repeat(2, 'refused'), {
          via: { kind: 'endpoint', pod: null },
          ip: '10.2.9.9',
        }),
      ]),
    },
    [
      'outage of contacts: contact-failed, 2 of 2',
      'Service/shop/web: 10.2.1.1:8080 from node worker-1: 2 refused',
      'with Service/shop/web Node/worker-1',
      'keys svc-unanswered:shop/web node-down:worker-1',
    ],
  ],
  [
    'while none of its pods serves, or it selects none, each counts',
    {
      services: [web, service('own', { selector: null })],
      pods: [notReady('web-1', 'starting')],
      contacts: contacts([
        toPod('web', 'worker-1', first, repeat(2, 'timeout')),
        toPod('own', 'worker-1', first, repeat(3, 'timeout')),
      ]),
    },
    [
      'outage of contacts: contact-failed, 2 of 2',
      'Service/shop/web: 10.2.1.1:8080 from node worker-1: 2 timed out',
      'with Service/shop/web Node/worker-1',
      'keys svc-unanswered:shop/web node-down:worker-1',
      'outage of contacts: contact-failed, 3 of 3',
      'Service/shop/own: 10.2.1.1:8080 from node worker-1: 3 timed out',
      'with Service/shop/own Node/worker-1',
      'keys svc-unanswered:shop/own node-down:worker-1',
    ],
  ],
  [
    'silence behind a policy on the probe is nothing, a refusal is the own word of the target',
    {
      services: [web],
      pods,
      networkPolicies: [egressPolicy('closed')],
      namespaces: [],
      contacts: contacts([
        toService('web', 'worker-1', repeat(3, 'timeout')),
        toService('web', 'worker-2', repeat(3, 'refused')),
      ]),
    },
    [
      'outage of contacts: contact-failed, 3 of 3',
      'Service/shop/web: 10.96.44.7:80 from node worker-2: 3 refused',
      'with Service/shop/web Node/worker-2 Node/worker-1',
      'keys svc-unanswered:shop/web node-down:worker-2 node-down:worker-1',
    ],
  ],
  [
    'requests through an Ingress: a 500, a 404, a 200',
    {
      contacts: contacts([], [get('/cart', 500, { ms: 31 }), get('/no', 404), get('/', 200)]),
    },
    [
      'outage of contacts: bad-answer, 1 of 1, 31 ms',
      'Ingress/shop/web: web.example.com/cart of controller controller-1 from node worker-1: 500',
      'with Ingress/shop/web Pod/shop/controller-1 Node/worker-1',
      'keys ingress-fails:shop/web ingress-fails:shop/web/*',
    ],
  ],
  [
    'a controller that says nothing to anybody is a sign',
    {
      contacts: {
        ...contacts([], [get('/cart', null, { error: 'ECONNRESET', scheme: 'http' })]),
        strangers: [stranger(200, { status: null, error: 'ECONNRESET' })],
      },
    },
    [
      'sign of contacts: bad-answer, 1 of 1, 12 ms',
      'Ingress/shop/web: web.example.com/cart of controller controller-1 from node worker-1: no answer (ECONNRESET)',
      'with Ingress/shop/web Pod/shop/controller-1 Node/worker-1',
      'keys ingress-fails:shop/web ingress-fails:shop/web/*',
    ],
  ],
  [
    'endpoints asked themselves: two bad answers of three, from two nodes',
    {
      contacts: asked({
        direct: [
          getOf('web', 'web-1', 200),
          getOf('web', 'web-1', 503, { node: 'worker-2', ms: 7 }),
          getOf('web', 'web-1', 500, { ms: 9 }),
          getOf('web', 'web-2', 200),
        ],
      }),
    },
    [
      'outage of contacts: bad-answer, 2 of 3, 7 ms',
      'Service/shop/web: http://web.example.com/ of web-1 from node worker-1, node worker-2: 503',
      'with Service/shop/web Pod/shop/web-1 Node/worker-1 Node/worker-2',
      'keys endpoints-answer-badly:shop/web',
    ],
  ],
  [
    'an endpoint without a name, that another port of the Service says nothing of',
    {
      contacts: asked({
        direct: [
          getOf('web', 'web-1', null, { pod: null, error: 'Parse Error: Expected HTTP/' }),
          getOf('web', 'web-1', 500, { service: { namespace: 'shop', name: 'web', port: 81 } }),
          getOf('api', 'api-1', 500),
        ],
      }),
    },
    [
      'sign of contacts: bad-answer, 1 of 1, 4 ms',
      'Service/shop/web: http://web.example.com/ of 10.2.1.9 from node worker-1: no answer (Parse Error: Expected HTTP/)',
      'with Service/shop/web Node/worker-1',
      'keys endpoints-answer-badly:shop/web',
      'outage of contacts: bad-answer, 1 of 1, 4 ms',
      'Service/shop/web: http://web.example.com/ of web-1 from node worker-1: 500',
      'with Service/shop/web Pod/shop/web-1 Node/worker-1',
      'keys endpoints-answer-badly:shop/web',
      'outage of contacts: bad-answer, 1 of 1, 4 ms',
      'Service/shop/api: http://web.example.com/ of api-1 from node worker-1: 500',
      'with Service/shop/api Pod/shop/api-1 Node/worker-1',
      'keys endpoints-answer-badly:shop/api',
    ],
  ],
  [
    'what stands behind a Service of that name in another namespace says nothing of it',
    {
      contacts: asked({
        direct: [
          getOf('web', 'web-1', null, { error: 'Parse Error: Expected HTTP/' }),
          getOf('web', 'web-1', 500, { service: { namespace: 'other', name: 'web', port: 80 } }),
        ],
      }),
    },
    [
      'sign of contacts: bad-answer, 1 of 1, 4 ms',
      'Service/shop/web: http://web.example.com/ of web-1 from node worker-1: no answer (Parse Error: Expected HTTP/)',
      'with Service/shop/web Pod/shop/web-1 Node/worker-1',
      'keys endpoints-answer-badly:shop/web',
      'outage of contacts: bad-answer, 1 of 1, 4 ms',
      'Service/other/web: http://web.example.com/ of web-1 from node worker-1: 500',
      'with Service/other/web Pod/other/web-1 Node/worker-1',
      'keys endpoints-answer-badly:other/web',
    ],
  ],
  ['NodePorts that are open', { services: [onNodes], contacts: asked({ nodePorts: [atNode(repeat(3, 'open'))] }) }, []],
  [
    'a NodePort that is silent on one node of two',
    {
      services: [onNodes],
      pods,
      contacts: asked({
        nodePorts: [
          atNode(repeat(3, 'timeout')),
          atNode(repeat(2, 'timeout'), { node: 'worker-3' }),
          atNode(repeat(3, 'open'), { at: { node: 'worker-1', ip: '192.168.0.11' } }),
        ],
      }),
    },
    [
      'nuisance of contacts: contact-failed, 5 of 8',
      'Service/shop/web: NodePort 30080 on worker-2 from node worker-1, node worker-3: 5 timed out',
      'with Service/shop/web Node/worker-2',
      'keys node-port-unanswered:shop/web',
    ],
  ],
  [
    'a NodePort that is silent once is a sign',
    { services: [onNodes], contacts: asked({ nodePorts: [atNode(tries('open', 'timeout', 'open'))] }) },
    [
      'sign of contacts: contact-failed, 1 of 3',
      'Service/shop/web: NodePort 30080 on worker-2 from node worker-1: 1 timed out',
      'with Service/shop/web Node/worker-2',
      'keys node-port-unanswered:shop/web',
    ],
  ],
  [
    'a NodePort that refuses once is not',
    { services: [onNodes], contacts: asked({ nodePorts: [atNode(tries('open', 'refused', 'open'))] }) },
    [
      'nuisance of contacts: contact-failed, 1 of 3',
      'Service/shop/web: NodePort 30080 on worker-2 from node worker-1: 1 refused',
      'with Service/shop/web Node/worker-2',
      'keys node-port-unanswered:shop/web',
    ],
  ],
  [
    "silence of a load balancer's NodePort may be meant",
    { services: [balanced], contacts: asked({ nodePorts: [atNode(repeat(3, 'timeout'))] }) },
    [
      'sign of contacts: contact-failed, 3 of 3',
      'Service/shop/web: NodePort 30080 on worker-2 from node worker-1: 3 timed out',
      'with Service/shop/web Node/worker-2',
      'keys node-port-unanswered:shop/web',
    ],
  ],
  [
    'two NodePorts of one Service, and one of a Service in another namespace with the same name',
    {
      services: [balanced, service('web', { namespace: 'other', type: 'NodePort' })],
      contacts: asked({
        nodePorts: [
          atNode(repeat(2, 'refused')),
          atNode(repeat(2, 'refused'), { port: 30_081 }),
          atNode(repeat(2, 'timeout'), { service: { namespace: 'other', name: 'web', port: 80 } }),
        ],
      }),
    },
    [
      'nuisance of contacts: contact-failed, 2 of 2',
      'Service/shop/web: NodePort 30080 on worker-2 from node worker-1: 2 refused',
      'with Service/shop/web Node/worker-2',
      'keys node-port-unanswered:shop/web',
      'nuisance of contacts: contact-failed, 2 of 2',
      'Service/shop/web: NodePort 30081 on worker-2 from node worker-1: 2 refused',
      'with Service/shop/web Node/worker-2',
      'keys node-port-unanswered:shop/web',
      'nuisance of contacts: contact-failed, 2 of 2',
      'Service/other/web: NodePort 30080 on worker-2 from node worker-1: 2 timed out',
      'with Service/other/web Node/worker-2',
      'keys node-port-unanswered:other/web',
    ],
  ],
])('%s', (_it, given, expected) => {
  expect(contactTroubles(modelOf(given)).flatMap(linesOf)).toEqual(expected)
})
