import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { read, root } from './sources.ts'

/** What is not promised needs no test. */
const promises = read('docs/security.md')
  .split('\n')
  .filter((it) => it.startsWith('- ') && !it.startsWith('- can lie'))

const testsOf = (line: string): readonly string[] =>
  [...line.matchAll(/`([^`]+)`/g)]
    .map(([, it]) => it ?? '')
    .filter((it) => /^(?:src|test|lab|scripts)\/.*\.ts$/.test(it))

test('no right to read Secrets is asked for', () => {
  const roles = readdirSync(join(root, 'deploy')).filter((it) => it.endsWith('.yaml'))
  expect(roles.filter((it) => /^\s*resources:.*\bsecrets\b/m.test(read(`deploy/${it}`)))).toEqual([])
})

test('the page promises something', () => expect(promises.length).toBeGreaterThan(30))

test.each(promises)('%s', (line) => {
  const tests = testsOf(line)
  expect(tests).not.toEqual([])
  expect(tests.filter((it) => !existsSync(join(root, it)))).toEqual([])
  // A file of helpers holds nothing.
  expect(tests.filter((it) => !/\.test\.ts$|^lab\/test\/.*-cases\.ts$/.test(it))).toEqual([])
})
