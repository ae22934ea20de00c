import { expect, test } from 'vitest'
import { yamlDocuments, yamlValue } from './yaml-documents.ts'

const values = (...all: readonly unknown[]): object => ({ kind: 'documents', values: all })
const trouble = (what: string): object => ({ kind: 'trouble', what })
/** Nine of nine of nine …: a billion at the tenth. */
const bomb = Array.from({ length: 10 }, (_, index) => {
  const it = index === 0 ? 'x' : `*a${index - 1}`
  return `a${index}: &a${index} [${Array.from({ length: 9 }, () => it).join(', ')}]`
}).join('\n')

test.each([
  ['documents', '---\na: 1\n---\n# none\n---\nb: 2\n...\n', values({ a: 1 }, { b: 2 })],
  ['numbers are plain', 'a: 80\nb: [9007199254740993]', values({ a: 80, b: [9_007_199_254_740_992] })],
  [
    'what kubectl quotes is text',
    'a: "yes"\nb: "0123"\nc: "2026-11-29T10:00:00Z"',
    values({ a: 'yes', b: '0123', c: '2026-11-29T10:00:00Z' }),
  ],
  ['a time is text', 'a: 2026-11-29T10:00:00Z', values({ a: '2026-11-29T10:00:00Z' })],
  ['a number that JSON has not', 'a: .inf\nb: .nan', values({ a: null, b: null })],
  ['of two equal keys the last', 'a: 1\na: 2', values({ a: 2 })],
  ['lines of a block', 'a: |\n  .:53 {\n    errors\n  }\n', values({ a: '.:53 {\n  errors\n}\n' })],
  ['labels that are meant twice', 'a: &a {b: c}\nd: *a', values({ a: { b: 'c' }, d: { b: 'c' } })],
  ['fields that are merged', 'a: &a {b: c}\nd: {<<: *a, e: f}', values({ a: { b: 'c' }, d: { b: 'c', e: 'f' } })],
  ['an alias of itself', 'a: &a [*a]', trouble('holds aliases that come to more than is read')],
  ['a bomb', bomb, trouble('holds aliases that come to more than is read')],
  [
    'more aliases than anybody writes',
    `a: &a b\nc: [${'*a, '.repeat(200)}]`,
    trouble('is not valid YAML (line 2: aliases exceeded maxAliases)'),
  ],
  ['a tag of its own', 'a: !!js/function b', trouble('is not valid YAML (line 1: unknown scalar tag)')],
  ['nested too deeply', '['.repeat(100_000), trouble('is not valid YAML (line 1: nesting exceeded maxDepth)')],
  ['more values than are read', '[],'.repeat(2 ** 21), trouble('holds more than is read at once')],
  ['no YAML', 'a: [', trouble('is not valid YAML (line 1: unexpected end of the stream within a flow collection)')],
  [
    'an alias of nothing, whose name is not told',
    'a: *hunter2',
    trouble('is not valid YAML (line 1: unidentified alias)'),
  ],
  [
    'a tag of nobody, whose name is not told',
    'a: !hunter2!x y',
    trouble('is not valid YAML (line 1: undeclared tag handle)'),
  ],
  ['nothing', '# nothing\n', trouble('is empty')],
])('%s', (_it, text, expected) => expect(yamlDocuments(text)).toEqual(expected))

test('a key that objects of JavaScript have is a key', () => {
  const read = yamlValue('__proto__: {a: 1}')
  expect(Object.keys(read.known ? (read.value as object) : {})).toEqual(['__proto__'])
  expect({}).not.toHaveProperty('a')
})

test('what is meant twice is there twice: what walks it need not know of it', () => {
  const read = yamlValue('a: &a {b: [c]}\nd: *a')
  const { a, d } = (read.known ? read.value : {}) as Readonly<Record<string, object>>
  expect(a).toEqual(d)
  expect(a).not.toBe(d)
})

test('one document, where one is meant', () => {
  expect(yamlValue('a: 1\n---\na: 2')).toMatchObject({ known: false, why: { detail: 'holds more than one document' } })
})
