import { RE2JS } from 're2js'

/**
 * Whether a text holds what a regular expression of somebody else's says. JavaScript's own engine goes back and may
 * take for ever on a pattern that a tenant chose; RE2 walks all ways at once. That is also the engine of Go, so of what
 * CoreDNS is told; of nginx's (PCRE) it lacks look-around, back references and possessive quantifiers: those, and what
 * it does not compile, are null.
 */
export function matches(pattern: string, text: string, ignoreCase: boolean): boolean | null {
  if (pattern.length > longestPattern || text.length > longestText) return null
  try {
    return RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0)
      .matcher(text)
      .find()
  } catch {
    return null
  }
}

/** What each group of the expression stands for where it is found first, the whole at 0; null where it is not. */
export function groupsFound(pattern: string, text = '', ignoreCase = false): readonly string[] | null {
  if (pattern.length > longestPattern || text.length > longestText) return null
  try {
    const found = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0).matcher(text)
    if (!found.find()) return null
    return Array.from({ length: found.groupCount() + 1 }, (_, at) => found.group(at) ?? '')
  } catch {
    return null
  }
}

const longestPattern = 500
const longestText = 2000

/** What a user looks for in lines of any length, as stern and grep -E take it (RE2). */
export interface LinearPattern {
  readonly test: (text: string) => boolean
  /** Where it stands at the beginning of a text: begin and end of each, in their order, without the empty ones. */
  readonly spans: (text: string) => readonly (readonly [number, number])[]
}

/** null where it is no expression, is longer than any, or asks for look-around or a back reference. */
export function linearPattern(pattern: string): LinearPattern | null {
  if (pattern.length > longestWish) return null
  try {
    const compiled = RE2JS.compile(pattern)
    return { test: (text) => compiled.matcher(text).find(), spans: (text) => spansOf(compiled, text) }
  } catch {
    return null
  }
}

/** One find is linear, all of them are not: `e.*x|e` reads to the end at each e of a line that a tenant wrote. */
const mostSpans = 100
const longestSought = 4096
const longestWish = 1000

function spansOf(compiled: RE2JS, text: string): readonly (readonly [number, number])[] {
  const spans: (readonly [number, number])[] = []
  const matcher = compiled.matcher(text.slice(0, longestSought))
  while (spans.length < mostSpans && matcher.find())
    if (matcher.end() > matcher.start()) spans.push([matcher.start(), matcher.end()])
  return spans
}
