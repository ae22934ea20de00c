import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { paint } from './paint.ts'
import { page, visible } from './visible.ts'

it.each([
  ['clears the screen', 'ok\u001B[2J', 'ok\\u001b[2J'],
  ['sets the title', '\u001B]0;x\u0007', '\\u001b]0;x\\u0007'],
  ['hides what follows', '\u001B[8mfault', '\\u001b[8mfault'],
  ['as one byte of C1', '\u009B2J', '\\u009b2J'],
  ['goes back over the line', 'fault\rfine ', 'fault\\u000dfine '],
  ['turns the direction', 'a\u202Eb', 'a\\u202eb'],
])('what %s is shown as its code', (_what, text, shown) => expect(visible(text)).toBe(shown))

it('leaves colours of our own, tabs and words as they are', () => {
  const { mark, strong, dim, bad, confidence, dot } = paint({ colour: true, ascii: false, width: 80 })
  const text = [
    ...(['error', 'warning', 'info', 'ok', 'cannot-tell', 'not-applicable'] as const).map(mark),
    strong('a'),
    dim('b'),
    bad('ä'),
    confidence('observed'),
    confidence('inferred'),
    dot,
    '\tforward . 1.1.1.1',
  ]
  expect(text.map((it) => visible(it, 'colours'))).toEqual(text)
  expect(page(text, paint({ colour: true, ascii: false, width: 80 }))).toBe(`${text.join('\n')}\n`)
})

it('leaves nothing that a terminal obeys but colours, and does nothing twice', () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\u001B', '[', '1m', '8m', '2J', '\u009B', '\r')),
        { maxLength: 12 },
      ),
      (parts) => {
        const shown = visible(parts.join(''), 'colours')
        expect(stripVTControlCharacters(shown)).not.toMatch(/(?!\t)\p{Cc}/u)
        expect(visible(shown, 'colours')).toBe(shown)
        expect(visible(parts.join(''))).not.toMatch(/(?!\t)\p{Cc}/u)
      },
    ),
  ))
