import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import { commandWords } from './command-words.ts'

const wordsOf = (line: string): readonly string[] | string => {
  const its = commandWords(line)
  return its.kind === 'words' ? its.words : its.why
}

test.each([
  ['hopscope resolve cart', ['hopscope', 'resolve', 'cart']],
  ['  curl  -H "Host: a b" x ', ['curl', '-H', 'Host: a b', 'x']],
  [`a 'b "c"' ''`, ['a', 'b "c"', '']],
  [String.raw`a "b\"c" d\ e`, ['a', 'b"c', 'd e']],
  [`a b'c'"d"`, ['a', 'bcd']],
  ['', 'it is empty'],
  ['a "b', 'a quote is not closed'],
  ['a | b', '`|` means something to a shell'],
  ['a $HOME', '`$` means something to a shell'],
  ['a\nb', 'it has several lines'],
])('%s', (line, expected) => expect(wordsOf(line)).toEqual(expected))

test('words in quotes come out as they went in', () => {
  const quote = (it: string): string => `"${it.replaceAll(/["\\]/g, String.raw`\$&`)}"`
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), (first, rest) => {
      expect(wordsOf([first, ...rest].map(quote).join(' '))).toEqual([first, ...rest])
    }),
    { numRuns: runs(300) },
  )
})
