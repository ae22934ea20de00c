import { expect, test } from 'vitest'
import { isKeptEvent } from './kept-events.ts'

test('warnings, and nodes that are to come', () => {
  expect(isKeptEvent({ type: 'Warning', reason: 'Unhealthy' })).toBe(true)
  expect(isKeptEvent({ type: 'Normal', reason: 'TriggeredScaleUp' })).toBe(true)
  expect(isKeptEvent({ type: 'Normal', reason: 'Pulled' })).toBe(false)
  expect(isKeptEvent({})).toBe(false)
})
