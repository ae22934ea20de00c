import type { Paint } from './paint.ts'

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

/** All output is made here: a line stays one line, whatever is in it, and colours are those of `paint` alone. */
export function page(lines: readonly string[], paint: Pick<Paint, 'bad'>): string {
  const colours = paint.bad('') === '' ? 'plain' : 'colours'
  return lines.map((it) => `${visible(it, colours)}\n`).join('')
}
