import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { egressPolicy, labels, namespaceNamed, onPort, peer, rule } from '../../../test/build/policy.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import { type End, type Flow, podEnd } from './policy-allows.ts'
import { ruleUnion } from './policy-rule-union.ts'
import { sharedRules } from './policy-rules-shared.ts'

const peers = fc.constantFrom(
  peer({ podSelector: labels({ app: 'web' }) }),
  peer({ podSelector: labels({ app: 'db' }) }),
  peer({ podSelector: { matchLabels: {}, matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['db'] }] } }),
  peer({ namespaceSelector: labels({ team: 'a' }) }),
  { ...namespaceNamed('ops'), podSelector: labels({ app: 'db' }) },
  peer({ ipBlock: { cidr: '10.2.0.0/16', except: ['10.2.1.0/24'] } }),
  peer({ ipBlock: { cidr: '0.0.0.0/0', except: [] } }),
)
const ports = fc.constantFrom(onPort(80), onPort('http'), onPort(1000, 'TCP', 9000), onPort(53, 'UDP'), onPort(null))
const policy = fc
  .record({
    namespace: fc.constantFrom('shop', 'ops'),
    rules: fc.array(
      fc
        .record({ peers: fc.array(peers, { maxLength: 2 }), ports: fc.array(ports, { maxLength: 2 }) })
        .map((it) => rule(it.peers, it.ports)),
      { maxLength: 2 },
    ),
  })
  .map((it): NetworkPolicy => egressPolicy('some', it.rules, { namespace: it.namespace }))

const web = pod('web-1', {
  ip: '10.2.3.4',
  labels: { app: 'web' },
  containers: [container({ ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] })],
})
const ends: readonly End[] = [
  podEnd(web),
  podEnd({ ...web, name: 'web-2', labels: { app: 'db' }, ip: null }),
  podEnd({ ...web, name: 'web-3', namespace: 'ops', labels: { app: 'db' }, ip: '10.2.1.9' }),
  podEnd({ ...web, name: 'agent', namespace: 'ops', labels: {}, hostNetwork: true }),
  { kind: 'address', ip: '10.2.1.9' },
  { kind: 'address', ip: '10.2.9.9' },
]
const end = fc.constantFrom(...ends)
const labelsOf = (name: string) => (name === 'ops' ? null : { team: 'a' })

test('what any list of policies lets through is the same by an index of its own and by one for all', () => {
  fc.assert(
    fc.property(
      fc.array(policy, { maxLength: 6 }),
      fc.array(fc.nat(63), { maxLength: 4 }),
      fc.array(fc.record({ to: end, port: fc.constantFrom(80, 8080, 53), protocol: fc.constantFrom('TCP', 'UDP') })),
      (policies, masks, flows) => {
        const shared = sharedRules(policies, 'Egress', labelsOf)
        for (const mask of masks) {
          const by = policies.filter((_, index) => (mask & (1 << index)) !== 0)
          const [one, other] = [ruleUnion(by, 'Egress', labelsOf), shared(by)]
          for (const { to, port, protocol } of flows) {
            const flow: Flow = { from: podEnd(web), to, port, protocol: protocol === 'TCP' ? 'TCP' : 'UDP' }
            expect([other.lets(to, flow), other.isInBlock(to)]).toEqual([one.lets(to, flow), one.isInBlock(to)])
          }
        }
      },
    ),
    { numRuns: runs(500) },
  )
})
