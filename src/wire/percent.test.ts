import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { filesIn, read } from '../../test/meta/sources.ts'
import { percentDecoded, percentEncoded } from './percent.ts'

const anyText = fc.string({ unit: fc.nat(0xffff).map((it) => String.fromCharCode(it)) })

test('any text is one segment of a path, and reads back as its well-formed self', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const segment = percentEncoded(text)
      expect(segment).not.toMatch(/[/?#\s]/)
      expect(percentDecoded(segment)).toBe(text.toWellFormed())
    }),
  )
})

test('any text can be decoded', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        anyText,
        fc.string().map((it) => `%${it}`),
      ),
      (text) => void percentDecoded(text),
    ),
  )
  expect(['%zz', 'a%', '%ff', 'a%20b'].map(percentDecoded)).toEqual(['%zz', 'a%', '%ff', 'a b'])
})

test('nothing else encodes or decodes without a guard', () => {
  const all = filesIn('src', (path) => path.endsWith('.ts') && !path.endsWith('.test.ts')).filter((path) =>
    /\b(?:en|de)codeURIComponent\(/.test(read(path)),
  )
  expect(all.toSorted()).toEqual(['src/collect/url.ts', 'src/wire/percent.ts'])
})
