import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { absent, answered, never, type Network, probe, refused } from '../../../test/build/lookups.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { known, unknown } from '../../model/known.ts'
import check from './acl-keeps-out.ts'
import answeredWithErrors from './answered-with-errors.ts'

const on = 'ConfigMap/kube-system/coredns'
const pods = [pod('web-1', { ip: '10.2.5.9', node: 'worker-5' }), pod('cart-1', { ip: '10.2.6.9', node: 'worker-6' })]
const given = (acl: string, network?: Network) => ({
  clusterDns: clusterDns({ corefile: known(`.:53 {\n  acl {\n    ${acl}\n  }\n  kubernetes cluster.local\n}\n`) }),
  pods,
  ...(network === undefined ? {} : { dnsProbe: probe({ network, nodes: ['worker-5', 'worker-6'] }) }),
})
const ranged = ['5', '6', '7'].map((it) => node(`worker-${it}`, { podCidrs: [`10.2.${it}.0/24`] }))
const servers = [node('worker-1', { podCidrs: ['10.2.0.0/24'] }), node('worker-2', { podCidrs: ['10.2.2.0/24'] })]
const from5 =
  (bad: ReturnType<Network>): Network =>
  ({ node }) =>
    node === 'worker-5' ? bad : answered()

describeCheck(check, [
  {
    it: 'one network is dropped',
    given: given('drop net 10.2.5.0/24'),
    expect: [
      {
        subject: on,
        severity: 'error',
        confidence: 'inferred',
        args: { action: 'drop', count: 1, of: 4, nodes: 'worker-5', line: 3 },
      },
    ],
  },
  {
    it: 'and lookups from there fail',
    given: given('drop net 10.2.5.0/24', from5(never())),
    expect: [{ subject: on, confidence: 'observed' }],
  },
  {
    it: 'and some lookups from there fail, as one server of two runs the text',
    given: given('drop net 10.2.5.0/24', ({ node, server }) =>
      node === 'worker-5' && server.ip === '10.2.2.2' ? never() : answered(),
    ),
    expect: [{ subject: on, confidence: 'inferred', says: /some lookups from there fail/ }],
  },
  {
    it: 'and lookups from there are answered',
    given: given('drop net 10.2.5.0/24', from5(answered())),
    expect: [{ subject: on, severity: 'warning' }],
  },
  {
    it: 'only one network is let in',
    given: given('allow net 10.2.5.0/24 10.2.0.0/24 10.2.2.0/24\n    block'),
    expect: [{ subject: on, args: { action: 'block', nodes: 'worker-6' } }],
  },
  {
    it: "no pod is known on that node, and the node's range is within the network",
    given: {
      ...given('filter type A net 10.2.7.0/24'),
      dnsProbe: probe({
        network: ({ node }) => (node === 'worker-7' ? absent : answered()),
        nodes: ['worker-6', 'worker-7'],
      }),
      nodes: [...servers, ...ranged],
    },
    expect: [
      {
        subject: on,
        confidence: 'observed',
        args: { action: 'filter', count: 0, nodes: 'worker-7' },
        says: /to all pods on worker-7/,
      },
    ],
  },
  {
    it: "no pod is known on that node, and the pods that are have addresses of no node's range",
    given: { ...given('filter net 10.2.7.0/24'), nodes: ranged.map((it) => ({ ...it, podCidrs: ['10.9.0.0/24'] })) },
    expect: 'ok',
  },
  {
    it: 'one address alone, and A alone',
    given: given('filter type A net 10.2.5.9'),
    expect: [{ subject: on, args: { action: 'filter', count: 1 } }],
  },
  {
    it: 'a filter gives empty answers, and these are seen: it is no other text that runs',
    given: given('filter type A net 10.2.5.0/24', from5(absent)),
    expect: [{ subject: on, severity: 'error', confidence: 'observed', args: { action: 'filter' } }],
  },
  {
    it: 'for a zone below the domain of the cluster',
    given: {
      pods,
      clusterDns: clusterDns({
        corefile: known(
          '.:53 {\n  acl svc.cluster.local {\n    block net 10.2.5.0/24\n  }\n  kubernetes cluster.local\n}\n',
        ),
      }),
    },
    expect: [{ subject: on, args: { action: 'block', nodes: 'worker-5' } }],
  },
  { it: 'another type', given: given('filter type AAAA ANY net 10.2.5.0/24'), expect: 'ok' },
  { it: 'networks of nobody here', given: given('block net 192.0.2.0/24'), expect: 'ok' },
  { it: 'let in first', given: given('allow net 10.2.0.0/16\n    drop net *'), expect: 'ok' },
  { it: 'nobody is denied', given: given('allow net *'), expect: 'not-applicable' },
  {
    it: 'for another zone',
    given: {
      pods,
      clusterDns: clusterDns({
        corefile: known('.:53 {\n  acl corp.example {\n    block\n  }\n  kubernetes cluster.local\n}\n'),
      }),
    },
    expect: 'not-applicable',
  },
  {
    it: 'the Corefile forbidden',
    given: { pods, clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmap coredns') }) },
    expect: 'cannot-tell',
  },
])

test('as CoreDNS decides: the first rule that fits, and each pod that it keeps out is counted', () =>
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('allow', 'block', 'filter', 'drop'), fc.integer({ min: 0, max: 7 })), {
        minLength: 1,
        maxLength: 6,
      }),
      (rules) => {
        const all = Array.from({ length: 8 }, (_, at) => pod(`p${at}-1`, { ip: `10.2.${at}.200`, node: `n${at}` }))
        const acl = rules.map(([action, at]) => `${action} net 10.2.${at}.0/24`).join('\n    ')
        const sources = { ...given(acl), pods: all }
        const dns = { ...sources.clusterDns, pods: [] }
        const { results } = diagnose(modelOf({ ...sources, clusterDns: dns }), { checks: [check] })
        const out = all.filter((_, at) => (rules.find(([, net]) => net === at)?.[0] ?? 'allow') !== 'allow')
        const told = results.flatMap((it) => it.findings.map((one) => Number(one.args.count)))
        expect(told.reduce((sum, it) => sum + it, 0)).toBe(out.length)
      },
    ),
  ))

test('is the cause of the refusals that were seen, and of what goes with them', () => {
  const roots = diagnose(modelOf(given('allow net 10.2.6.0/24 10.2.0.0/24 10.2.2.0/24\n    block', from5(refused()))), {
    checks: [check, answeredWithErrors],
  }).roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)].join(' '))
  expect(roots).toEqual(['DNS179 DNS160'])
})
