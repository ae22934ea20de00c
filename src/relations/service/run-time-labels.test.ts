import { expect, test } from 'vitest'
import { pod } from '../../../test/build/pod.ts'
import { isRunTimeLabel, sealedAmong } from './run-time-labels.ts'

test.each([
  ['cnpg.io/instanceRole', true],
  ['role', true],
  ['spilo-role', true],
  ['vault-active', true],
  ['app', false],
  ['app.kubernetes.io/component', false],
  ['controller', false],
])('%s: %s', (key, is) => {
  expect(isRunTimeLabel(key)).toBe(is)
})

test('sealed ones are counted', () => {
  expect(sealedAmong([pod('v-0', { labels: { 'vault-sealed': 'true' } }), pod('v-1')])).toBe(1)
})
