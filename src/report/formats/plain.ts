import { visible } from '../visible.ts'

/** What XML has no place for, not even as a character reference (XML 1.0, 2.2): U+FFFE and U+FFFF. */
const nonCharacters = /[\uFFFE\uFFFF]/g

/**
 * Somebody else's text for a document: one line, nothing that turns its direction or hides in it, and no half of a
 * character, which UTF-8 can't hold. Each format then escapes what it gives a meaning to.
 */
export function plain(text: string): string {
  return visible(text.toWellFormed()).replaceAll(nonCharacters, '\uFFFD')
}
