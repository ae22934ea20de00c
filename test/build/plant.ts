/** Where a string stands in a value: `pods.0.metadata.name`. */
export type Path = string

/** The value with every string in it, keys aside, put through `change`. */
export function plant<T>(value: T, change: (text: string, path: Path) => string, path: Path = ''): T {
  const at = (key: string | number): Path => (path === '' ? String(key) : `${path}.${key}`)
  if (typeof value === 'string') return change(value, path) as T
  if (Array.isArray(value)) return value.map((it: unknown, index) => plant(it, change, at(index))) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, held]) => [key, plant<unknown>(held, change, at(key))]),
  ) as T
}

/** Every place of a string. */
export function placesIn(value: unknown): readonly Path[] {
  const places: Path[] = []
  plant(value, (text, path) => {
    places.push(path)
    return text
  })
  return places
}
