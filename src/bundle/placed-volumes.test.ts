import { expect, test } from 'vitest'
import type { RawObject } from '../kube/cluster.ts'
import { readerOfVolumes } from './placed-volumes.ts'

const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['d'] }] }] }
const claim = (volumeName?: unknown): RawObject => ({
  kind: 'PersistentVolumeClaim',
  metadata: { namespace: 'shop', name: 'data' },
  spec: { volumeName },
})
const volume = (nodeAffinity?: unknown): RawObject => ({
  kind: 'PersistentVolume',
  metadata: { name: 'pvc-0' },
  spec: { nodeAffinity },
})
const pod = (spec: object = {}): RawObject => ({
  metadata: { namespace: 'shop', name: 'db-0' },
  spec: { volumes: [{ persistentVolumeClaim: { claimName: 'data' } }, { emptyDir: {} }, null], ...spec },
})
const placed = (objects: readonly RawObject[], of = pod()): unknown =>
  (readerOfVolumes(() => objects)(of)['spec'] as { readonly placedVolumes?: unknown }).placedVolumes

test('where the volume of a claim can be had', () => {
  expect(placed([claim('pvc-0'), volume({ required })])).toEqual([{ claim: 'data', volume: 'pvc-0', required }])
})

test.each([
  ['a claim that is not bound', [claim(), volume({ required })]],
  ['a volume that is not in the file', [claim('pvc-0')]],
  ['one that can be had everywhere', [claim('pvc-0'), volume()]],
  ['one of another claim', [claim('pvc-1'), volume({ required })]],
])('nothing of %s', (_, objects) => {
  expect(placed(objects)).toBe(undefined)
})

test('a pod that has its node is left alone, and nothing is read for it', () => {
  const read = (): readonly RawObject[] => {
    throw new Error('asked for in vain')
  }
  const one = pod({ nodeName: 'worker-1' })
  expect(readerOfVolumes(read)(one)).toBe(one)
})
