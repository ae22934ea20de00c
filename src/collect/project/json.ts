/**
 * Readers for JSON of unknown shape: an API server, an aggregated API or a webhook may leave out or garble any
 * field, and one odd object must not end a collection. None of them throws.
 */
export type Fields = Readonly<Record<string, unknown>>

const none: Fields = Object.freeze({})

/** The value's fields; none when it is not an object. */
export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : none
}

export function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** null for what is no text, and for the empty text: the API's way to leave a field out. */
export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

export function texts(value: unknown): readonly string[] {
  return list(value).filter((it) => typeof it === 'string')
}

export function whole(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value + 0 : null
}

/**
 * The number of a port, also where whoever wrote the file again put it between quotation marks: an API server writes it
 * without (core/v1 types.go, int32), and a Service does not lose its port by that.
 */
export function portNumber(value: unknown): number | null {
  const quoted = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value
  const number = whole(quoted)
  return number !== null && number <= 65_535 ? number : null
}

/** A count, never negative; 0 when absent. */
export function count(value: unknown): number {
  return Math.max(0, whole(value) ?? 0)
}

/** A port number or a port's name, from an IntOrString; null when it is neither. */
export function port(value: unknown): number | string | null {
  return whole(value) ?? text(value)
}

/** The value when it is one of these words, else the first of them: the field's default. */
export function oneOf<const T extends readonly [string, ...string[]]>(value: unknown, words: T): T[number] {
  return words.find((it) => it === value) ?? words[0]
}

/** The entries of a map of strings. What is kept of them is interned, which says when it is too much. */
export function stringMap(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fields(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
