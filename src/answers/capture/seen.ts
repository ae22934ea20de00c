import type { Place } from './place.ts'
import { type Sightings, sorts } from './sightings.ts'

/** What one place saw, to be asked about a packet of another. */
export interface Seen {
  readonly place: Place
  /** Its keys, in the order in which they came first. */
  readonly keys: () => Iterable<number>
  /** The rows of a key: each time that it was sent, and each time that it passed. */
  readonly rows: (key: number) => readonly number[]
  /** Those that are another time of sending for sure: the same packet that passes twice is one. */
  readonly sent: (key: number) => readonly number[]
  /** From the client's side to the server's. */
  readonly isForth: (row: number) => boolean
  readonly isData: (row: number) => boolean
  /** Whether the query or SYN of this key passed. */
  readonly asks: (request: number) => boolean
  /** How many segments have this byte, of whatever connection: never fewer than passed. */
  readonly passes: (byte: number) => number
  /** Rows that something came back to: of several that ask the same, the last one before the reply. */
  readonly replied: () => ReadonlySet<number>
}

/** Without a number that tells them apart, what comes again sooner is one packet at two devices; RFC 6298: 200 ms. */
const againMs = 1

/** `isServer`: what is known of an address, else null. */
export function seenAt(place: Place, isServer: (address: number) => boolean): Seen {
  const { sightings } = place
  const { keys, count } = sightings
  const first = new Map<number, number>()
  const last = new Map<number, number>()
  const following = new Int32Array(count).fill(-1)
  for (let row = 0; row < count; row++) {
    const key = keys[row] ?? 0
    const before = last.get(key)
    if (before === undefined) first.set(key, row)
    else following[before] = row
    last.set(key, row)
  }
  const rows = (key: number): readonly number[] => {
    const all: number[] = []
    for (let row = first.get(key) ?? -1; row >= 0; row = following[row] ?? -1) all.push(row)
    return all
  }
  let cover: Cover | null = null
  let replied: ReadonlySet<number> | null = null
  const isData = (row: number): boolean => (sightings.sorts[row] ?? 0) >= sorts.dataForth
  return {
    place,
    keys: () => first.keys(),
    rows,
    sent: (key) => sentOf(sightings, rows(key)),
    isForth: forthOf(sightings, isServer),
    isData,
    asks: (request) => first.has(request),
    passes(byte) {
      cover ??= coverOf(sightings, Array.from({ length: count }, (_, row) => row).filter(isData))
      return cover(byte)
    },
    replied: () => (replied ??= repliedRows(sightings)),
  }
}

export function sentOf({ ipIds, times }: Sightings, rows: readonly number[]): readonly number[] {
  if (rows.length < 2) return rows
  const known = new Set<number>()
  let before = -Infinity
  return rows.filter((row) => {
    const [id, time] = [ipIds[row] ?? 0, times[row] ?? 0]
    const isAgain = id === 0 ? time - before < againMs : known.has(id)
    known.add(id)
    before = time
    return !isAgain
  })
}

export type Cover = (byte: number) => number

const wrap = 2 ** 32

/** Counts the segments that have a byte, by where each begins and ends: they are merged and split on the way. */
export function coverOf({ seqs, lengths }: Sightings, rows: readonly number[]): Cover {
  const starts: number[] = []
  const ends: number[] = []
  for (const row of rows) {
    const from = seqs[row] ?? 0
    const to = from + (lengths[row] ?? 0)
    starts.push(from)
    ends.push(Math.min(to, wrap))
    if (to <= wrap) continue
    starts.push(0)
    ends.push(to - wrap)
  }
  const [from, to] = [Float64Array.from(starts).toSorted(), Float64Array.from(ends).toSorted()]
  return (byte) => upTo(from, byte) - upTo(to, byte)
}

/** How many of the sorted are not beyond this. */
function upTo(sorted: Float64Array, most: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) <= most) low = middle + 1
    else high = middle
  }
  return low
}

/** Who opened a connection is its client; else the servers that are known; else the lower port is the server's. */
function forthOf(sightings: Sightings, isServer: (address: number) => boolean): (row: number) => boolean {
  const { sorts: its, flows, from, to, sports, dports, count } = sightings
  const clients = new Map<number, number>()
  const end = (address = -1, port = 0): number => (address + 1) * 65_536 + port
  for (let row = 0; row < count; row++) {
    if (its[row] === sorts.syn) clients.set(flows[row] ?? 0, end(from[row], sports[row]))
    else if (its[row] === sorts.synAck) clients.set(flows[row] ?? 0, end(to[row], dports[row]))
  }
  return (row) => {
    const sort = its[row]
    if (sort === sorts.query || sort === sorts.syn) return true
    if (sort === sorts.answer || sort === sorts.synAck) return false
    const client = clients.get(flows[row] ?? 0)
    if (client !== undefined) return client === end(from[row], sports[row])
    if (isServer(to[row] ?? -1) !== isServer(from[row] ?? -1)) return isServer(to[row] ?? -1)
    return sort === sorts.dataForth
  }
}

function repliedRows({ sorts: its, exchanges, refusals, count }: Sightings): ReadonlySet<number> {
  const asked = new Map<number, number>()
  const replied = new Set<number>()
  for (let row = 0; row < count; row++) {
    if ((its[row] ?? 0) >= sorts.dataForth) continue
    const exchange = exchanges[row] ?? 0
    const before = asked.get(exchange)
    if (its[row] === sorts.syn && refusals.has(exchange)) replied.add(row)
    if (its[row] === sorts.query || its[row] === sorts.syn) asked.set(exchange, row)
    else if (before !== undefined) replied.add(before)
  }
  return replied
}
