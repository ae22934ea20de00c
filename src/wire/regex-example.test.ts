import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matches } from './linear-regex.ts'
import { exampleOf } from './regex-example.ts'

describe('a text that the expression takes', () => {
  test.each([
    ['/(v1|v2)/health', '/v1/health'],
    ['/img/.+[.]png$', '/img/a.png'],
    ['/v[0-9]+/health', '/v0/health'],
    ['/something(/|$)(.*)', '/something/'],
    ['/files?/x{2,3}', '/file/xx'],
    ['/(?:a|b)\\.html', '/a.html'],
    ['/(?P<lang>[a-z]{2})/\\d+', '/aa/0'],
    ['/[^a-z]', '/0'],
    ['/[[:digit:]]+', '/0'],
    ['/[]a]', '/a'],
    ['^/api/?$', '/api'],
    ['/.*', '/'],
    ['/(([a]+)+)+$', '/a'],
  ])('%s', (pattern, text) => expect(exampleOf(pattern)).toBe(text))
})

test('with what may be left out', () => expect(exampleOf('/.*/health/?', 'once')).toBe('/a/health/'))

describe('none', () => {
  test.each([
    ['look-ahead', '/x(?!y)$'],
    ['look-behind', '/(?<=x)y'],
    ['a back reference', '/(a)\\1'],
    ['brackets that do not close', '/(a'],
    ['one that closes nothing', '/a)b'],
    ['a class of nothing', '/[^\\x00-\\x{10FFFF}]'],
    ['too long', `/${'a'.repeat(600)}`],
  ])('%s', (_, pattern) => expect(exampleOf(pattern)).toBeNull())
})

const leaf = fc.constantFrom('a', 'Z', '0', '/', '-', '.', '\\.', '[a-z]', '[^/]', '[0-9]', '\\d', '\\w', 'v1', '[]x]')
const expression = fc.letrec<{ readonly all: string }>((tie) => ({
  all: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.tuple(tie('all'), tie('all')).map((its) => its.join('')),
    fc.tuple(tie('all'), tie('all')).map((its) => `(${its.join('|')})`),
    fc
      .tuple(tie('all'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}', '*?'))
      .map((its) => `(?:${its[0]})${its[1]}`),
  ),
})).all

test('it is one that RE2 takes, for every expression of the common kinds', () => {
  fc.assert(
    fc.property(expression, fc.constantFrom('without', 'once'), (it, optional) => {
      const made = exampleOf(it, optional)
      // Only what repeats repetitions is too long.
      if (made === null) expect(it.length).toBeGreaterThan(40)
      else expect(matches(`^(?:${it})$`, made, false)).toBe(true)
    }),
  )
})

test('any text at all: it ends, and is short', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 600 }), (it) => {
      expect((exampleOf(it) ?? '').length).toBeLessThanOrEqual(500)
    }),
  )
})
