const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * One line of JSON that no terminal obeys: what JSON.stringify leaves as it is (C1 controls, marks of direction) stands
 * as its escape, which every reader of JSON takes for the same text.
 */
export function jsonLine(value: object): string {
  const text = JSON.stringify(value).replace(unseen, escapes)
  return `${text}\n`
}

function escapes(seen: string): string {
  return Array.from({ length: seen.length }, (_, at) => escaped(seen.charCodeAt(at))).join('')
}

function escaped(unit: number): string {
  return `\\u${(0x1_0000 + unit).toString(16).slice(1)}`
}
