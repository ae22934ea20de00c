import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lex, parseCaddyfile } from './caddyfile.ts'
import { parseCorefile } from './corefile.ts'

const words = (text: string): readonly string[] => lex(text).tokens.map((it) => it.text)

describe('the lexer, with its oddities', () => {
  test.each([
    ['a comment within a word ends at the next space', 'cache 30#s here\nlog', ['cache', '30', 'here', 'log']],
    ['a comment of its own ends with its line', 'cache 30 #s here\nlog', ['cache', '30', 'log']],
    ['a quote inside a word is a letter', 'a"b" c', ['a"b"', 'c']],
    ['what follows a quote is a word of its own', '"a b"c', ['a b', 'c']],
    ['an empty word', 'log ""', ['log', '']],
    ['only quotes are escaped', String.raw`"a\"b\n"`, [String.raw`a"b\n`]],
    ['a carriage return is nothing', 'lo\rg\r\nerrors\r\n', ['log', 'errors']],
    ['a byte order mark is nothing', '\uFEFFlog', ['log']],
    ['a quote that is never closed takes the rest', 'log "a\nb', ['log', 'a\nb']],
  ])('%s', (_, text, expected) => expect(words(text)).toEqual(expected))
})

const refused = (text: string): readonly string[] => parseCorefile(text).problems.map((it) => `${it.line}: ${it.text}`)

describe('what the parser takes', () => {
  test.each([
    ['a brace too many: one more zone', '. {\n errors\n}\n}\n', ['.', '}']],
    ['keys joined by a comma', 'a:53,b:53 {\n errors\n}\n', ['a:53,b:53']],
    ['keys with a comma and a space', 'a, b {\n errors\n}\n', ['a', 'b']],
    ["a server whose brace is missing, behind a directive's", '. {\n health {\n  lameduck 5s\n }\n', ['.']],
    ['an empty text', '', []],
    ['files that there may be none of', 'import a/*.server\n. {\n}\nimport b/*.server', ['.']],
  ])('%s', (_, text, keys) => {
    expect(refused(text)).toEqual([])
    expect(parseCorefile(text).servers.flatMap((it) => it.keys)).toEqual(keys)
  })

  test.each([
    ['. {\n errors', '1: `{` is never closed'],
    ['. {\n forward . 10.0.0.2 {\n  max_fails 1\n', '2: `{` is never closed'],
    ['. {\n errors }\n}\n', '2: `}` in a line of its directive, and no `{` before it'],
    ['a, {\n errors\n}\n', '1: a comma before `{` asks for one more name'],
    ['a,', '1: the text ends after a comma'],
    ['. {\n import\n}\n', '2: `import` without a name'],
    ['. {\n import a b\n}\n', '2: `import` takes one name'],
    ['(a) {\n}\n(a) {\n}\n', '3: snippet a is there twice'],
    ['(a)\nerrors\n', '2: snippet a without its `{`'],
    ['(a) {\n import a\n}\n. {\n}\n', '2: snippet a imports itself'],
    ['. {\n log "a\n}\n', '2: a quote is never closed'],
    ['. {\n {\n }\n}\n', '2: `{` without a name before it'],
  ])('%j is refused: %s', (text, problem) => expect(refused(text)[0]).toBe(problem))
})

const doubling = (depth: number): string =>
  `(s0) {\n log\n log\n}\n${Array.from({ length: depth }, (_, n) => `(s${n + 1}) {\n import s${n}\n import s${n}\n}\n`).join('')}. {\n import s${depth}\n}\n`

describe('any text', () => {
  test('snippets that double are cut off, and said to be', () => {
    expect(parseCorefile(doubling(3))).toMatchObject({ cutOff: false, servers: [{ plugins: { length: 16 } }] })
    for (const depth of [20, 60, 200]) expect(parseCorefile(doubling(depth)).cutOff).toBe(true)
    expect(parseCorefile('(a) {\n import b\n}\n(b) {\n import a\n}\n. {\n import a\n}\n').servers.length).toBeLessThan(
      3,
    )
  })

  test('is read without a throw', () => {
    const odd = fc
      .array(
        fc.constantFrom(
          '{',
          '}',
          'import',
          '(a)',
          'a',
          ',',
          'a,',
          '"',
          '\\',
          '#',
          '\n',
          ' ',
          '\r',
          '""',
          '{$A}',
          'import a',
          '*',
        ),
        { maxLength: 60 },
      )
      .map((it) => it.join(''))
    fc.assert(
      fc.property(
        fc.oneof(
          odd,
          fc.string({ unit: 'grapheme' }),
          odd.map((it) => it.replaceAll(/(?<=.)/g, ' ')),
        ),
        (text) => {
          expect(parseCaddyfile(text).problems.every((it) => it.line >= 1)).toBe(true)
          parseCorefile(text)
        },
      ),
      { numRuns: 500 },
    )
  })
})
