/** The source of one expression that takes any of these: a long one, an idea a line. Flags stand with the whole. */
export function anyOf(...parts: readonly RegExp[]): string {
  return `(?:${parts.map((it) => it.source).join('|')})`
}
