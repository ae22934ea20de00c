import { expect, test } from 'vitest'
import type { RawObject } from '../../kube/cluster.ts'
import { createIntern } from '../../wire/intern.ts'
import { projectScaler } from './scaler.ts'

const read = (apiVersion: string, kind: string, spec: object, annotations = {}) =>
  projectScaler(
    { apiVersion, kind, metadata: { namespace: 'shop', name: 'cart', annotations }, spec } as RawObject,
    createIntern(),
  )
const of = { kind: 'Deployment', name: 'cart' }

test('an autoscaler, and the least that it wants', () => {
  expect(read('autoscaling/v2', 'HorizontalPodAutoscaler', { minReplicas: 2, scaleTargetRef: of })).toEqual({
    kind: 'HorizontalPodAutoscaler',
    namespace: 'shop',
    name: 'cart',
    target: of,
    least: 2,
  })
  expect(read('autoscaling/v2', 'HorizontalPodAutoscaler', { scaleTargetRef: of })?.least).toBe(1)
})

test("KEDA's, and where it is paused", () => {
  const paused = { 'autoscaling.keda.sh/paused-replicas': '0' }
  const keda = read('keda.sh/v1alpha1', 'ScaledObject', { scaleTargetRef: { name: 'cart' } }, paused)
  expect([keda?.least, keda?.pausedAt, keda?.target]).toEqual([0, 0, of])
  expect(read('keda.sh/v1alpha1', 'ScaledObject', { scaleTargetRef: { name: 'cart' } })?.pausedAt).toBeUndefined()
})

test('what is neither', () => {
  expect(read('example.com/v1', 'ScaledObject', { scaleTargetRef: of })).toBeNull()
  expect(read('autoscaling/v2', 'HorizontalPodAutoscaler', {})).toBeNull()
})
