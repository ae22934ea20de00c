import type { Comparison, Trail } from '../../model/capture.ts'
import type { Addresses } from './addresses.ts'
import { compareAlong, type PathMark, type Place } from './compare.ts'
import type { Sightings } from './sightings.ts'

/** As src/probe/capture/plan-capture.ts writes it into the comment of each point. */
const marked = /; stages (\d(?: \d){0,5}); hears (all|[0-9a-f.:]{2,45}(?: [0-9a-f.:]{2,45}){0,31}|)$/

export function markOf(comment: string | null): PathMark | null {
  const [, stages = '', hears = ''] = marked.exec(comment ?? '') ?? []
  if (stages === '') return null
  const addresses = hears === '' ? [] : hears.split(' ')
  return { stages: stages.split(' ').map(Number), hears: hears === 'all' ? null : addresses }
}

/** Enough for a median. */
const mostCommon = 2000

/** Each stage of a path with the next that was captured. Of several places at a stage a packet passes one. */
export function compareStages(places: readonly Place[], addresses: Addresses): readonly Comparison[] {
  const timed = byOneClock(places)
  const stages = [...new Set(timed.flatMap((it) => it.mark?.stages ?? []))].toSorted((one, other) => one - other)
  const rows = new Map(timed.map((it) => [it.name, firstRows(it.sightings)]))
  const trailOf = (key: number): Trail =>
    timed
      .toSorted((one, other) => (one.mark?.stages[0] ?? 0) - (other.mark?.stages[0] ?? 0))
      .map((it) => {
        const row = rows.get(it.name)?.get(key)
        return { point: it.name, packet: row === undefined ? null : (it.sightings.numbers[row] ?? null) }
      })
  const at = (stage: number): readonly Place[] => timed.filter((it) => it.mark?.stages.includes(stage) === true)
  const pairs = stages.slice(1).map((far, index) => [at(stages[index] ?? far), at(far)] as const)
  return (
    pairs
      // A server beside the client stands for the uplinks that its packets do not pass.
      .filter(([near, far]) => far.some((it) => !near.includes(it)))
      .map(([near, far]) => compareAlong(united(near), united(far), { addresses, hears: hearsOf(far), trailOf }))
  )
}

function hearsOf(places: readonly Place[]): ReadonlySet<string> | null {
  const all = places.map((it) => it.mark?.hears ?? null)
  return all.includes(null) ? null : new Set(all.flatMap((it) => it ?? []))
}

function firstRows({ keys, count }: Sightings): ReadonlyMap<number, number> {
  const rows = new Map<number, number>()
  for (let row = count - 1; row >= 0; row--) rows.set(keys[row] ?? 0, row)
  return rows
}

/** Nodes have clocks of their own: each place is moved by the median of what it has in common with those before it. */
function byOneClock(places: readonly Place[]): readonly Place[] {
  const [first] = places
  const known = new Map<number, number>()
  return places.map((it) => {
    const { keys, times, count } = it.sightings
    const differences: number[] = []
    for (let row = 0; row < count && differences.length < mostCommon; row++) {
      const before = known.get(keys[row] ?? 0)
      if (before !== undefined) differences.push((times[row] ?? 0) - before)
    }
    const offset = differences.length > 0 ? middle(differences) : far(it.from - (first?.from ?? it.from))
    for (let row = 0; row < count; row++)
      if (!known.has(keys[row] ?? 0)) known.set(keys[row] ?? 0, (times[row] ?? 0) - offset)
    return offset === 0 ? it : moved(it, offset)
  })
}

/** All points of one capture are opened within seconds: more than that between two beginnings is their clocks'. */
function far(difference: number): number {
  return Math.abs(difference) > 20_000 ? difference : 0
}

function middle(all: readonly number[]): number {
  return all.toSorted((one, other) => one - other)[all.length >> 1] ?? 0
}

function moved(it: Place, by: number): Place {
  const times = it.sightings.times.slice()
  for (let row = 0; row < times.length; row++) times[row] = (times[row] ?? 0) - by
  return { ...it, from: it.from - by, to: it.to - by, sightings: { ...it.sightings, times } }
}

/** Several places of one stage as one: whatever passed any of them passed the stage. */
function united(places: readonly Place[]): Place {
  const [first] = places
  if (first === undefined) throw new Error('a stage without a place')
  if (places.length === 1) return first
  const rows = places
    .flatMap((place) => Array.from({ length: place.sightings.count }, (_, row) => ({ its: place.sightings, row })))
    .toSorted((one, other) => (one.its.times[one.row] ?? 0) - (other.its.times[other.row] ?? 0))
  const column = (of: (its: Sightings) => ArrayLike<number>): number[] => rows.map(({ its, row }) => of(its)[row] ?? 0)
  const sightings: Sightings = {
    see: () => {},
    keys: Float64Array.from(column((it) => it.keys)),
    exchanges: Float64Array.from(column((it) => it.exchanges)),
    sorts: Uint8Array.from(column((it) => it.sorts)),
    times: Float64Array.from(column((it) => it.times)),
    numbers: Float64Array.from(column((it) => it.numbers)),
    from: Int32Array.from(column((it) => it.from)),
    to: Int32Array.from(column((it) => it.to)),
    ttls: Uint8Array.from(column((it) => it.ttls)),
    count: rows.length,
    isFull: places.some((it) => it.sightings.isFull),
    refusals: new Set(places.flatMap((it) => [...it.sightings.refusals])),
    addresses: new Set(places.flatMap((it) => [...it.sightings.addresses])),
  }
  const [head = '', ...tail] = places.map((it) => it.name)
  return {
    ...first,
    name: [head, ...tail.map((it) => it.slice(it.lastIndexOf(':') + 1))].join('+'),
    // While all of them listened: what one of them may have missed is not missing.
    from: Math.max(...places.map((it) => it.from)),
    to: Math.min(...places.map((it) => it.to)),
    sightings,
  }
}
