/** No name of the API's is longer (RFC 1123), and a distance costs the product of both lengths. */
const longest = 253

/**
 * The `max` candidates that a user most likely meant by `name`, best first; empty when none is near.
 * Near: at most a third of the longer name's letters differ (Levenshtein), or one name contains the other.
 */
export function closest(name: string, candidates: readonly string[], max = 3): string[] {
  if (name.length > longest) return []
  const wanted = name.toLowerCase()
  return [...new Set(candidates)]
    .filter((it) => it.length <= longest)
    .map((candidate) => ({ candidate, distance: distanceTo(wanted, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance !== null)
    .sort((a, b) => (a.distance ?? 0) - (b.distance ?? 0) || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, max)
    .map(({ candidate }) => candidate)
}

/**
 * Levenshtein distance in UTF-16 units: insertions, deletions and replacements that turn `a` into `b`. What is longer
 * than a name can be was not meant by any: the whole of it differs.
 */
export function editDistance(a: string, b: string): number {
  if (a.length > longest || b.length > longest) return Math.max(a.length, b.length)
  let row = Uint16Array.from({ length: b.length + 1 }, (_, column) => column)
  let next = new Uint16Array(b.length + 1)
  for (let i = 1; i <= a.length; i++) {
    next[0] = i
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next[j] = Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1)
    }
    ;[row, next] = [next, row]
  }
  return row[b.length] ?? 0
}

function distanceTo(wanted: string, candidate: string): number | null {
  const longer = Math.max(wanted.length, candidate.length)
  const near = Math.ceil(longer / 3)
  const contained =
    candidate.length >= 2 && wanted.length >= 2 && (candidate.includes(wanted) || wanted.includes(candidate))
  // No distance is smaller than the difference of the lengths.
  if (!contained && Math.abs(wanted.length - candidate.length) > near) return null
  const distance = editDistance(wanted, candidate)
  if (distance < longer && distance <= near) return distance
  return contained ? distance : null
}
