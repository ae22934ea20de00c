import { jsonNodes } from '../wire/json-nodes.ts'

/** One file is read into one text, which has this much at most. */
export const mostBytes = 64 * 2 ** 20
/** Values in one text, each of which takes up to some hundred bytes: ten thousand usual pods have four million. */
const mostNodes = 4 * 2 ** 20

export type Documents =
  | { readonly kind: 'documents'; readonly values: readonly unknown[] }
  | { readonly kind: 'trouble'; readonly what: string }

/** JSON objects and arrays, one after the other, as kubectl writes them. Linear in the length of the text. */
export function jsonDocuments(text: string): Documents {
  if (text.length > mostNodes && jsonNodes(text) > mostNodes) return trouble('holds more than is read at once')
  const values: unknown[] = []
  for (let at = afterSpace(text, 0); at < text.length;) {
    const end = endOfDocument(text, at)
    if (end === null) return trouble(text[at] === '{' || text[at] === '[' ? 'is cut off: it ends too early' : notJson)
    try {
      values.push(JSON.parse(text.slice(at, end)))
    } catch {
      // What JSON.parse complains about quotes the text, which may hold a secret.
      return trouble(notJson)
    }
    at = afterSpace(text, end)
  }
  return values.length === 0 ? trouble('is empty') : { kind: 'documents', values }
}

const notJson = 'is no JSON'

function trouble(what: string): Documents {
  return { kind: 'trouble', what }
}

/** Behind the bracket that closes the first one; null when there is none. Strings are skipped whole. */
function endOfDocument(text: string, start: number): number | null {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = endOfString(text, at)
    } else if (code === openBrace || code === openBracket) {
      depth++
    } else if (code === closeBrace || code === closeBracket) {
      depth--
      if (depth === 0) return at + 1
    }
    if (depth <= 0) return null
  }
  return null
}

const [quote, backslash, openBrace, openBracket, closeBrace, closeBracket] = [34, 92, 123, 91, 125, 93]

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === backslash) at++
    else if (code === quote) return at
  }
  return text.length
}

function afterSpace(text: string, start: number): number {
  let at = start
  while (at < text.length && spaces.has(text.charCodeAt(at))) at++
  return at
}

/** RFC 8259, 2; and the mark that some editors put first. */
const spaces: ReadonlySet<number> = new Set([9, 10, 13, 32, 0xfeff])
