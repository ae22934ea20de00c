/** JSON with sorted keys: one value, one text, however the value was put together. Takes plain JSON values only. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  let text = ''
  for (const [key, held] of Object.entries(value).sort(byKey)) {
    if (held === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonical(held)}`
  }
  return `{${text}}`
}

/** A list of more is handed on item by item. */
const longList = 100

/**
 * The same text in parts, so that what holds a long list never stands in memory as one text: V8 gives one of more than
 * 128 kB a place of its own, and takes it away late.
 */
export function* canonicalParts(value: unknown): Generator<string> {
  if (!isLong(value)) {
    yield canonical(value)
  } else if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      yield at === 0 ? '[' : ','
      yield* canonicalParts(item)
    }
    yield ']'
  } else {
    let before = '{'
    for (const [key, held] of Object.entries(value).sort(byKey)) {
      if (held === undefined) continue
      yield `${before}${JSON.stringify(key)}:`
      yield* canonicalParts(held)
      before = ','
    }
    yield '}'
  }
}

/** A long list, or what holds one, at a depth where records have them. */
function isLong(value: unknown, depth = 3): value is object {
  if (Array.isArray(value)) return value.length > longList
  if (typeof value !== 'object' || value === null || depth === 0) return false
  return Object.values(value).some((it) => isLong(it, depth - 1))
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
