import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inOrder } from './budget.ts'
import { allCases, guessOf } from './cases.ts'

const root = join(import.meta.dirname, '../..')
const cases = allCases()

test('each case has a name of its own, and a guess', () => {
  expect(new Set(cases.map((it) => it.name)).size).toBe(cases.length)
  expect(cases.filter((it) => !(guessOf(it) > 0))).toEqual([])
})

test('a file that a case is about is there: a renamed one would never be touched again', () => {
  expect(
    cases.flatMap((it) =>
      [...it.own, ...it.shared].filter((path) => !existsSync(join(root, path))).map((path) => `${it.name}: ${path}`),
    ),
  ).toEqual([])
})

test('a change of a fault or of its check has the fault tried before what is not touched', () => {
  for (const it of cases.filter((one) => 'fault' in one)) {
    for (const path of it.own) {
      const { must, rest } = inOrder(cases, [path], 'some commit')
      const before = rest.slice(
        0,
        rest.findIndex((one) => one.name === it.name),
      )
      const unasked = before.filter((one) => !one.own.includes(path)).length
      const asked = cases.filter((one) => one.own.includes(path)).length
      expect(must.some((one) => one.name === it.name) || unasked <= Math.ceil(asked / 3), `${path}: ${it.name}`).toBe(
        true,
      )
    }
  }
})

test('what every run tries takes a quarter of an hour at most, as far as is known', () => {
  const { must } = inOrder(cases, [], 'some commit')
  expect(must.map((it) => it.name)).toEqual(expect.arrayContaining(['safety', 'rights', 'refusals']))
  expect(must.reduce((sum, it) => sum + guessOf(it), 0)).toBeLessThan(900)
})
