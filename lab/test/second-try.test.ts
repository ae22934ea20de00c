import { expect, test } from 'vitest'
import type { Fault } from '../faults/fault.ts'
import type { Result } from './result.ts'
import { groupTwice, secondTry } from './second-try.ts'

const fault = (name: string): Fault => ({ name }) as Fault
const result = (name: string, got: string, passed: boolean): Result => ({
  group: 'fault',
  name,
  expected: 'DNS101',
  got,
  seconds: 1,
  passed,
  detail: '',
})
const lost = (name: string) => ({
  it: fault(name),
  results: [result(name, 'late', false), result(`${name}, taken back`, 'clean', true)],
})
const won = (name: string) => ({ it: fault(name), results: [result(name, 'DNS101', true)] })
const asWell = (it: Fault) =>
  Promise.resolve([result(it.name, 'DNS101', true), result(`${it.name}, taken back`, 'clean', true)])

test('what failed is tried again, alone, and says what was got first', async () => {
  const results = (await secondTry([won('a'), lost('b')], { again: asWell })).flatMap((it) => it.results)
  expect(results.map((it) => `${it.name}: ${it.got}`)).toEqual([
    'a: DNS101',
    'b: DNS101 (second try; the first: late)',
    'b, taken back: clean',
  ])
})

test('what fails twice has failed', async () => {
  const results = (
    await secondTry([lost('a')], { again: (it) => Promise.resolve([result(it.name, 'late', false)]) })
  ).flatMap((it) => it.results)
  expect(results).toMatchObject([{ passed: false, got: 'late (second try; the first: late)' }])
})

test('many at once are no accident: nothing is tried again', async () => {
  const tried = await secondTry(['a', 'b', 'c', 'd', 'e'].map(lost), {
    again: () => Promise.reject(new Error('must not be tried')),
  })
  expect(tried.flatMap((it) => it.results).filter((it) => !it.passed)).toHaveLength(5)
})

test('of many, a tenth may be late', async () => {
  const five = ['a', 'b', 'c', 'd', 'e'].map(lost)
  expect((await secondTry(five, { again: asWell, of: 50 })).every((it) => it.results.every((one) => one.passed))).toBe(
    true,
  )
  expect((await secondTry(five, { again: asWell, of: 49 })).some((it) => it.results.every((one) => one.passed))).toBe(
    false,
  )
})

test('a group in which one case failed is tried again, whole; one without a failure is not', async () => {
  const tries = [
    [result('a', 'clean', true), result('b', 'late', false)],
    [result('a', 'clean', true), result('b', 'DNS101', true)],
  ]
  const results = await groupTwice(() => Promise.resolve(tries.shift() ?? []))
  expect(results.map((it) => `${it.name}: ${it.got}`)).toEqual(['a: clean', 'b: DNS101 (second try; the first: late)'])
  const skipped = [{ ...result('c', 'read-only', false), skipped: true as const }]
  expect(await groupTwice(() => Promise.resolve(skipped))).toBe(skipped)
})

test('without time for a second try a failure stays one', async () => {
  const never = (): Promise<never> => Promise.reject(new Error('must not be tried'))
  const tried = await secondTry([lost('a')], { again: never, hasTime: () => false })
  expect(tried).toMatchObject([{ results: [{ passed: false, got: 'late' }, { passed: true }] }])
  const late = [result('a', 'late', false)]
  expect(
    await groupTwice(
      () => Promise.resolve(late),
      () => false,
    ),
  ).toBe(late)
})
