import { expect, test } from 'vitest'
import { toPod, repeat } from '../../../test/build/contacts.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { cutBetween, cutEverywhere, cutOff, mesh } from '../../../test/build/mesh.ts'
import { ingressPolicy } from '../../../test/build/policy.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import unanswered from '../service/unanswered.ts'
import check from './ways-closed.ts'

const nodes = ['worker-1', 'worker-2', 'worker-3']

describeCheck(check, [
  {
    it: 'two nodes do not reach each other',
    given: mesh(nodes, cutBetween('worker-1', 'worker-3')),
    expect: [
      {
        subject: 'Node/worker-1',
        confidence: 'observed',
        severity: 'error',
        args: { at: 'pair', nodes: ['worker-1', 'worker-3'], ways: 2, tried: 20, open: 4 },
        says: /Pods on worker-1 and worker-3 do not reach each other/,
      },
    ],
  },
  {
    it: 'one direction between two nodes',
    given: mesh(nodes, (from, to) => from !== 'worker-1' || to !== 'worker-3'),
    expect: [
      {
        subject: 'Node/worker-1',
        args: { at: 'pair', ways: 1, oneWay: true, othersReach: true },
        says: /Pods on worker-1 do not reach pods on worker-3, which reach them; other nodes reach both/,
      },
    ],
  },
  {
    it: 'of the others one way fails at times: nothing is said of them',
    given: (() => {
      const its = mesh(nodes, cutBetween('worker-1', 'worker-3'))
      const connects = its.contacts.connects.map((it) =>
        it.node === 'worker-2' && it.ip === '10.2.3.9' && it.port === 8080
          ? { ...it, tries: [...repeat(4, 'open'), ...repeat(1, 'timeout')] }
          : it,
      )
      return { ...its, contacts: { ...its.contacts, connects } }
    })(),
    expect: [{ subject: 'Node/worker-1', args: { othersReach: false }, says: /do not reach each other\.\n/ }],
  },
  {
    it: 'one node is cut off',
    given: mesh(nodes, cutOff('worker-2')),
    expect: [{ subject: 'Node/worker-2', args: { at: 'node', ways: 4, open: 2 } }],
  },
  {
    it: 'nothing crosses: no node is to blame',
    given: mesh(nodes, cutEverywhere),
    expect: [{ subject: 'Service/kube-system/kube-dns', args: { at: 'all', ways: 6, open: 0 } }],
  },
  {
    it: 'nothing crosses, and DNS was not read',
    given: { ...mesh(nodes, cutEverywhere), clusterDns: clusterDns({ pods: [], service: null }) },
    expect: [{ subject: 'Node/worker-1', args: { at: 'all' } }],
  },
  { it: 'everything crosses', given: mesh(nodes, () => true), expect: 'ok' },
  { it: 'on one port alone', given: mesh(nodes, cutOff('worker-2'), [8080]), expect: 'ok' },
  {
    it: 'a policy keeps the probe out: silence says nothing of the way',
    given: {
      ...mesh(nodes, cutEverywhere),
      networkPolicies: [ingressPolicy('nobody')],
    },
    expect: 'not-applicable',
  },
  { it: 'one node', given: mesh(['worker-1'], () => true), expect: 'not-applicable' },
  {
    it: 'too little was sent',
    given: (() => {
      const its = mesh(['a', 'b'], cutEverywhere)
      const [first] = its.pods
      const connects = first === undefined ? [] : [toPod('cart', 'b', first, repeat(2, 'timeout'))]
      return { ...its, contacts: { ...its.contacts, connects } }
    })(),
    expect: 'cannot-tell',
    says: /too little was sent on 1 way/,
  },
  {
    it: 'everything crosses, as far as it was read',
    given: modelOf(
      mesh(nodes, () => true),
      { clusterDns: unknown('forbidden', 'list pods in kube-system') },
    ),
    expect: 'cannot-tell',
  },
  {
    it: 'no probe',
    given: modelOf({}, { dnsProbe: unknown('not-asked', '--probe') }),
    expect: 'cannot-tell',
  },
])

const roots = (connects: ReturnType<typeof mesh>['contacts']['connects']) => {
  const its = mesh(nodes, cutOff('worker-2'))
  const model = modelOf({
    ...its,
    services: [service('cart'), service('web')],
    contacts: { ...its.contacts, connects: [...its.contacts.connects, ...connects] },
  })
  return diagnose(model, { checks: [check, unanswered] }).roots.map((it) => it.finding.code)
}

test('a Service whose connects fail on closed ways alone is folded under them', () => {
  expect(roots([])).toEqual(['NOD510'])
})

test('one that fails within a node as well has a cause of its own', () => {
  const [own] = mesh(nodes, () => true).pods
  const lost = own === undefined ? [] : [toPod('cart', 'worker-1', own, repeat(5, 'timeout'), { port: 8888 })]
  expect(roots(lost)).toEqual(expect.arrayContaining(['NOD510', 'SVC207']))
})
