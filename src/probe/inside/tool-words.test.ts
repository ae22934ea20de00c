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

test.each([
  ['node', 'EADDRNOTAVAIL', 'no-source'],
  ['python3', 'OSError: [Errno 99] Cannot assign requested address', 'no-source'],
  ['bash', 'bash: connect: Cannot assign requested address', 'no-source'],
  ['nc', 'nc: connect to 10.0.0.1 port 80 (tcp) failed: Address not available', 'no-source'],
  ['node', 'EPERM', 'error'],
  ['python3', 'OSError: [Errno 24] Too many open files', 'error'],
  ['node', 'node: not what it seems', null],
])('%s says %s: %s', (tool, text, result) => {
  expect(connectResult({ tool, text, code: 1, ms: 3 })).toBe(result)
})
