import { expect, test } from 'vitest'
import { type WrittenSelector, writtenSelector } from './label-selector.ts'

const spelt = { In: ' in', NotIn: ' notin', Exists: '', DoesNotExist: ' absent' }
const textOf = ({ matchLabels, matchExpressions }: WrittenSelector): string =>
  [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map((it) => `${it.key}${spelt[it.operator]}${it.values.map((one) => ` ${one}`).join('')}`),
  ].join('; ')

test.each([
  ['ingress=public', 'ingress=public'],
  ['a==b', 'a=b'],
  ['a!=b', 'a notin b'],
  ['example.com/team in (a, b),!old', 'example.com/team in a b; old absent'],
  ['tier notin (x), a', 'tier notin x; a'],
  ['a in (b)', 'a=b'],
  ['a=b,a=c', 'a in b; a in c'],
  ['a=', 'a='],
  ['', null],
  ['a=b=c', null],
  ['a in (b', null],
  ['a b', null],
])('%s is %s', (text, expected) => {
  const found = writtenSelector(text)
  expect(found === null ? null : textOf(found)).toBe(expected)
})

test('a text of any length ends', () => {
  expect(writtenSelector('a='.repeat(100_000))).toBeNull()
  expect(writtenSelector('('.repeat(900))).toBeNull()
  expect(writtenSelector(`${'a-'.repeat(499)} in (`)).toBeNull()
})
