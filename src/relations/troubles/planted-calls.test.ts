import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cluster } from '../../../test/build/dns-faults.ts'
import { runs } from '../../../test/build/effort.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose, exitCode } from '../../engine.ts'
import type { Crossing } from '../../model/crossing.ts'
import { type Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'

/*
 * A pod that is told to call a Service, and whose own connect to it fails, has a trouble that nobody else need have:
 * whatever else is well, the exit code tells it, and the words name the pod that fails.
 */
const asCli = { failOn: 'warning', strict: false } as const
const web = pod('web-1', {
  ip: '10.2.1.1',
  containers: [container({ calls: [{ by: 'CART_URL', host: 'cart', port: 80 }] })],
})
const cart = pod('cart-1', { ip: '10.2.2.1', node: 'worker-2' })
const results = ['timeout', 'refused', 'no-route', 'no-source', 'error'] as const
const failed = fc.record({
  result: fc.constantFrom(...results),
  to: fc.constantFrom<Crossing['to']>(
    { kind: 'service', namespace: 'shop', name: 'cart', port: 80 },
    { kind: 'endpoint', namespace: 'shop', service: 'cart', pod: 'cart-1' },
  ),
  target: fc.constantFrom<Scope['target']>(
    { kind: 'everything' },
    { kind: 'object', object: subject('Deployment', 'shop', 'web'), url: null },
  ),
})

const told = (target: Scope['target'], crossings: readonly Crossing[]) => {
  const model = modelOf(
    {
      ...cluster(),
      pods: [web, cart],
      services: [service('cart', { clusterIP: '10.96.0.7' })],
      endpointSlices: [slice('cart', [cart])],
      networkPolicies: [],
      namespaces: [],
      crossings,
    },
    {},
    { target },
  )
  const found = diagnose(model, { checks })
  return { code: exitCode(found, asCli), told: JSON.stringify(found.roots.map((it) => it.finding)) }
}

const crossing = (to: Crossing['to'], result: Crossing['result']): Crossing => ({
  from: { namespace: 'shop', pod: 'web-1', container: 'app' },
  to,
  host: to.kind === 'service' ? '10.96.0.7' : '10.2.2.1',
  port: to.kind === 'service' ? 80 : 8080,
  tool: 'nc',
  result,
  ms: 3000,
})

it('a call that fails is told, with the pod that fails; where a pod answers itself, a refusal is its own', () => {
  fc.assert(
    fc.property(failed, ({ result, to, target }) => {
      const healthy = told(target, [crossing(to, 'open')])
      const planted = told(target, [crossing(to, result)])
      // Of an endpoint asked past its Service silence alone is somebody else's.
      if (to.kind === 'endpoint' && (result === 'refused' || result === 'error')) return
      expect(healthy.code).toBe(0)
      expect(planted.code).not.toBe(0)
      expect(planted.told).toMatch(/web-1|"cart-1"/)
    }),
    { numRuns: runs(60) },
  )
})
