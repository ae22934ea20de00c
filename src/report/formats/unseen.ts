/** Without line ends: those of a document are its own, and in its texts they are escapes already. */
const unseen = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * JSON, or YAML in which every text is in double quotes, that no terminal obeys: what their writers leave as it is (C1
 * controls, marks of direction) stands as its escape, which every reader takes for the same text.
 */
export function withEscapes(document: string, format: 'json' | 'yaml'): string {
  return document.replace(unseen, format === 'json' ? pair : point)
}

/** JSON knows halves alone of what is beyond the first 65,536. */
function pair(seen: string): string {
  return Array.from({ length: seen.length }, (_, at) => `\\u${hex4(seen.charCodeAt(at))}`).join('')
}

/** YAML, 5.7: halves are no characters there. */
function point(seen: string): string {
  const code = seen.codePointAt(0) ?? 0
  return code > 0xff_ff ? `\\U00${hex6(code)}` : `\\u${hex4(code)}`
}

function hex4(unit: number): string {
  return (0x1_0000 + unit).toString(16).slice(1)
}

/** Unicode ends at 10FFFF. */
function hex6(code: number): string {
  return (0x100_0000 + code).toString(16).slice(1)
}
