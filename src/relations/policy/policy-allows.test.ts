import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../model/known.ts'
import type { NetworkPolicy, PolicyPeer, PolicyPort } from '../../model/network-policy.ts'
import {
  egressPolicy,
  ingressPolicy,
  labels,
  namespace,
  namespaceNamed,
  onPort,
  peer,
  rule,
} from '../../../test/build/policy.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { contains } from '../cidr-index.ts'
import { type End, type Flow, podEnd, type PodLike, policyRules } from './policy-allows.ts'

const web = podEnd(pod('web-1', { ip: '10.2.1.1' }))
const cart = podEnd(pod('cart-1', { ip: '10.2.2.1', node: 'worker-2' }))
const namespaces = known([namespace('shop', { team: 'retail' }), namespace('ops', { team: 'ops' })])
const flow = (about: Partial<Flow> = {}): Flow => ({ from: web, to: cart, port: 8080, protocol: 'TCP', ...about })
const decide = (policies: readonly NetworkPolicy[], about: Partial<Flow> = {}): string =>
  policyRules(policies, namespaces)(flow(about)).kind

describe('isolation, by direction', () => {
  test('nothing is denied without a policy', () => expect(decide([])).toBe('allowed'))
  test('ingress of the target', () =>
    expect(policyRules([ingressPolicy('deny')], namespaces)(flow())).toMatchObject({
      kind: 'denied',
      direction: 'Ingress',
    }))
  test('egress of the source', () =>
    expect(policyRules([egressPolicy('deny')], namespaces)(flow())).toMatchObject({
      kind: 'denied',
      direction: 'Egress',
    }))
  test('a policy elsewhere does not matter', () =>
    expect(decide([ingressPolicy('deny', [], { namespace: 'ops' })])).toBe('allowed'))
  test('a policy for other pods does not matter', () =>
    expect(decide([ingressPolicy('deny', [], { podSelector: labels({ app: 'db' }) })])).toBe('allowed'))
  test('egress rules do not count without the type', () =>
    expect(decide([egressPolicy('odd', [], { types: ['Ingress'], ingress: [rule()] })])).toBe('allowed'))
  test('both directions have to allow', () =>
    expect(decide([egressPolicy('out', [rule()]), ingressPolicy('in')])).toBe('denied'))
  test('rules of several policies add up', () =>
    expect(
      decide([ingressPolicy('deny'), ingressPolicy('web', [rule([peer({ podSelector: labels({ app: 'web' }) })])])]),
    ).toBe('allowed'))
})

const from = (peers: readonly PolicyPeer[]) => [ingressPolicy('p', [rule(peers)])]

describe('peers', () => {
  test("a podSelector alone means the policy's own namespace", () => {
    expect(decide(from([peer({ podSelector: labels({ app: 'web' }) })]))).toBe('allowed')
    expect(decide(from([peer({ podSelector: labels({ app: 'web' }) })]), { from: { ...web, namespace: 'ops' } })).toBe(
      'denied',
    )
  })
  test('a namespaceSelector alone means all of its pods', () =>
    expect(decide(from([namespaceNamed('ops')]), { from: { ...web, namespace: 'ops' } })).toBe('allowed'))
  test('both in one item mean both', () => {
    const both = from([peer({ podSelector: labels({ app: 'job' }), namespaceSelector: labels({ team: 'retail' }) })])
    expect(decide(both)).toBe('denied')
  })
  test('both in two items mean either (the dash)', () => {
    const either = from([
      peer({ podSelector: labels({ app: 'job' }) }),
      peer({ namespaceSelector: labels({ team: 'retail' }) }),
    ])
    expect(decide(either)).toBe('allowed')
  })
  test('namespace labels that could not be read leave it open', () => {
    const decided = policyRules(
      from([peer({ namespaceSelector: labels({ team: 'retail' }) })]),
      unknown('forbidden', 'list namespaces'),
    )(flow())
    expect(decided).toMatchObject({ kind: 'unknown', why: 'the labels of namespace shop could not be read' })
  })
  test('an address outside is taken by blocks only', () => {
    const outside: End = { kind: 'address', ip: '203.0.113.7' }
    expect(decide(from([peer({ ipBlock: { cidr: '203.0.113.0/24', except: [] } })]), { from: outside })).toBe('allowed')
    expect(
      decide(from([peer({ ipBlock: { cidr: '203.0.113.0/24', except: ['203.0.113.0/29'] } })]), { from: outside }),
    ).toBe('denied')
    expect(decide(from([peer({ podSelector: labels() })]), { from: outside })).toBe('denied')
  })
  test('a block that covers a pod promises nothing', () => {
    expect(decide(from([peer({ ipBlock: { cidr: '10.0.0.0/8', except: [] } })]))).toBe('unknown')
    expect(decide(from([peer({ ipBlock: { cidr: '192.168.0.0/16', except: [] } })]))).toBe('denied')
  })
  test('IPv6 blocks', () => {
    expect(contains('2001:db8::/32', '2001:db8::1')).toBe(true)
    expect(contains('2001:db8::/32', '10.0.0.1')).toBe(false)
    expect(contains('10.0.0.0/8', '::ffff:10.1.2.3')).toBe(true)
    expect(contains('nonsense', '10.0.0.1')).toBe(false)
  })
})

const onto = (...ports: PolicyPort[]) => [ingressPolicy('p', [rule([], ports)])]

describe('ports', () => {
  test.each([
    ['the number', onPort(8080), 'allowed'],
    ['another number', onPort(80), 'denied'],
    ['another protocol', onPort(8080, 'UDP'), 'denied'],
    ['every port of the protocol', onPort(null), 'allowed'],
    ['a range', onPort(8000, 'TCP', 8100), 'allowed'],
    ['a range below', onPort(8000, 'TCP', 8079), 'denied'],
    ['a name that the target declares', onPort('http'), 'allowed'],
    ['a name that it does not', onPort('grpc'), 'denied'],
  ] as const)('%s', (_, port, expected) => expect(decide(onto(port))).toBe(expected))
  test('a name means the number in the pod connected to', () => {
    const renamed = podEnd(
      pod('cart-2', { containers: [container({ ports: [{ name: 'http', port: 9090, protocol: 'TCP' }] })] }),
    )
    expect(decide(onto(onPort('http')), { to: renamed })).toBe('denied')
    expect(decide(onto(onPort('http')), { to: renamed, port: 9090 })).toBe('allowed')
  })
})

describe('what the API leaves open', () => {
  const deny = [ingressPolicy('deny'), egressPolicy('deny-out')]
  test('a pod to itself', () => expect(decide(deny, { to: web })).toBe('unknown'))
  test('a target on the host network', () =>
    expect(decide([ingressPolicy('deny')], { to: { ...cart, hostNetwork: true } })).toBe('unknown'))
  test('a source on the host network that only a selector would match', () => {
    expect(
      decide([ingressPolicy('web', [rule([peer({ podSelector: labels() })])])], {
        from: { ...web, hostNetwork: true },
      }),
    ).toBe('unknown')
  })
  test("the target's own node is always let in", () =>
    expect(decide([ingressPolicy('deny')], { from: { ...web, hostNetwork: true, node: 'worker-2' } })).toBe('allowed'))
})

const label = fc.constantFrom('a', 'b')
const somePod: fc.Arbitrary<PodLike> = fc
  .record({ namespace: fc.constantFrom('shop', 'ops'), app: label, name: fc.constantFrom('p1', 'p2', 'p3') })
  .map((it) => ({ ...cart, namespace: it.namespace, name: it.name, labels: { app: it.app } }))
const someRule = fc.record({
  peers: fc.array(
    fc.record({
      podSelector: fc.option(label.map((app) => labels({ app }))),
      namespaceSelector: fc.option(
        fc.constantFrom(labels(), labels({ team: 'ops' }), labels({ 'kubernetes.io/metadata.name': 'shop' })),
      ),
      ipBlock: fc.constant(null),
    }),
    { maxLength: 2 },
  ),
  ports: fc.array(
    fc.constantFrom(
      onPort(8080),
      onPort(80),
      onPort(null),
      onPort('http'),
      onPort(8080, 'UDP'),
      onPort(80, 'TCP', 9000),
    ),
    { maxLength: 2 },
  ),
})
const somePolicy: fc.Arbitrary<NetworkPolicy> = fc.record({
  namespace: fc.constantFrom('shop', 'ops'),
  name: fc.string({ minLength: 1, maxLength: 3 }),
  podSelector: fc.constantFrom(labels(), labels({ app: 'a' }), labels({ app: 'b' })),
  types: fc.subarray(['Ingress' as const, 'Egress' as const], { minLength: 1 }),
  ingress: fc.array(someRule, { maxLength: 2 }),
  egress: fc.array(someRule, { maxLength: 2 }),
})

const fits = (selector: { matchLabels: Readonly<Record<string, string>> }, its: Readonly<Record<string, string>>) =>
  Object.entries(selector.matchLabels).every(([k, v]) => its[k] === v)

/** The API's words once more, as plainly as they can be put: for pods whose labels are all known. */
function oracle(policies: readonly NetworkPolicy[], from: PodLike, to: PodLike): boolean {
  const teams: Record<string, Record<string, string>> = Object.fromEntries(
    namespaces.known ? namespaces.value.map((it) => [it.name, it.labels]) : [],
  )
  const half = (own: PodLike, other: PodLike, type: 'Ingress' | 'Egress'): boolean => {
    const mine = policies.filter(
      (it) => it.namespace === own.namespace && it.types.includes(type) && fits(it.podSelector, own.labels),
    )
    if (mine.length === 0) return true
    for (const policy of mine) {
      for (const one of type === 'Ingress' ? policy.ingress : policy.egress) {
        const peerOk =
          one.peers.length === 0 ||
          one.peers.some(
            (it) =>
              (it.namespaceSelector === null
                ? other.namespace === policy.namespace
                : fits(it.namespaceSelector, teams[other.namespace] ?? {})) &&
              (it.podSelector === null || fits(it.podSelector, other.labels)),
          )
        const portOk =
          one.ports.length === 0 ||
          one.ports.some(
            (it) =>
              it.protocol === 'TCP' &&
              (it.port === null ||
                it.port === 'http' ||
                (typeof it.port === 'number' && it.port <= 8080 && 8080 <= (it.endPort ?? it.port))),
          )
        if (peerOk && portOk) return true
      }
    }
    return false
  }
  return half(from, to, 'Egress') && half(to, from, 'Ingress')
}

const between = (policies: readonly NetworkPolicy[], from: PodLike, to: PodLike) =>
  policyRules(policies, namespaces)({ from, to, port: 8080, protocol: 'TCP' }).kind

describe('laws', () => {
  const policies = fc.array(somePolicy, { maxLength: 5 })

  test('agrees with the API read word by word', () => {
    fc.assert(
      fc.property(policies, somePod, somePod, (its, from, to) => {
        fc.pre(from.namespace !== to.namespace || from.name !== to.name)
        expect(between(its, from, to)).toBe(oracle(its, from, to) ? 'allowed' : 'denied')
      }),
      { numRuns: 1000 },
    )
  })
  test('the order of policies does not matter', () => {
    fc.assert(
      fc.property(policies, somePod, somePod, (its, from, to) => {
        expect(between(its.toReversed(), from, to)).toBe(between(its, from, to))
      }),
    )
  })
  test('one more rule never takes anything away', () => {
    fc.assert(
      fc.property(policies, someRule, somePod, somePod, (its, more, from, to) => {
        fc.pre(between(its, from, to) === 'allowed')
        expect(
          between(
            its.map((it) => ({ ...it, ingress: [...it.ingress, more], egress: [...it.egress, more] })),
            from,
            to,
          ),
        ).toBe('allowed')
      }),
    )
  })
  test('allow-all beside anything allows', () => {
    const open = ['shop', 'ops'].flatMap((namespace) => [
      egressPolicy('open', [rule()], { namespace }),
      ingressPolicy('open-in', [rule()], { namespace }),
    ])
    fc.assert(
      fc.property(policies, somePod, somePod, (its, from, to) => {
        expect(between([...its, ...open], from, to)).toBe('allowed')
      }),
    )
  })
})
