import { describe, expect, test } from 'vitest'
import { contacts, repeat, toPod, toService, tries } from '../../../test/build/contacts.ts'
import { conntrackOf, probe } from '../../../test/build/lookups.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { node } from '../../../test/build/node.ts'
import { networks } from '../../../test/build/node-network.ts'
import { completed, deployment, notReady, pod } from '../../../test/build/pod.ts'
import { ingressPolicy } from '../../../test/build/policy.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { model } from '../../model/build.ts'
import type { Contact } from '../../model/contacts.ts'
import { known, unknown } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import nodeNotReady from '../node/not-ready.ts'
import targetPortClosed from './target-port-closed.ts'
import check from './unanswered.ts'

const services = [service('cart')]
const lateOn = (node: string) => ({ ...probe({ nodes: [node] }), lag: [{ node, p99Ms: 3000 }] })
const [one, two] = [pod('cart-1', { ip: '10.2.1.1' }), pod('cart-2', { ip: '10.2.2.1', node: 'worker-2' })]
const pods = [one, two]
const networkPolicies: never[] = []
/** Both nodes to the Service and to both pods: what each of the six ways gave. */
const ways = (
  about: Partial<Record<'s1' | 's2' | '11' | '12' | '21' | '22', Contact['tries']>>,
): ReturnType<typeof contacts> =>
  contacts([
    toService('cart', 'worker-1', about.s1 ?? repeat(5, 'open')),
    toService('cart', 'worker-2', about.s2 ?? repeat(5, 'open')),
    toPod('cart', 'worker-1', one, about['11'] ?? repeat(5, 'open')),
    toPod('cart', 'worker-1', two, about['12'] ?? repeat(5, 'open')),
    toPod('cart', 'worker-2', one, about['21'] ?? repeat(5, 'open')),
    toPod('cart', 'worker-2', two, about['22'] ?? repeat(5, 'open')),
  ])
const [lost, shut] = [repeat(5, 'timeout'), repeat(5, 'refused')]
const because = (fingerprint: string, at?: string) => [
  {
    subject: 'Service/shop/cart',
    confidence: 'observed' as const,
    args: { fingerprint, ...(at === undefined ? {} : { at: at.split(', ') }) },
  },
]
const given = { services, pods, networkPolicies }

/** Connects of one source, all over its ports, of which those from this one on are lost. */
const byPort = (lost: number): Contact['tries'] =>
  [33_000, 38_000, 44_000, 50_000, 58_000].map((sourcePort) =>
    sourcePort < lost ? { result: 'open', ms: 1, sourcePort } : { result: 'timeout', ms: 3000, sourcePort },
  )

describeCheck(check, [
  {
    it: 'source ports part what fails from what opens',
    given: {
      services: [service('cart')],
      pods: [pod('cart-1')],
      contacts: contacts([
        toService('cart', 'worker-1', byPort(45_000)),
        toPod('cart', 'worker-2', pod('cart-1'), byPort(45_000)),
        toPod('cart', 'worker-3', pod('cart-1'), byPort(65_000)),
      ]),
      networkPolicies: [],
    },
    expect: [
      { subject: 'Service/shop/cart', args: { partedAt: 50_000, partedSide: 'from', partedFailed: 4, partedOpen: 6 } },
    ],
  },
  {
    it: 'silence of a probe that got the CPU late',
    given: {
      contacts: ways({ s1: repeat(5, 'timeout'), 11: repeat(5, 'timeout'), 12: repeat(5, 'timeout') }),
      services,
      pods,
      networkPolicies,
      dnsProbe: lateOn('worker-1'),
    },
    expect: 'cannot-tell',
    says: /CPU 1000 ms late/,
  },
  {
    it: 'silence of pods beside a probe that got the CPU late',
    given: { ...given, contacts: ways({ s1: lost, 12: lost, 22: lost }), dnsProbe: lateOn('worker-2') },
    expect: 'cannot-tell',
    says: /CPU 1000 ms late/,
  },
  {
    it: 'silence of pods on a node that was awake',
    given: { ...given, contacts: ways({ 11: lost, 21: repeat(5, 'open') }), dnsProbe: lateOn('worker-2') },
    expect: because('some-endpoints'),
  },
  {
    it: 'every probe was late',
    given: {
      contacts: contacts([toService('cart', 'worker-1', repeat(5, 'timeout'))]),
      services,
      pods,
      networkPolicies,
      dnsProbe: lateOn('worker-1'),
    },
    expect: 'cannot-tell',
    says: /silence says nothing/,
  },
  {
    it: 'a refusal is no doing of a late probe',
    given: {
      contacts: ways({ s1: repeat(5, 'refused') }),
      services,
      pods,
      networkPolicies,
      dnsProbe: lateOn('worker-1'),
    },
    expect: [{ subject: 'Service/shop/cart' }],
  },
  { it: 'all is well', given: { ...given, contacts: ways({}) }, expect: 'ok' },
  {
    it: 'slow is not failing',
    given: { ...given, contacts: contacts([toService('cart', 'worker-1', [{ result: 'open', ms: 2900 }])]) },
    expect: 'ok',
  },
  {
    it: 'the address refuses on one node, pods answer',
    given: { ...given, contacts: ways({ s2: shut }) },
    expect: because('service-address-only', 'worker-2'),
  },
  {
    it: 'nobody listens',
    given: { ...given, contacts: ways({ s1: shut, s2: shut, 11: shut, 12: shut, 21: shut, 22: shut }) },
    expect: because('closed'),
  },
  {
    it: 'everything is dropped',
    given: { ...given, contacts: ways({ s1: lost, s2: lost, 11: lost, 12: lost, 21: lost, 22: lost }) },
    expect: because('dropped'),
  },
  {
    it: 'a firewall rejects',
    given: { ...given, contacts: contacts([toPod('cart', 'worker-1', one, repeat(5, 'no-route'))]) },
    expect: because('rejected'),
  },
  {
    it: 'one node reaches nothing',
    given: { ...given, contacts: ways({ s2: lost, 21: lost, 22: lost }) },
    expect: because('from-some-nodes', 'worker-2'),
  },
  {
    it: 'only across nodes',
    given: { ...given, contacts: ways({ 12: lost, 21: lost }) },
    expect: because('across-nodes'),
  },
  {
    it: 'only on the same node',
    given: { ...given, contacts: ways({ 11: lost, 22: lost }) },
    expect: because('same-node'),
  },
  {
    it: 'one pod of two',
    given: { ...given, contacts: ways({ s1: tries('open', 'timeout', 'open', 'timeout'), 12: lost, 22: lost }) },
    expect: because('some-endpoints', 'cart-2'),
  },
  {
    it: 'now and then, and to one pod alone',
    given: { ...given, contacts: ways({ 12: tries('open', 'timeout', 'open'), 22: tries('timeout', 'open', 'open') }) },
    expect: because('lossy-endpoint', 'cart-2'),
  },
  {
    it: 'every way now and then',
    given: { ...given, contacts: ways({ 11: tries('open', 'timeout', 'open'), 22: tries('timeout', 'open', 'open') }) },
    expect: because('now-and-then'),
  },
  {
    it: 'now and then, and the counters of the nodes were read',
    given: {
      ...given,
      contacts: ways({ 11: tries('open', 'timeout', 'open'), 22: tries('timeout', 'open', 'open') }),
      conntrack: [conntrackOf('worker-1'), conntrackOf('worker-2')],
    },
    expect: [{ subject: 'Service/shop/cart', args: { drop: 0, insertFailed: 0, readOn: ['worker-1', 'worker-2'] } }],
  },
  {
    it: 'each way fails, one at the address alone: nothing in common',
    given: { ...given, contacts: ways({ s1: tries('open', 'timeout', 'timeout'), s2: lost, 21: lost, 22: lost }) },
    expect: because('scattered'),
  },
  {
    it: 'none comes through, in more than one way',
    given: {
      ...given,
      contacts: ways({ 11: lost, 12: repeat(5, 'no-route'), 21: lost, 22: shut, s1: lost, s2: lost }),
    },
    expect: because('none-answers'),
  },
  {
    it: 'silence at the address now and then, and each pod answers',
    given: { ...given, contacts: ways({ s1: tries('open', 'timeout', 'open', 'timeout') }) },
    expect: because('address-lossy'),
  },
  {
    it: 'only the address was tried, and refuses',
    given: { ...given, contacts: contacts([toService('cart', 'worker-1', shut)]) },
    expect: because('address-refused'),
  },
  {
    it: 'only the address was tried, and times out',
    given: { ...given, contacts: contacts([toService('cart', 'worker-1', lost)]) },
    expect: because('address-dropped'),
  },
  {
    it: 'Local, and no pod on the node',
    given: {
      ...given,
      services: [service('cart', { internalTrafficPolicy: 'Local' })],
      pods: [one],
      contacts: contacts([toService('cart', 'worker-2', lost), toPod('cart', 'worker-2', one, repeat(5, 'open'))]),
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning', args: { fingerprint: 'no-local-endpoint' } }],
  },
  {
    it: 'no pods behind it at all',
    given: { ...given, pods: [], workloads: [], contacts: contacts([toService('cart', 'worker-1', shut)]) },
    expect: because('address-refused'),
  },
  {
    it: 'a Service whose endpoints are written by hand',
    given: {
      ...given,
      services: [service('cart', { selector: null })],
      pods: [],
      contacts: contacts([toPod('cart', 'worker-1', one, lost, { via: { kind: 'endpoint', pod: null } })]),
    },
    expect: because('dropped'),
  },
  {
    it: 'one refusal in many is somebody’s answer, and every pod that was asked is well',
    given: { ...given, contacts: ways({ s1: tries('open', 'refused', 'open', 'open') }) },
    expect: because('address-at-times'),
  },
  ...(['refused', 'timeout'] as const).map((bad) => ({
    it: `a pod that is not ready and published is a bad endpoint: ${bad}`,
    given: {
      ...given,
      services: [service('cart', { publishNotReadyAddresses: true })],
      pods: [...pods, pod('cart-3', { ip: '10.2.1.3', ready: false })],
      contacts: ways({ s1: tries('open', bad, 'open', bad), s2: tries(bad, 'open', bad, 'open') }),
    },
    expect: because('unready-published'),
  })),
  ...[
    { publishNotReadyAddresses: false, ip: '10.2.1.3' },
    { publishNotReadyAddresses: true, ip: null },
  ].map(({ publishNotReadyAddresses, ip }) => ({
    it: `a pod that is not ready and no endpoint: ${ip === null ? 'it has no address' : 'not published'}`,
    given: {
      ...given,
      services: [service('cart', { publishNotReadyAddresses })],
      pods: [...pods, pod('cart-3', { ip, ready: false })],
      contacts: ways({ s1: tries('open', 'refused', 'open', 'refused') }),
    },
    expect: because('address-at-times'),
  })),
  {
    it: 'one refusal while a pod comes or goes passes',
    given: {
      ...given,
      pods: pods.map((it, index) => (index === 0 ? { ...it, ready: false } : it)),
      contacts: ways({ s1: tries('open', 'refused', 'open', 'open') }),
    },
    expect: 'cannot-tell',
  },
  {
    it: 'one failure in many is no pattern',
    given: { ...given, contacts: ways({ 11: tries('open', 'timeout', 'open', 'open') }) },
    expect: 'cannot-tell',
  },
  {
    it: 'a single try that failed is all there is',
    given: { ...given, contacts: contacts([toService('cart', 'worker-1', tries('timeout'))]) },
    expect: because('address-dropped'),
  },
  {
    it: 'a policy denies the probe',
    given: {
      ...given,
      networkPolicies: [ingressPolicy('deny')],
      contacts: ways({ s1: lost, s2: lost, 11: lost, 12: lost, 21: lost, 22: lost }),
    },
    expect: 'cannot-tell',
  },
  {
    it: 'a policy denies on paper, and everything answers',
    given: { ...given, networkPolicies: [ingressPolicy('deny')], contacts: ways({}) },
    expect: 'ok',
  },
  {
    it: 'policies unreadable, timeouts',
    given: model({
      services: known(services),
      pods: known(pods),
      contacts: known(ways({ s1: lost, 11: lost })),
      networkPolicies: unknown('forbidden', 'list networkpolicies'),
    }),
    expect: 'cannot-tell',
  },
  {
    it: 'policies unreadable, refusals',
    given: model({
      services: known(services),
      pods: known(pods),
      contacts: known(ways({ s1: shut })),
      networkPolicies: unknown('forbidden', 'list networkpolicies'),
    }),
    expect: because('service-address-only'),
  },
  {
    it: 'the probe ran where policies could not be read',
    given: modelOf(
      { ...given, contacts: ways({ s1: lost, 11: lost }) },
      { networkPolicies: unknown('forbidden', 'x') },
    ),
    expect: 'cannot-tell',
  },
  {
    it: 'pods that are leaving, unready or done need not answer',
    given: {
      ...given,
      pods: [
        one,
        pod('cart-3', { deleting: true, ip: '10.2.9.3' }),
        notReady('cart-4', 'x', { ip: '10.2.9.4' }),
        completed('cart-job'),
      ],
      contacts: contacts([
        toService('cart', 'worker-1', repeat(5, 'open')),
        toPod('cart', 'worker-1', pod('cart-3', { ip: '10.2.9.3' }), shut),
        toPod('cart', 'worker-1', pod('cart-4', { ip: '10.2.9.4' }), shut),
      ]),
    },
    expect: 'ok',
  },
  {
    it: 'scaled to 0',
    given: {
      ...given,
      pods: [],
      workloads: [deployment('cart', 0)],
      contacts: contacts([toService('cart', 'worker-1', shut)]),
    },
    expect: 'not-applicable',
  },
  {
    it: 'a Service that the probe left out',
    given: { ...given, services: [...services, service('db')], pods: [...pods, pod('db-1')], contacts: ways({}) },
    expect: 'cannot-tell',
  },
  {
    it: 'a Service that is not behind the Ingress that was asked about was rightly not connected to',
    given: {
      contacts: ways({}),
      services: [service('cart'), service('api')],
      pods: [...pods, pod('api-1')],
      networkPolicies,
      ingresses: [ingress([['/', 'cart', 80]])],
    },
    scope: { target: { kind: 'object', object: subject('Ingress', 'shop', 'web'), url: null } },
    expect: 'ok',
  },
  {
    it: 'one that is behind it was not, and that is told',
    given: {
      contacts: contacts([]),
      services: [service('cart')],
      pods,
      networkPolicies,
      ingresses: [ingress([['/', 'cart', 80]])],
    },
    scope: { target: { kind: 'object', object: subject('Ingress', 'shop', 'web'), url: null } },
    expect: 'cannot-tell',
    says: /did not connect to 1 Service: shop\/cart/,
  },
  {
    it: 'the same, when the user asked about another',
    given: { ...given, services: [...services, service('db')], pods: [...pods, pod('db-1')], contacts: ways({}) },
    scope: { target: { kind: 'object', object: subject('Service', 'shop', 'cart'), url: null } },
    expect: 'ok',
  },
  { it: 'no probe', given, expect: 'cannot-tell' },
])

test('a closed target port takes it under itself', () => {
  const all = model({
    services: known(services),
    pods: known([one]),
    networkPolicies: known([]),
    contacts: known(contacts([toService('cart', 'worker-1', shut), toPod('cart', 'worker-1', one, shut)])),
  })
  const { roots } = diagnose(all, { checks: [targetPortClosed, check] })
  expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([
    ['SVC202', 'SVC207'],
  ])
})

test('a node that is down takes it under itself when all that fails is there', () => {
  const all = model({
    services: known(services),
    pods: known([one]),
    networkPolicies: known([]),
    nodes: known([node('worker-1', { ready: 'Unknown' }), node('worker-2')]),
    contacts: known(contacts([toService('cart', 'worker-2', lost), toPod('cart', 'worker-2', one, lost)])),
  })
  const { roots } = diagnose(all, { checks: [nodeNotReady, check] })
  expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([
    ['NOD501', 'SVC207'],
  ])
})

test('Services that the same nodes alone do not reach are one fault, told of the plainest', () => {
  const names = ['web-public', 'web', 'api'] as const
  const all = names.map((name) =>
    service(
      name,
      name === 'web-public' ? { type: 'NodePort', selector: { app: 'cart' } } : { selector: { app: 'cart' } },
    ),
  )
  const asked = (at: (name: string, node: string) => Contact['tries']) =>
    contacts(
      names.flatMap((name) => [
        ...['worker-1', 'worker-2'].map((node) => toService(name, node, at(name, node))),
        ...['worker-1', 'worker-2'].map((node) => toPod(name, node, one, repeat(5, 'open'))),
      ]),
    )
  const told = (its: ReturnType<typeof asked>) =>
    diagnose(model({ contacts: known(its), services: known(all), pods: known(pods), networkPolicies: known([]) }), {
      checks: [check],
    }).roots.map((it) => it.finding)
  const together = told(asked((name, node) => (name !== 'api' && node === 'worker-2' ? lost : repeat(5, 'open'))))
  expect(together).toMatchObject([
    {
      subject: { name: 'web' },
      also: [{ name: 'web-public' }],
      args: { failed: 10, of: 20, others: ['shop/web-public'] },
    },
  ])
  expect(together.map(check.words.headline)).toEqual([
    '2 Services do not answer worker-2: shop/web and shop/web-public; 10 of 20 connections failed.',
  ])
  const apart = told(
    asked((name, node) => (node === (name === 'api' ? 'worker-1' : 'worker-2') ? lost : repeat(5, 'open'))),
  )
  expect(apart).toHaveLength(3)
})

describe('what this run has read is not offered as if it had not', () => {
  const cart = service('cart', { clusterIP: '10.96.44.7' })
  const fails = ways({ s2: lost })
  const told = (more: Parameters<typeof modelOf>[0]) =>
    diagnose(modelOf({ ...given, services: [cart], contacts: fails, ...more }), { checks: [check] }).results.flatMap(
      (it) => it.findings.map((one) => [check.words.note(one) ?? '', ...check.words.help(one)].join('\n')),
    )
  test('nothing was read: rules and the run that reads them are offered', () => {
    expect(told({})[0]).toMatch(/on worker-2: {2}iptables-save[^]*hopscope diagnose svc\/cart .*--conntrack-from/)
  })
  test.each([
    [['10.2.1.1:8080', '10.2.2.1:8080'], 'lead it to 2 endpoints'],
    [[], 'lead it nowhere'],
  ])('the rules of the node were read: %s', (endpoints, says) => {
    const rule = { ip: '10.96.44.7', port: fails.connects[0]?.service.port ?? 0, protocol: 'TCP', endpoints } as const
    const [text = ''] = told({ nodeNetworks: networks({ 'worker-2': { serviceRules: [rule] } }) })
    expect(text).toContain(`kube-proxy's rules on worker-2 were read, and ${says}`)
    expect(text).not.toMatch(/iptables-save|conntrack-from/)
  })
  test('the counters of each node that fails were read', () => {
    const its = ways({ 11: tries('open', 'timeout', 'open'), 22: tries('timeout', 'open', 'open') })
    const read = (nodes: readonly string[]) => told({ contacts: its, conntrack: nodes.map((it) => conntrackOf(it)) })[0]
    expect(read(['worker-1', 'worker-2'])).toMatch(/drop \+0, insert_failed \+0, its table 0\.9 % full/)
    expect(read(['worker-1', 'worker-2'])).not.toContain('conntrack -S')
    expect(read(['worker-1'])).toMatch(/look at the counters of the node[^]*conntrack -S/)
  })
})
