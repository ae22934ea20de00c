import type { Filter } from '../../wire/capture-filter.ts'
import { columnNames, emptyColumns, type Sightings } from './sightings.ts'

export interface Place {
  readonly name: string
  readonly file: number
  /** When it listened: as its file says, or from its first packet to its last. */
  readonly from: number
  readonly to: number
  /** Whether its file says so: its tap may have begun that much later than is said. */
  readonly isTold: boolean
  readonly sightings: Sightings
  /** Whether its clock only went on: else nobody knows when it listened. */
  readonly isTrusted: boolean
  /** Packets that its capture lost itself: any of them may be one that seems to be missing. */
  readonly dropped: number
  /** What it was told to take; empty: everything, null: nobody knows. */
  readonly filters: readonly Filter[] | null
  /** Where it stands on one path, as the capture itself says; null where it does not. */
  readonly mark: PathMark | null
}

/** What `hopscope capture` writes of a point. */
export interface PathMark {
  readonly stages: readonly number[]
  /** Where packets go that must pass here; null: wherever they go. */
  readonly hears: readonly string[] | null
  /** Of those, what is translated to another of them on the way (a Service's addresses); null where it is not said. */
  readonly leads: readonly string[] | null
  /** What the client's address may be replaced by. */
  readonly masks: readonly string[]
  /** Ports that such an address leads from or to, where the two differ; null where it is not said. */
  readonly moves: readonly number[] | null
}

/** By another clock. */
export function moved(it: Place, by: number): Place {
  if (by === 0) return it
  const times = it.sightings.times.slice()
  for (let row = 0; row < times.length; row++) times[row] = (times[row] ?? 0) - by
  return { ...it, from: it.from - by, to: it.to - by, sightings: { ...it.sightings, times } }
}

/** Several places of one stage as one: whatever passed any of them passed the stage. */
export function united(places: readonly Place[]): Place {
  const [first] = places
  if (first === undefined) throw new Error('a stage without a place')
  if (places.length === 1) return first
  const [head = '', ...tail] = places.map((it) => it.name)
  const filters = places.map((it) => it.filters)
  return {
    ...first,
    name: [head, ...tail.map((it) => it.slice(it.lastIndexOf(':') + 1))].join('+'),
    // While all of them listened: what one of them may have missed is not missing.
    from: Math.max(...places.map((it) => it.from)),
    to: Math.min(...places.map((it) => it.to)),
    isTold: places.some((it) => it.isTold),
    isTrusted: places.every((it) => it.isTrusted),
    dropped: places.reduce((sum, it) => sum + it.dropped, 0),
    filters: filters.includes(null) ? null : filters.flatMap((it) => it ?? []),
    sightings: unitedSightings(places.map((it) => it.sightings)),
  }
}

function unitedCounts(all: readonly ReadonlyMap<number, number>[]): ReadonlyMap<number, number> {
  const sum = new Map<number, number>()
  for (const its of all) for (const [key, times] of its) sum.set(key, (sum.get(key) ?? 0) + times)
  return sum
}

function unitedSightings(all: readonly Sightings[]): Sightings {
  const rows = all
    .flatMap((its) => Array.from({ length: its.count }, (_, row) => ({ its, row })))
    .toSorted((one, other) => (one.its.times[one.row] ?? 0) - (other.its.times[other.row] ?? 0))
  const columns = emptyColumns(rows.length)
  for (const name of columnNames)
    for (const [at, { its, row }] of rows.entries()) columns[name][at] = its[name][row] ?? 0
  return {
    ...columns,
    see: () => {},
    count: rows.length,
    isFull: all.some((it) => it.isFull),
    blind: {
      dns: all.reduce((sum, it) => sum + it.blind.dns, 0),
      any: all.reduce((sum, it) => sum + it.blind.any, 0),
    },
    refusals: new Set(all.flatMap((it) => [...it.refusals])),
    addresses: new Set(all.flatMap((it) => [...it.addresses])),
    datagrams: unitedCounts(all.map((it) => it.datagrams)),
  }
}
