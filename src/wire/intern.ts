import { TooMany } from './too-many.ts'

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
  /** Takes so many bytes of the room for what is more than usual; throws TooMany where there is none left. */
  spare(bytes: number, what: string): void
  /** The same of what can be left out: takes nothing, and says so, where it is more than half of what is left. */
  mayTake(bytes: number): boolean
}

/** A node has up to 300 labels, and others ten: 512 of them, of 64 characters each. */
const usualLabels = 32 * 1024
/** What is kept of a label is ten times as long as its text; nobody writes so many, and who does fills memory. */
const mostLabels = 4000
/**
 * For all that is more than usual. A tenant can write objects of 1.5 MB without end, and each character of them would
 * be kept: somebody with many labels is read whole, a hundred of them are a list that is cut off.
 */
const spareBytes = 2 * 2 ** 20

/** Whoever writes no two alike pays for so many texts, and no more. */
const mostSame = 20_000

/** A tenant's containers have kilobytes each, none alike: no text of them is kept, but a number by which to look. */
function numbered(text: string): number {
  let [one, two] = [0x81_1c_9d_c5, text.length]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    one = Math.imul(one ^ code, 0x01_00_01_93)
    two = Math.imul(two ^ code, 0x85_eb_ca_6b)
  }
  return (one >>> 0) * 2 ** 21 + (two >>> 11)
}

export function createIntern({ room = spareBytes }: { readonly room?: number } = {}): Intern {
  let left = room
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
    // Before anything is made of them.
    if (keys.length > mostLabels) throw new TooMany(`${keys.length} labels`)
    const key = JSON.stringify(keys.map((it) => [it, value[it]]))
    const seen = records.get(key)
    if (seen !== undefined) return seen
    if (key.length > usualLabels) spare(key.length, `${keys.length} labels`)
    const made = Object.freeze(Object.fromEntries(keys.map((it) => [text(it), text(value[it] ?? '')])))
    records.set(key, made)
    return made
  }

  function spare(bytes: number, what: string): void {
    left -= bytes
    if (left < 0) throw new TooMany(what)
  }

  function mayTake(bytes: number): boolean {
    const fits = bytes <= left / 2
    if (fits) left -= bytes
    return fits
  }

  const values = new Map<number, object>()

  function same<T extends object>(value: T): T {
    const text = JSON.stringify(value)
    const key = numbered(text)
    const seen = values.get(key)
    // Written alike and of the same kind: only values of one type are asked for by one text.
    if (seen !== undefined) return JSON.stringify(seen) === text ? (seen as T) : value
    if (values.size < mostSame) values.set(key, value)
    return value
  }

  return { text, labels, same, spare, mayTake }
}
