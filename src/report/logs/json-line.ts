const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * One line of JSON that no terminal obeys: what JSON.stringify leaves as it is (C1 controls, marks of direction) stands
 * as its escape, which every reader of JSON takes for the same text.
 */
export function jsonLine(value: object): string {
  const text = JSON.stringify(value).replace(unseen, (it) =>
    Array.from({ length: it.length }, (_, at) => `\\u${it.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  )
  return `${text}\n`
}
