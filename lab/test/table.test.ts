import { expect, test } from 'vitest'
import type { Result } from './result.ts'
import { benchmarkPage } from './table.ts'

const facts = { upSeconds: null, cpus: 2, kernel: '6.18' }
const result = (group: string, name: string, expected: string, passed: boolean): Result => ({
  group,
  name,
  expected,
  got: '',
  seconds: 1,
  passed,
  detail: '',
})

test('what a case saw stays until it is tried again; how a run went does not', () => {
  const first = benchmarkPage(
    '',
    [
      result('found', 'dns-a', 'DNS101', true),
      result('found', 'dns-b', 'DNS102', false),
      result('lab', 'the end of the time', 'all cases ended before it', false),
      result('lab', 'foreign', 'to be tried to its end', false),
    ],
    new Map(),
    facts,
  )
  const then = benchmarkPage(first, [result('found', 'dns-b', 'DNS102', true)], new Map(), facts)
  expect(then).toContain('| dns-a | DNS101 |  | 1.0 | passed |')
  expect(then).toContain('| dns-b | DNS102 |  | 1.0 | passed |')
  expect(then).not.toContain('failed')
  expect(then).not.toContain('the end of the time')
  expect(then).not.toContain('to be tried')
})
