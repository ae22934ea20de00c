import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { connectResult, lookupResult, soonMs } from './tool-words.ts'

const words = fc.constantFrom(
  '',
  'nc: 10.0.0.1 (10.0.0.1:80): Connection timed out',
  ';; connection timed out; no servers could be reached',
  'Connection refused\n;; connection timed out; no servers could be reached',
  'ETIMEDOUT',
  'TimeoutError: timed out',
  'curl: (28) Connection timed out after 3001 milliseconds\nconnected 0.000000',
  ';; no response from 10.96.0.10',
)
const tools = fc.constantFrom('nc', 'bash', 'python3', 'node', 'curl', 'waits nc', 'nslookup', 'getent')
const codes = fc.constantFrom(1, 2, 28, 110, 124)

test('nothing is called a timeout before any resolver or client would give up, whatever the words', () =>
  fc.assert(
    fc.property(tools, words, codes, fc.integer({ min: 0, max: soonMs - 1 }), (tool, text, code, ms) => {
      expect([connectResult({ tool, text, code, ms }), lookupResult({ tool, text, code, ms })]).not.toContain('timeout')
    }),
  ))

test.each([
  [soonMs - 1, null],
  [soonMs, 'timeout'],
])('words of a timeout after %i ms', (ms, result) => {
  expect(connectResult({ tool: 'node', text: 'ETIMEDOUT', code: 1, ms })).toBe(result)
})
