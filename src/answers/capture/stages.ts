import type { Comparison, Trail } from '../../model/capture.ts'
import type { Addresses } from './addresses.ts'
import { compareAlong } from './compare.ts'
import { moved, type PathMark, type Place, united } from './place.ts'
import type { Sightings } from './sightings.ts'

/** As src/probe/capture/plan-capture.ts writes it into the comment of each point. */
const marked = new RegExp(
  '; stages (\\d(?: \\d){0,5}); hears (all|[0-9a-f.:]{2,45}(?: [0-9a-f.:]{2,45}){0,31}|)' +
    '(?:; leads (none|[0-9a-f.: ]{2,200}); masks (none|[0-9a-f.: ]{2,400}); moves (none|[0-9 ]{1,200}))?$',
)

export function markOf(comment: string | null): PathMark | null {
  const [, stages = '', hears = '', leads, masks, moves] = marked.exec(comment ?? '') ?? []
  if (stages === '') return null
  const words = (text: string): readonly string[] => text.split(' ').filter((it) => it !== '' && it !== 'none')
  return {
    stages: stages.split(' ').map(Number),
    hears: hears === 'all' ? null : words(hears),
    leads: leads === undefined ? null : words(leads),
    masks: words(masks ?? ''),
    moves: moves === undefined ? null : words(moves).map(Number),
  }
}

/** Enough for a median. */
const mostCommon = 2000
/** From the pod's own device to its other end on the node nothing is translated; nor at the server's. */
const translatedFrom = 1
const translatedTo = 4

/** Each stage of a path with the next that was captured. Of several places at a stage a packet passes one. */
export function compareStages(places: readonly Place[], addresses: Addresses): readonly Comparison[] {
  const timed = byOneClock(places)
  const stages = [...new Set(timed.flatMap((it) => it.mark?.stages ?? []))].toSorted((one, other) => one - other)
  const servers = new Set(timed.flatMap((it) => it.mark?.hears ?? []))
  const trailOf = trailsOf(timed)
  const at = (stage: number): readonly Place[] => timed.filter((it) => it.mark?.stages.includes(stage) === true)
  const all = stages.map((stage) => ({ stage, places: at(stage), place: united(at(stage)) }))
  return all.slice(1).flatMap((far, index) => {
    const near = all[index] ?? far
    // A server beside the client stands for the uplinks that its packets do not pass.
    if (!far.places.some((it) => !near.places.includes(it))) return []
    const along = {
      addresses,
      hears: hearsOf(far.places),
      isServer: (address: number) => servers.has(addresses.textOf(address)),
      isTranslated: far.stage > translatedFrom && near.stage < translatedTo,
      before: all.slice(0, index).map((it) => it.place),
      behind: all.slice(index + 2).map((it) => it.place),
      trailOf,
    }
    return [compareAlong(near.place, far.place, along)]
  })
}

function hearsOf(places: readonly Place[]): ReadonlySet<string> | null {
  const all = places.map((it) => it.mark?.hears ?? null)
  return all.includes(null) ? null : new Set(all.flatMap((it) => it ?? []))
}

/** One time of sending passes all points within this. */
const passingMs = 1000

function trailsOf(timed: readonly Place[]): (place: Place, row: number) => Trail {
  const ordered = timed.toSorted((one, other) => (one.mark?.stages[0] ?? 0) - (other.mark?.stages[0] ?? 0))
  return (place, row) => {
    const { keys, ipIds, times } = place.sightings
    const [key, id, time] = [keys[row] ?? 0, ipIds[row] ?? 0, times[row] ?? 0]
    const isIt = (its: Sightings, other: number): boolean =>
      its.keys[other] === key && its.ipIds[other] === id && Math.abs((its.times[other] ?? 0) - time) < passingMs
    return ordered.map(({ name, sightings: its }) => {
      const found = its.keys.subarray(0, its.count).findIndex((_, other) => isIt(its, other))
      return { point: name, packet: found < 0 ? null : (its.numbers[found] ?? null) }
    })
  }
}

/** Nodes have clocks of their own: each place is moved by the median of what it has in common with those before it. */
function byOneClock(places: readonly Place[]): readonly Place[] {
  // One without packets, of which nothing says when it listened, has no time at all.
  const first = places.find((it) => Number.isFinite(it.from))
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
    return moved(it, offset)
  })
}

/** All points of one capture are opened within seconds: more than that between two beginnings is their clocks'. */
function far(difference: number): number {
  return Number.isFinite(difference) && Math.abs(difference) > 20_000 ? difference : 0
}

function middle(all: readonly number[]): number {
  return all.toSorted((one, other) => one - other)[all.length >> 1] ?? 0
}
