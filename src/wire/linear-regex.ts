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
