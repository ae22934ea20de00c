import { expect, test } from 'vitest'
import { labelExpression } from './label-expression.ts'

test.each([
  ['app=web', [['app', 'In', ['web']]]],
  [
    'app==web,tier!=test',
    [
      ['app', 'In', ['web']],
      ['tier', 'NotIn', ['test']],
    ],
  ],
  [
    'tier in (a, b),!old',
    [
      ['tier', 'In', ['a', 'b']],
      ['old', 'DoesNotExist', []],
    ],
  ],
  [
    'tier notin (a),app',
    [
      ['tier', 'NotIn', ['a']],
      ['app', 'Exists', []],
    ],
  ],
  [
    ' a , ,b ',
    [
      ['a', 'Exists', []],
      ['b', 'Exists', []],
    ],
  ],
  ['', []],
])('%j chooses by %j', (text, expected) =>
  expect(labelExpression(text)?.matchExpressions.map((it) => [it.key, it.operator, it.values])).toEqual(expected),
)

test.each(['tier in (a, b', 'tier in a', 'a b', 'a=(b)', 'in (a)', '=a', ')'])('%j is no selector', (text) =>
  expect(labelExpression(text)).toBeNull(),
)
