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

const longestPattern = 500
const longestText = 2000

/** What a user looks for in lines of any length, as stern and grep -E take it (RE2). */
export interface LinearPattern {
  readonly test: (text: string) => boolean
  /** Where it stands: begin and end of each, in their order, without the empty ones. */
  readonly spans: (text: string) => readonly (readonly [number, number])[]
}

/** null where it is no expression, or asks for look-around or a back reference. */
export function linearPattern(pattern: string): LinearPattern | null {
  try {
    const compiled = RE2JS.compile(pattern)
    return { test: (text) => compiled.matcher(text).find(), spans: (text) => spansOf(compiled, text) }
  } catch {
    return null
  }
}

function spansOf(compiled: RE2JS, text: string): readonly (readonly [number, number])[] {
  const spans: (readonly [number, number])[] = []
  const matcher = compiled.matcher(text)
  while (matcher.find()) if (matcher.end() > matcher.start()) spans.push([matcher.start(), matcher.end()])
  return spans
}
