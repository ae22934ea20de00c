import { describe, expect, test } from 'vitest'
import { hasPairs, selects, selectsNamespace, selectorText } from './selector.ts'
import { labels } from '../../test/build/policy.ts'

const expression = (operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', ...values: string[]) => ({
  matchLabels: {},
  matchExpressions: [{ key: 'tier', operator, values }],
})

describe('a label selector', () => {
  test('an empty one selects everything', () => expect(selects(labels(), { any: 'thing' })).toBe(true))
  test('every pair has to be there', () => {
    expect(hasPairs({ app: 'web', tier: 'a' }, { app: 'web', tier: 'a', more: 'x' })).toBe(true)
    expect(hasPairs({ app: 'web', tier: 'a' }, { app: 'web' })).toBe(false)
  })
  test.each([
    ['In', { tier: 'a' }, true],
    ['In', { tier: 'c' }, false],
    ['In', {}, false],
    ['NotIn', { tier: 'a' }, false],
    ['NotIn', { tier: 'c' }, true],
    ['NotIn', {}, true],
    ['Exists', { tier: 'c' }, true],
    ['Exists', {}, false],
    ['DoesNotExist', { tier: 'c' }, false],
    ['DoesNotExist', {}, true],
  ] as const)('%s against %j is %s', (operator, its, expected) =>
    expect(selects(expression(operator, 'a', 'b'), its)).toBe(expected),
  )
  test('reads as a user would type it', () =>
    expect(
      selectorText({ matchLabels: { app: 'web' }, matchExpressions: expression('In', 'a', 'b').matchExpressions }),
    ).toBe('app=web,tier in (a,b)'))
})

describe('a namespace selector', () => {
  test('the name label is there although the labels could not be read', () => {
    expect(selectsNamespace(labels({ 'kubernetes.io/metadata.name': 'shop' }), 'shop', null)).toBe('yes')
    expect(selectsNamespace(labels({ 'kubernetes.io/metadata.name': 'shop' }), 'other', null)).toBe('no')
  })
  test('other labels that could not be read leave it open', () =>
    expect(selectsNamespace(labels({ team: 'a' }), 'shop', null)).toBe('maybe'))
  test('but a name that differs settles it', () =>
    expect(selectsNamespace(labels({ team: 'a', 'kubernetes.io/metadata.name': 'x' }), 'shop', null)).toBe('no'))
})
