/**
 * What is made of a list is made once, however many ask for it: an index instead of one more walk for each asker. Kept
 * as long as the list itself, by its identity, so nothing that is pure becomes less so.
 */
export function once<Of extends object, Made>(make: (of: Of) => Made): (of: Of) => Made {
  const kept = new WeakMap<Of, { readonly made: Made }>()
  return (of) => {
    const before = kept.get(of)
    if (before !== undefined) return before.made
    const made = make(of)
    kept.set(of, { made })
    return made
  }
}

/** What stands under the key, made now where nothing does yet. */
export function put<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const before = map.get(key)
  if (before !== undefined) return before
  const made = make()
  map.set(key, made)
  return made
}
