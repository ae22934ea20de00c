interface Named {
  readonly namespace: string
  readonly name: string
}

/** Orders by code units: the same on every machine, whatever its locale. */
export function byName<T>(key: (it: T) => string): (a: T, b: T) => number {
  return (a, b) => {
    const [one, other] = [key(a), key(b)]
    return one < other ? -1 : one > other ? 1 : 0
  }
}

/** By namespace, then name. */
export function inOrder(a: Named, b: Named): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
