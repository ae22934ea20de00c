import type { Comparison, Gone, Trail } from '../../model/capture.ts'
import type { Addresses } from './addresses.ts'
import { type Sightings, sorts } from './sightings.ts'

export interface Place {
  readonly name: string
  readonly file: number
  readonly from: number
  readonly to: number
  readonly sightings: Sightings
  /** Whether its clock only went on: else nobody knows when it listened. */
  readonly isTrusted: boolean
  /** Where it stands on one path, as the capture itself says; null where it does not. */
  readonly mark: PathMark | null
}

/** What `hopscope capture` writes of a point. */
export interface PathMark {
  readonly stages: readonly number[]
  /** Where packets go that must pass here; null: wherever they go. */
  readonly hears: readonly string[] | null
}

export interface Along {
  readonly addresses: Addresses
  /** Of the far side. */
  readonly hears: ReadonlySet<string> | null
  /** Where else this packet was seen. */
  readonly trailOf: (key: number) => Trail
}

/**
 * Two places of one path, in their order, by one clock: what passed the first and was on its way to whoever is behind
 * the second, and never came there.
 */
export function compareAlong(near: Place, far: Place, along: Along): Comparison {
  const nearIndex = indexOf(near.sightings)
  const farIndex = indexOf(far.sightings)
  const common = [...nearIndex.keys()].filter((key) => farIndex.has(key)).length
  const about = { near: near.name, far: far.name, common }
  const window = overlap(near, far, 0)
  if (!near.isTrusted || !far.isTrusted) return { ...about, gone: [], cannotTell: 'clock' }
  if (window === null) return { ...about, gone: [], cannotTell: 'no-overlap' }
  if (near.sightings.isFull || far.sightings.isFull) return { ...about, gone: [], cannotTell: 'too-many' }
  if (common === 0 && along.hears !== null && !hearsAny(near.sightings, along))
    return { ...about, gone: [], cannotTell: 'nothing-common' }
  const asked = { window, along }
  const forth = gone(near, { ...asked, index: nearIndex, others: farIndex, way: 'forth' }, along.addresses)
  const back = gone(far, { ...asked, index: farIndex, others: nearIndex, way: 'back' }, along.addresses, near.sightings)
  return { ...about, gone: [...forth, ...back], cannotTell: null }
}

function hearsAny({ to, count }: Sightings, along: Along): boolean {
  for (let row = 0; row < count; row++) if (isHeard(to[row] ?? -1, along)) return true
  return false
}

function isHeard(to: number, { addresses, hears }: Along): boolean {
  return hears === null || hears.has(addresses.textOf(to))
}

const words: readonly Gone['what'][] = ['query', 'answer', 'syn', 'syn-ack', 'data', 'data']
const forward: ReadonlySet<number> = new Set([sorts.query, sorts.syn, sorts.dataForth])
const mostPackets = 6
const mostTold = 200
const mostTrails = 3
/** What was under way when the other capture began or ended can't be missed there. */
const marginMs = 250

/** Two points set against each other: what one saw and the other did not, though it was listening. */
export function compare(one: Place, other: Place, addresses: Addresses): Comparison {
  const first = indexOf(one.sightings)
  const second = indexOf(other.sightings)
  const common = [...first.keys()].filter((key) => second.has(key))
  const isTurned = comesFirst(common, [one, first], [other, second]) < 0
  const [near, far] = isTurned ? [other, one] : [one, other]
  const [nearIndex, farIndex] = isTurned ? [second, first] : [first, second]
  const apart = offsetOf(common, [near, nearIndex], [far, farIndex])
  // Interfaces of one machine share its clock; a file may be merged of two machines all the same.
  const offset = near.file === far.file && Math.abs(apart) <= marginMs ? 0 : apart
  const window = overlap(near, far, offset)
  const about = { near: near.name, far: far.name, common: common.length }
  if (!near.isTrusted || !far.isTrusted) return { ...about, gone: [], cannotTell: 'clock' }
  if (window === null) return { ...about, gone: [], cannotTell: 'no-overlap' }
  if (common.length === 0 && !knowEachOther(near.sightings, far.sightings))
    return { ...about, gone: [], cannotTell: 'nothing-common' }
  const isFull = near.sightings.isFull || far.sightings.isFull
  if (isFull) return { ...about, gone: [], cannotTell: 'too-many' }
  const forth = gone(near, { index: nearIndex, others: farIndex, window, way: 'forth' }, addresses)
  const back = gone(
    far,
    { index: farIndex, others: nearIndex, window: shifted(window, offset), way: 'back' },
    addresses,
    near.sightings,
  )
  return { ...about, gone: [...forth, ...back], cannotTell: null }
}

/** By key its first row. */
type Index = ReadonlyMap<number, number>

function indexOf({ keys, count }: Sightings): Index {
  const index = new Map<number, number>()
  for (let row = 0; row < count; row++) {
    const key = keys[row] ?? 0
    if (!index.has(key)) index.set(key, row)
  }
  return index
}

type Side = readonly [Place, Index]

/** Above 0 where `one` is nearer to the clients. Each router takes one from the TTL; clocks of two files may differ. */
function comesFirst(common: readonly number[], [one, first]: Side, [other, second]: Side): number {
  let votes = 0
  for (const key of common) {
    const a = first.get(key) ?? 0
    const b = second.get(key) ?? 0
    const way = forward.has(one.sightings.sorts[a] ?? 0) ? 1 : -1
    const hops = (one.sightings.ttls[a] ?? 0) - (other.sightings.ttls[b] ?? 0)
    const time = one.file === other.file ? (other.sightings.times[b] ?? 0) - (one.sightings.times[a] ?? 0) : 0
    votes += way * Math.sign(hops === 0 ? time : hops)
  }
  return votes
}

/** How far the clock at `far` goes before the one at `near`: the median, as a queue delays some. */
function offsetOf(common: readonly number[], [near, nearIndex]: Side, [far, farIndex]: Side): number {
  const all = common
    .slice(0, 10_001)
    .map(
      (key) =>
        (far.sightings.times[farIndex.get(key) ?? 0] ?? 0) - (near.sightings.times[nearIndex.get(key) ?? 0] ?? 0),
    )
    .toSorted((a, b) => a - b)
  return all[all.length >> 1] ?? 0
}

interface Window {
  readonly from: number
  readonly to: number
}

/** By the clock of `near`. */
function overlap(near: Place, far: Place, offset: number): Window | null {
  const from = Math.max(near.from, far.from - offset) - marginMs
  const to = Math.min(near.to, far.to - offset) + marginMs
  return from < to ? { from, to } : null
}

function shifted({ from, to }: Window, by: number): Window {
  return { from: from + by, to: to + by }
}

/** One of them saw an address of the other: it was listening at a place where such packets pass. */
function knowEachOther(near: Sightings, far: Sightings): boolean {
  return [...far.addresses].some((it) => near.addresses.has(it))
}

interface Asked {
  readonly index: Index
  readonly others: Index
  readonly window: Window
  readonly way: Gone['way']
  readonly along?: Along
}

function gone(
  place: Place,
  { index, others, window, way, along }: Asked,
  addresses: Addresses,
  near?: Sightings,
): readonly Gone[] {
  const { sightings } = place
  const replied = way === 'forth' ? repliedRows(sightings) : new Set<number>()
  const times = timesSeen(sightings)
  const all = new Map<string, { count: number; of: number; packets: number[]; trails: Trail[] }>()
  for (const [key, row] of index) {
    if (!isAsked(sightings, row, { window, way, near, along })) continue
    const told = toldBy(sightings, row)
    const counted = all.get(told) ?? { count: 0, of: 0, packets: [], trails: [] }
    if (counted.of === 0 && all.size >= mostTold) continue
    all.set(told, counted)
    counted.of++
    // Data that is sent once may have been merged with what follows it; what is stuck is sent again.
    const isOver = isData(sightings, row) ? (times.get(key) ?? 0) < 2 : replied.has(row)
    if (isOver || others.has(key)) continue
    counted.count++
    if (counted.packets.length < mostPackets) counted.packets.push(sightings.numbers[row] ?? 0)
    if (along !== undefined && counted.trails.length < mostTrails) counted.trails.push(along.trailOf(key))
  }
  return [...all]
    .filter(([, { count }]) => count > 0)
    .toSorted(([, one], [, other]) => other.count - one.count)
    .slice(0, 20)
    .map(([told, its]) => {
      const [what = '', from = '', to = ''] = told.split('\0')
      const ends = { from: addresses.textOf(Number(from)), to: addresses.textOf(Number(to)) }
      return { what: what as Gone['what'], way, ...its, ...ends }
    })
}

/** Whether the other point should have seen it: in this direction, while it was listening. */
function isAsked(
  { sorts: its, times, to }: Sightings,
  row: number,
  {
    window,
    way,
    near,
    along,
  }: Pick<Asked, 'window' | 'way'> & {
    readonly near: Sightings | undefined
    readonly along: Along | undefined
  },
): boolean {
  const time = times[row] ?? 0
  if (forward.has(its[row] ?? 0) !== (way === 'forth') || time < window.from || time > window.to) return false
  if (way === 'forth' && along !== undefined && !isHeard(to[row] ?? -1, along)) return false
  // An answer to somebody whom the other point never saw went another way.
  return near === undefined || near.addresses.has(to[row] ?? -1)
}

function isData({ sorts: its }: Sightings, row: number): boolean {
  return its[row] === sorts.dataForth || its[row] === sorts.dataBack
}

function toldBy({ sorts: its, from, to }: Sightings, row: number): string {
  return `${words[its[row] ?? 0] ?? 'data'}\0${from[row]}\0${to[row]}`
}

function timesSeen({ keys, count }: Sightings): ReadonlyMap<number, number> {
  const times = new Map<number, number>()
  for (let row = 0; row < count; row++) times.set(keys[row] ?? 0, (times.get(keys[row] ?? 0) ?? 0) + 1)
  return times
}

/** Rows that something came back to: of several that ask the same, the last one before the reply. */
function repliedRows({ sorts: its, exchanges, refusals, count }: Sightings): ReadonlySet<number> {
  const asked = new Map<number, number>()
  const replied = new Set<number>()
  for (let row = 0; row < count; row++) {
    const exchange = exchanges[row] ?? 0
    const before = asked.get(exchange)
    if (its[row] === sorts.syn && refusals.has(exchange)) replied.add(row)
    if (forward.has(its[row] ?? 0)) asked.set(exchange, row)
    else if (before !== undefined) replied.add(before)
  }
  return replied
}
