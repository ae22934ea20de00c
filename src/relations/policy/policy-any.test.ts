import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import { known } from '../../model/known.ts'
import type {
  Namespace,
  NetworkPolicy,
  PolicyPeer,
  PolicyPort,
  PolicyRule,
  Selector,
} from '../../model/network-policy.ts'
import type { Protocol } from '../../model/pod.ts'
import { contains } from '../cidr-index.ts'
import { type Labels, selects } from '../selector.ts'
import { type Flow, type PodLike, policyRules } from './policy-allows.ts'

/* Any policies over a few names, so that they meet; each property over ten thousand of them. */
const numRuns = runs(10_000)
const homes = ['shop', 'data', 'edge'] as const
const namespaces: readonly Namespace[] = homes.map((name, index) => ({
  name,
  labels: { 'kubernetes.io/metadata.name': name, team: index === 0 ? 'a' : 'b' },
}))
const labelled = fc.record(
  { app: fc.constantFrom('web', 'db'), tier: fc.constantFrom('front', 'back') },
  { requiredKeys: [], noNullPrototype: true },
) as fc.Arbitrary<Labels>
const podLabels: fc.Arbitrary<Selector> = fc.record({
  matchLabels: labelled,
  matchExpressions: fc.array(
    fc.record({
      key: fc.constantFrom('app', 'tier', 'none'),
      operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
      values: fc.constantFrom(['web'], ['back', 'web']),
    }),
    { maxLength: 1 },
  ),
})
const namespaceLabels: fc.Arbitrary<Selector> = fc.record({
  matchLabels: fc.record(
    { team: fc.constantFrom('a', 'b', 'c') },
    { requiredKeys: [], noNullPrototype: true },
  ) as fc.Arbitrary<Labels>,
  matchExpressions: fc.constant([]),
})
const block = fc.record({
  cidr: fc.constantFrom('0.0.0.0/0', '203.0.113.0/24'),
  except: fc.constantFrom<readonly string[]>([], ['203.0.113.8/29']),
})
const peer: fc.Arbitrary<PolicyPeer> = fc.oneof(
  fc.record({
    podSelector: fc.option(podLabels),
    namespaceSelector: fc.option(namespaceLabels),
    ipBlock: fc.constant(null),
  }),
  fc.record({ podSelector: fc.constant(null), namespaceSelector: fc.constant(null), ipBlock: block }),
)
const protocol = fc.constantFrom<Protocol>('TCP', 'UDP', 'SCTP')
const port: fc.Arbitrary<PolicyPort> = fc.oneof(
  fc.record({ protocol, port: fc.constantFrom(null, 80, 8080, 'http', 'dns'), endPort: fc.constant(null) }),
  fc.record({ protocol, port: fc.constant(80), endPort: fc.constant(8080) }),
)
const rule: fc.Arbitrary<PolicyRule> = fc.record({
  peers: fc.array(peer, { maxLength: 2 }),
  ports: fc.array(port, { maxLength: 2 }),
})
const policy: fc.Arbitrary<NetworkPolicy> = fc.record({
  namespace: fc.constantFrom(...homes),
  name: fc.constantFrom('a', 'b', 'c'),
  podSelector: podLabels,
  types: fc.subarray(['Ingress', 'Egress'], { minLength: 1 }),
  ingress: fc.array(rule, { maxLength: 2 }),
  egress: fc.array(rule, { maxLength: 2 }),
})
const policies = fc.array(policy, { maxLength: 5 })
const pod = (name: string): fc.Arbitrary<PodLike> =>
  fc.record({
    kind: fc.constant('pod' as const),
    namespace: fc.constantFrom(...homes),
    name: fc.constant(name),
    labels: labelled,
    ip: fc.constant(name === 'from' ? '10.2.0.1' : '10.2.0.2'),
    node: fc.constantFrom('n1', 'n2'),
    hostNetwork: fc.boolean(),
    ports: fc.constantFrom(
      [],
      [{ name: 'http', port: 8080, protocol: 'TCP' as const }],
      [{ name: 'dns', port: 80, protocol: 'UDP' as const }],
    ),
  })
const outside = fc
  .constantFrom('203.0.113.4', '203.0.113.9', '198.51.100.7')
  .map((ip) => ({ kind: 'address' as const, ip }))
const flow: fc.Arbitrary<Flow> = fc.record({
  from: fc.oneof({ weight: 3, arbitrary: pod('from') }, { weight: 1, arbitrary: outside }),
  to: fc.oneof({ weight: 3, arbitrary: pod('to') }, { weight: 1, arbitrary: outside }),
  port: fc.constantFrom(80, 443, 8080),
  protocol,
})

const order = { denied: 0, unknown: 1, allowed: 2 }
const judge = (its: readonly NetworkPolicy[], one: Flow) => policyRules(its, known(namespaces))(one).kind

describe('any policies', () => {
  test('their order never matters', () => {
    fc.assert(
      fc.property(policies, flow, fc.infiniteStream(fc.nat()), (its, one, order) => {
        const shuffled = its
          .map((it) => ({ it, at: order.next().value }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ it }) => it)
        expect(judge(shuffled, one)).toBe(judge(its, one))
      }),
      { numRuns },
    )
  })

  test('adding a rule to one never denies', () => {
    fc.assert(
      fc.property(policies, policy, rule, flow, (its, one, more, way) => {
        const wider = { ...one, ingress: [...one.ingress, more], egress: [...one.egress, more] }
        expect(order[judge([...its, wider], way)]).toBeGreaterThanOrEqual(order[judge([...its, one], way)])
      }),
      { numRuns },
    )
  })

  test('one that selects neither end changes nothing', () => {
    fc.assert(
      fc.property(policies, policy, flow, (its, one, way) => {
        const selected = [way.from, way.to].some(
          (it) => it.kind === 'pod' && it.namespace === one.namespace && selects(one.podSelector, it.labels),
        )
        fc.pre(!selected)
        expect(judge([...its, one], way)).toBe(judge(its, way))
      }),
      { numRuns },
    )
  })

  test('each is decided as the text of the API says, read rule by rule', () => {
    fc.assert(
      fc.property(policies, flow, (its, way) => {
        // What the API leaves to the CNI is left out here, and told as unknown there.
        fc.pre([way.from, way.to].every((it) => it.kind === 'address' || !it.hostNetwork))
        const decided = judge(its, way)
        if (decided !== 'unknown') expect(decided).toBe(bySpec(its, way) ? 'allowed' : 'denied')
        else
          expect(its.some((it) => [...it.ingress, ...it.egress].some((one) => one.peers.some((x) => x.ipBlock)))).toBe(
            true,
          )
      }),
      { numRuns },
    )
  })
})

/** The sentences of networking/v1 types.go, one after the other, with no index and no cache. */
function bySpec(its: readonly NetworkPolicy[], way: Flow): boolean {
  return (
    passes(its, way, { own: way.from, peer: way.to, type: 'Egress' }) &&
    passes(its, way, { own: way.to, peer: way.from, type: 'Ingress' })
  )
}

interface Side {
  readonly own: Flow['from']
  readonly peer: Flow['from']
  readonly type: 'Ingress' | 'Egress'
}

function passes(its: readonly NetworkPolicy[], way: Flow, { own, peer: other, type }: Side): boolean {
  if (own.kind === 'address') return true
  const selecting = its.filter(
    (it) => it.namespace === own.namespace && it.types.includes(type) && selects(it.podSelector, own.labels),
  )
  const isPeer = (it: PolicyPeer, home: string): boolean => {
    if (it.ipBlock !== null) {
      if (other.kind === 'pod') return false
      const { cidr, except } = it.ipBlock
      return contains(cidr, other.ip) && !except.some((one) => contains(one, other.ip))
    }
    if (other.kind === 'address') return false
    const labels = namespaces.find((one) => one.name === other.namespace)?.labels ?? {}
    const there = it.namespaceSelector === null ? other.namespace === home : selects(it.namespaceSelector, labels)
    return there && (it.podSelector === null || selects(it.podSelector, other.labels))
  }
  const isPort = (it: PolicyPort): boolean => {
    if (it.protocol !== way.protocol) return false
    if (it.port === null) return true
    if (typeof it.port === 'number') return way.port >= it.port && way.port <= (it.endPort ?? it.port)
    const { to } = way
    return (
      to.kind === 'pod' &&
      to.ports.some((one) => one.name === it.port && one.port === way.port && one.protocol === way.protocol)
    )
  }
  const rules = selecting.flatMap((it) => (type === 'Ingress' ? it.ingress : it.egress).map((one) => ({ one, it })))
  return (
    selecting.length === 0 ||
    rules.some(
      ({ one, it }) =>
        (one.peers.length === 0 || one.peers.some((x) => isPeer(x, it.namespace))) &&
        (one.ports.length === 0 || one.ports.some(isPort)),
    )
  )
}
