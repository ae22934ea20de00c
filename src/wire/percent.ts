/*
 * encodeURIComponent throws at half of a surrogate pair, decodeURIComponent at `%zz`: names that a server made up, and
 * a password that somebody typed, hold both.
 */

/** As one segment of a path, whatever it holds. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

/** What is no encoding stands for itself. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
