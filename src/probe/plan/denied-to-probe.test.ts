import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { egressPolicy, ingressPolicy, labels, namespace, peer, rule } from '../../../test/build/policy.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import { planProbe, type ProbePlan } from './plan.ts'
import { probeSpec } from './spec-of.ts'

const at = (name: string, ip: string) => pod(`${name}-1`, { ip, labels: { app: name } })
const pods = [at('web', '10.2.1.2'), at('cart', '10.2.1.3')]
const ofProbe = { 'app.kubernetes.io/managed-by': 'hopscope' }

function planWith(networkPolicies: readonly NetworkPolicy[]): ProbePlan {
  const http = [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080, nodePort: null }] as const
  const model = modelOf({
    nodes: [node('worker-1')],
    pods,
    services: ['web', 'cart'].map((it) => service(it, { ports: http })),
    endpointSlices: pods.map((it) =>
      slice(it.labels['app'] ?? '', [it], {
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      }),
    ),
    ingresses: [],
    ingressControllers: [],
    networkPolicies,
    namespaces: [namespace('shop')],
  })
  return planProbe(model, { run: 'aaaa0000', namespace: 'shop' })
}

const knocked = (plan: ProbePlan): readonly string[] =>
  probeSpec(plan, 'worker-1').http.flatMap((it) => (it.knock === true ? [it.ip] : []))

describe('what policies deny to the probe pod', () => {
  test('nothing is denied without a policy', () => {
    const plan = planWith([])
    expect(plan.direct.length).toBe(2)
    expect(knocked(plan)).toEqual([])
  })

  test('a default deny, and one that admits the probe', () => {
    expect(knocked(planWith([ingressPolicy('deny')]))).toEqual(['10.2.1.2', '10.2.1.3'])
    expect(knocked(planWith([egressPolicy('deny')]))).toEqual(['10.2.1.2', '10.2.1.3'])
    const open = ingressPolicy('open', [rule()], { podSelector: labels({ app: 'web' }) })
    expect(knocked(planWith([ingressPolicy('deny'), open]))).toEqual(['10.2.1.3'])
  })
})

const some = fc.subarray([
  ingressPolicy('deny-cart', [], { podSelector: labels({ app: 'cart' }) }),
  ingressPolicy('admits-probe', [rule([peer({ podSelector: labels(ofProbe) })])], {
    podSelector: labels({ app: 'cart' }),
  }),
  egressPolicy('of-the-probe', [], { podSelector: labels(ofProbe) }),
  egressPolicy('of-web', [], { podSelector: labels({ app: 'web' }) }),
  egressPolicy('open', [rule()]),
])

test('each policy that lets the probe through takes the knock away, and nothing is left out of the plan', () => {
  fc.assert(
    fc.property(some, (policies) => {
      const has = (name: string): boolean => policies.some((it) => it.name === name)
      const isOut = has('of-the-probe') && !has('open')
      const isKept = has('deny-cart') && !has('admits-probe')
      const plan = planWith(policies)
      expect(plan.direct.length).toBe(2)
      expect(knocked(plan)).toEqual([...(isOut ? ['10.2.1.2'] : []), ...(isOut || isKept ? ['10.2.1.3'] : [])])
    }),
  )
})
