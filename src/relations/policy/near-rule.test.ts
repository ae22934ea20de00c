import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { pod } from '../../../test/build/pod.ts'
import { egressPolicy, ingressPolicy, labels, namespace, onPort, peer, rule } from '../../../test/build/policy.ts'
import { known } from '../../model/known.ts'
import type { PolicyPort } from '../../model/network-policy.ts'
import { nearRule } from './near-rule.ts'
import { podEnd, policyRules } from './policy-allows.ts'

const [web, cart] = [
  pod('web-1', { ip: '10.2.1.1', labels: { app: 'web' } }),
  pod('cart-1', { ip: '10.2.1.2', labels: { app: 'cart' } }),
]
const flow = { from: podEnd(web), to: podEnd(cart), port: 8080, protocol: 'TCP' } as const
const namespaces = known([namespace('shop')])
const ports = fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom(8080, 80, 9090), fc.constantFrom('TCP', 'UDP')).map(([n, it]) => onPort(n, it)),
    fc.constant<PolicyPort>({ port: null, endPort: null, protocol: 'UDP' }),
    fc.constant<PolicyPort>({ port: 'nobody-has-it', endPort: null, protocol: 'TCP' }),
    fc.constant<PolicyPort>({ port: 8000, endPort: 8079, protocol: 'TCP' }),
  ),
  { maxLength: 3 },
)
const rules = fc.array(fc.tuple(fc.constantFrom('web', 'cart', 'other'), ports), { maxLength: 3 })

test('the part that is named is all that is lacking: with it mended the same rule lets the flow through', () => {
  fc.assert(
    fc.property(rules, fc.constantFrom('Ingress' as const, 'Egress' as const), (its, direction) => {
      const own = direction === 'Ingress' ? 'cart' : 'web'
      const other = direction === 'Ingress' ? 'web' : 'cart'
      const all = its.map(([app, some]) => rule([peer({ podSelector: labels({ app }) })], some))
      const make = direction === 'Ingress' ? ingressPolicy : egressPolicy
      const policy = make('p', all, { podSelector: labels({ app: own }) })
      const decision = policyRules([policy], namespaces)(flow)
      if (decision.kind !== 'denied') return
      const near = nearRule(decision, flow, namespaces)
      const withPeer = its.filter(([app, some]) => app === other && some.length > 0)
      expect(near === null).toBe(withPeer.length === 0)
      if (near === null) return
      const { port, part } = near
      const mended = {
        protocol: { ...port, protocol: 'TCP' as const },
        name: { ...port, port: 8080 },
        port: { protocol: 'TCP' as const, port: 8080, endPort: null },
      }[part]
      const again = make(
        'p',
        all.map((it) => ({ ...it, ports: it.ports.map((one) => (one === port ? mended : one)) })),
        { podSelector: labels({ app: own }) },
      )
      expect(policyRules([again], namespaces)(flow).kind).toBe('allowed')
      if (part === 'port')
        expect(
          withPeer
            .flatMap(([, some]) => some)
            .every((it) => it.protocol !== 'UDP' || (it.port !== null && it.port !== 8080)),
        ).toBe(true)
    }),
  )
})
