import { expect, test } from 'vitest'
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
import { pod } from '../../../test/build/pod.ts'
import { known } from '../../model/known.ts'
import { podEnd, policyRules } from './policy-allows.ts'

/* A thousand pods to a thousand pods by twenty policies, within a second of CPU: a matrix of a whole cluster. */
const pods = Array.from({ length: 1000 }, (_, index) =>
  pod(`app${index % 100}-${index}`, {
    namespace: `ns${index % 10}`,
    labels: { app: `app${index % 100}`, 'pod-template-hash': `${index}`, tier: index % 3 === 0 ? 'front' : 'back' },
    ip: `10.2.${index >> 8}.${index & 255}`,
  }),
)
const namespaces = Array.from({ length: 10 }, (_, index) => namespace(`ns${index}`))
const policies = Array.from({ length: 20 }, (_, index) => {
  const about = { namespace: `ns${index % 10}`, podSelector: labels(index < 10 ? {} : { tier: 'back' }) }
  const allowed = [
    rule(
      [namespaceNamed(`ns${(index + 1) % 10}`), peer({ podSelector: labels({ app: `app${index}` }) })],
      [onPort('http')],
    ),
    rule([peer({ ipBlock: { cidr: '203.0.113.0/24', except: [] } })]),
  ]
  return index % 2 === 0 ? ingressPolicy(`in${index}`, allowed, about) : egressPolicy(`out${index}`, allowed, about)
})

test('1,000,000 flows are decided in less than a second of CPU', () => {
  const decide = policyRules(policies, known(namespaces))
  const ends = pods.map(podEnd)
  const before = process.cpuUsage()
  let allowed = 0
  for (const from of ends)
    for (const to of ends) if (decide({ from, to, port: 8080, protocol: 'TCP' }).kind === 'allowed') allowed++
  const { user, system } = process.cpuUsage(before)
  expect(allowed).toBeGreaterThan(0)
  expect(allowed).toBeLessThan(1_000_000)
  expect((user + system) / 1000).toBeLessThan(1000)
})
