import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { paint } from './paint.ts'
import { labelled, tableLines } from './table.ts'

test.each([
  [
    'as wide as the widest',
    [
      ['a', 'b'],
      ['long', 'c'],
    ],
    {},
    ['  a     b', '  long  c'],
  ],
  [
    'numbers end below each other',
    [
      ['a', '1'],
      ['b', '100'],
    ],
    { right: [1] },
    ['  a    1', '  b  100'],
  ],
  ['rows of other lengths', [['a'], ['bb', 'c', 'd']], { indent: 0, gap: 1 }, ['a', 'bb c d']],
  [
    'an empty cell at the end leaves no blanks',
    [
      ['a', ''],
      ['b', 'c'],
    ],
    {},
    ['  a', '  b  c'],
  ],
  ['no narrower than the least', [['a', 'b']], { least: [4], gap: 1 }, ['  a    b']],
  ['no rows', [], {}, []],
] as const)('%s', (_, rows, columns, lines) => expect(tableLines(rows, columns)).toEqual(lines))

test('a label is as wide as it is told', () => expect(labelled([['from', 'here']], 6)).toEqual(['  from   here']))

const { bad, mark } = paint({ colour: true, ascii: false, width: 80 })
const cell = fc.string({ unit: 'grapheme-ascii', maxLength: 12 }).map((it) => it.trim())

test('colours move nothing: a table with them, without them, is the table without', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell, fc.boolean())), (rows) => {
      const plain = rows.map(([one, two, three]) => [one, two, three])
      const coloured = rows.map(([one, two, three, is]) => [is ? bad(one) : one, two, is ? three : bad(three)])
      expect(tableLines(coloured, { right: [1] }).map((it) => stripVTControlCharacters(it).trimEnd())).toEqual(
        tableLines(plain, { right: [1] }),
      )
    }),
  )
  expect(
    tableLines([
      ['', 'HOST'],
      [mark('ok'), 'a'],
    ]).map(stripVTControlCharacters),
  ).toEqual(['     HOST', '  ✓  a'])
})
