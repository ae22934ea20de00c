import { expect, test } from 'vitest'
import { deployment } from '../../../test/build/pod.ts'
import { namespace } from '../../../test/build/policy.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import check from './namespace-ending.ts'
import scaledOrRefused from './no-ready-endpoints.ts'

const stuck = 'Discovery failed for some groups, 1 failing: stale GroupVersion discovery: metrics.k8s.io/v1beta1'
const ending = (...deleting: readonly string[]) => ({ ...namespace('shop'), deleting })
const only = { namespace: 'shop' } as const
const found = { subject: 'Namespace/shop', confidence: 'inferred' } as const

test('what can be made no more is the cause of a Service without a pod', () => {
  const { roots } = diagnose(
    modelOf({
      namespaces: [ending(stuck)],
      services: [service('api')],
      workloads: [deployment('api', 2, { ready: 0 })],
      pods: [],
      endpointSlices: [],
    }),
    { checks: [check, scaledOrRefused] },
  )
  expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([
    ['SVC244', 'SVC205'],
  ])
})

describeCheck(check, [
  {
    it: 'the namespace that was asked about, and what keeps it',
    given: modelOf({ namespaces: [ending(stuck)], services: [service('web')] }, {}, only),
    expect: [{ ...found, severity: 'error', args: { kept: [stuck], services: 1 }, says: /is being deleted/ }],
  },
  {
    it: 'the same, on its way',
    given: modelOf({ namespaces: [ending()] }, {}, only),
    expect: [{ ...found, severity: 'error', args: { kept: [] } }],
  },
  {
    it: 'one of all, where a workload lacks pods',
    given: { namespaces: [ending(), namespace('data')], workloads: [deployment('api', 2, { ready: 1 })] },
    expect: [{ ...found, severity: 'error', args: { waiting: ['Deployment api'] } }],
  },
  {
    it: 'one of all, kept by something',
    given: { namespaces: [ending(stuck), namespace('data')], workloads: [deployment('api', 2, { ready: 2 })] },
    expect: [{ ...found, severity: 'warning' }],
  },
  {
    it: 'one of all, on its way',
    given: { namespaces: [ending(), namespace('data')] },
    expect: [{ ...found, severity: 'info' }],
  },
  {
    it: 'another than the one that was asked about',
    given: modelOf({ namespaces: [{ ...ending(stuck), name: 'data' }, namespace('shop')] }, {}, only),
    expect: 'ok',
  },
  { it: 'none', given: { namespaces: [namespace('shop')] }, expect: 'ok' },
  { it: 'the one in scope was not listed', given: modelOf({ namespaces: [] }, {}, only), expect: 'not-applicable' },
  {
    it: 'namespaces forbidden',
    given: modelOf({}, { namespaces: unknown('forbidden', 'list namespaces') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
