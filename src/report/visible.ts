/** Controls, marks of text direction, and what has no width; tabs and line ends are ours. */
const unseen = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** The colours that `paint` writes, behind their escape. */
const colour = /^\[(?:1|2|22|31|32|33|34|35|39|90)m/

/**
 * Names and texts from DNS answers, log lines and containers are other people's bytes: what would move a terminal's
 * cursor, hide text or turn its direction is shown as its code, `\u001b`, and never obeyed.
 */
export function visible(text: string): string {
  return text.replaceAll(unseen, (it, at: number) => (it === '\u001B' && colour.test(text.slice(at + 1, at + 5)) ? it : `\\u${(it.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`))
}
