import { stripVTControlCharacters } from 'node:util'
import { asCalled, oneEach } from './called.ts'
import type { Paint } from './paint.ts'
import { wrapped } from './wrap.ts'

/** Controls, marks of text direction, and what has no width; tabs are ours. */
const unseen = /(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** The colours that `paint` writes, behind their escape. */
const colour = /^\[(?:1|2|22|31|32|33|34|35|39|90)m/

/**
 * Names and texts from DNS answers, log lines and containers are other people's bytes: what would move a terminal's
 * cursor, begin a line, hide text or turn its direction is shown as its code, `\u001b`, and never obeyed.
 */
export function visible(line: string, colours: 'colours' | 'plain' = 'plain'): string {
  return line.replaceAll(unseen, (it, at: number) =>
    it === '\u001B' && colours === 'colours' && colour.test(line.slice(at + 1, at + 5))
      ? it
      : `\\u${(it.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}

/**
 * All output is made here: a line stays one line, whatever is in it, and colours are those of `paint` alone. Commands
 * are as the user has to type them, one a line; on a terminal prose is broken at its width.
 */
export function page(lines: readonly string[], paint: Pick<Paint, 'bad' | 'call' | 'wrap'>): string {
  const colours = paint.bad('') === '' ? 'plain' : 'colours'
  const shown = lines.flatMap((it) => oneEach(visible(it, colours)).map((one) => asCalled(one, paint.call)))
  const { wrap } = paint
  if (wrap === null) return shown.map((it) => `${it}\n`).join('')
  // A caret points at what stands above it.
  const isPointedAt = (index: number): boolean => /^\s*\^/.test(stripVTControlCharacters(shown[index + 1] ?? ''))
  return shown
    .flatMap((it, index) => (isPointedAt(index) ? [it] : wrapped(it, wrap)))
    .map((it) => `${it}\n`)
    .join('')
}
