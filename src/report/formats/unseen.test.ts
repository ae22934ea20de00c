import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { jsonLine } from '../logs/json-line.ts'
import { documentFormats, serialised } from './formats.ts'

const planted = fc
  .array(fc.constantFrom('a', ' ', '\n', '"', '\\', '\u001B[31m', '\u007F', '\u0085', '\u009B', '\u00AD', '\u061C'))
  .map((it) => it.join(''))
const texts = fc.oneof(
  planted,
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\u200B', '\u202E', '\u2028', '\u2029', '\u2066', '\uFEFF', '\u{E0041}'),
)
/** V8 of Node 24.21 reads a key `"\n"` as `\`, where an object before had the key `\` at that place. */
const keys = texts.filter((it) => it !== '\\')
/** What a terminal may obey, or does not show. */
const obeyed = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

test.each(documentFormats)('%s says the same in what is seen, whatever is in a text', (format) => {
  fc.assert(
    fc.property(fc.dictionary(keys, texts), (document) => {
      const said = serialised(format, { document: Object.entries(document), keys: { ...document } })
      expect(said).not.toMatch(obeyed)
      const read: unknown = format === 'json' ? JSON.parse(said) : parse(said)
      expect(JSON.stringify(read)).toBe(JSON.stringify({ document: Object.entries(document), keys: { ...document } }))
    }),
    { numRuns: 300 },
  )
})

test('a line of JSON does, and stays a line', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const said = jsonLine({ text })
      expect(said.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      expect(JSON.parse(said)).toEqual({ text })
    }),
  )
})
