/**
 * One copy of what repeats. Every pod of a ReplicaSet carries the same labels, node names and images, and JSON.parse
 * makes them again for each: with 100,000 pods that is most of the memory. Make one per collection or file, so that
 * it goes when they do.
 */
export interface Intern {
  text(value: string): string
  /** A frozen record; equal records, whatever their key order, are one object with sorted keys. */
  labels(value: Readonly<Record<string, string>>): Readonly<Record<string, string>>
  /** A value of JSON's: what is written alike is one object. For what repeats, such as the containers of a workload. */
  same<T extends object>(value: T): T
}

/** Whoever writes no two alike pays for so many texts, and no more. */
const mostSame = 20_000

export function createIntern(): Intern {
  const texts = new Map<string, string>()
  const records = new Map<string, Readonly<Record<string, string>>>()

  function text(value: string): string {
    const seen = texts.get(value)
    if (seen !== undefined) return seen
    texts.set(value, value)
    return value
  }

  function labels(value: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const keys = Object.keys(value).sort()
    const key = JSON.stringify(keys.map((it) => [it, value[it]]))
    const seen = records.get(key)
    if (seen !== undefined) return seen
    const made = Object.freeze(Object.fromEntries(keys.map((it) => [text(it), text(value[it] ?? '')])))
    records.set(key, made)
    return made
  }

  const values = new Map<string, object>()

  function same<T extends object>(value: T): T {
    const key = JSON.stringify(value)
    const seen = values.get(key)
    // Written alike and of the same kind: only values of one type are asked for by one text.
    if (seen !== undefined) return seen as T
    if (values.size < mostSame) values.set(key, value)
    return value
  }

  return { text, labels, same }
}
