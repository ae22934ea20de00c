import * as fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import { pod } from '../../../test/build/pod.ts'
import { egressPolicy, labels, namespace, onPort, peer, rule } from '../../../test/build/policy.ts'
import { known } from '../../model/known.ts'
import type { NetworkPolicy, Selector } from '../../model/network-policy.ts'
import { contains } from '../cidr-index.ts'
import { podEnd, type PodLike, policyRules } from './policy-allows.ts'

const namespaces = known([namespace('shop'), namespace('ops')])

const cidr = fc.constantFrom(
  '10.0.0.0/8',
  '10.2.0.0/16',
  '10.2.1.0/24',
  '10.2.1.7/32',
  '10.2.0.0/15',
  '0.0.0.0/0',
  '::/0',
  'fd00::/8',
  'fd00:1::/33',
  '::ffff:10.2.1.0/120',
  '10.2.1.0',
  'nothing',
)
const ip = fc.constantFrom(
  '10.2.1.7',
  '10.2.1.8',
  '10.3.9.9',
  '192.168.0.1',
  'fd00:1::5',
  'fd00:1:8000::5',
  '::ffff:10.2.1.7',
  '',
  'x',
)
const block = fc.record({ cidr, except: fc.array(cidr, { maxLength: 2 }) })

/** One block and one address, with nothing prepared. */
function plainly(range: string, address: string): boolean {
  if (!ipaddr.isValidCIDR(range) || !ipaddr.isValid(address)) return false
  const [network, bits] = ipaddr.parseCIDR(range)
  const parsed = ipaddr.process(address)
  return network.kind() === parsed.kind() && parsed.match(network, bits)
}

test('an address is in a block as it is by its bits', () => {
  const agrees = (range: string, address: string): void => {
    expect(contains(range, address)).toBe(plainly(range, address))
  }
  fc.assert(fc.property(cidr, ip, agrees), { numRuns: runs(500) })
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.nat(32), (network, address, bits) => agrees(`${network}/${bits}`, address)),
    { numRuns: runs(500) },
  )
})

test('an address outside is let through where one block covers it and has no exception for it', () => {
  fc.assert(
    fc.property(fc.array(block, { maxLength: 6 }), ip, (blocks, address) => {
      const policies = [
        egressPolicy(
          'some',
          blocks.map((ipBlock) => rule([peer({ ipBlock })])),
        ),
      ]
      const through = blocks.some((it) => plainly(it.cidr, address) && !it.except.some((one) => plainly(one, address)))
      const decision = policyRules(
        policies,
        namespaces,
      )({ from: podEnd(pod('web-1')), to: { kind: 'address', ip: address }, port: 80, protocol: 'TCP' })
      expect(decision.kind).toBe(through ? 'allowed' : 'denied')
    }),
    { numRuns: runs(1000) },
  )
})

const key = fc.constantFrom('app', 'tier', 'constructor')
const value = fc.constantFrom('a', 'b', 'c')
const someLabels = fc.dictionary(key, value, { maxKeys: 3, noNullPrototype: true })
const selector: fc.Arbitrary<Selector> = fc.oneof(
  fc.constant(labels()),
  fc.record({
    matchLabels: fc.dictionary(key, fc.constantFrom('a', 'b'), { maxKeys: 1, noNullPrototype: true }),
    matchExpressions: fc.array(
      fc.record({
        key,
        operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
        values: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
      }),
      { maxLength: 2 },
    ),
  }),
)
const somePeer = fc.oneof(
  fc.record({
    podSelector: fc.option(selector),
    namespaceSelector: fc.option(fc.constant(labels())),
    ipBlock: fc.constant(null),
  }),
  fc.record({ podSelector: fc.constant(null), namespaceSelector: fc.constant(null), ipBlock: block }),
)
const rules = fc.array(
  fc.record({
    peers: fc.array(somePeer, { maxLength: 2 }),
    ports: fc.array(fc.constantFrom(onPort(80), onPort('http'), onPort(80, 'UDP')), { maxLength: 1 }),
  }),
  { maxLength: 2 },
)
const policy: fc.Arbitrary<NetworkPolicy> = fc.record({
  namespace: fc.constantFrom('shop', 'ops'),
  name: fc.constantFrom('x', 'y', 'z'),
  podSelector: selector,
  types: fc.subarray(['Ingress', 'Egress']),
  ingress: rules,
  egress: rules,
})
const end: fc.Arbitrary<PodLike> = fc
  .record({
    namespace: fc.constantFrom('shop', 'ops'),
    labels: someLabels,
    ip: fc.option(ip),
    hostNetwork: fc.boolean(),
    node: fc.option(fc.constantFrom('n1', 'n2')),
    name: fc.constantFrom('p1', 'p2'),
  })
  .map((it) => ({ ...podEnd(pod('any-1')), ...it }))

test('two ends of one class are treated alike, in both directions', () => {
  fc.assert(
    fc.property(fc.array(policy, { maxLength: 5 }), end, end, end, (policies, one, other, third) => {
      const decide = policyRules(policies, namespaces)
      fc.pre(decide.classOf(one) === decide.classOf(other))
      const far = { ...third, name: 'far', hostNetwork: false }
      expect(decide({ from: one, to: far, port: 80, protocol: 'TCP' })).toEqual(
        decide({ from: other, to: far, port: 80, protocol: 'TCP' }),
      )
      expect(decide({ from: far, to: one, port: 80, protocol: 'TCP' })).toEqual(
        decide({ from: far, to: other, port: 80, protocol: 'TCP' }),
      )
    }),
    { numRuns: runs(1000) },
  )
})
