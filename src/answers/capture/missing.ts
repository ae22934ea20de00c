import type { Gone } from '../../model/capture.ts'
import type { Expected } from './expected.ts'
import { type Cover, coverOf, type Seen, sentOf } from './seen.ts'

export interface Asked {
  readonly at: Seen
  readonly other: Seen
  /** Those behind it on this way. */
  readonly beyond: readonly Seen[]
  readonly way: Gone['way']
  /** While the other one listened for sure. */
  readonly window: { readonly from: number; readonly to: number }
  readonly expected: Expected
}

export interface Missing {
  readonly way: Gone['way']
  readonly told: readonly Told[]
  /** Whether something is missing of which nobody can tell whether it should be there. */
  readonly isUnproved: boolean
}

/** Of one sort, from one address to another: those that never came, of how many. */
export interface Told {
  readonly sort: number
  readonly from: number
  readonly to: number
  of: number
  readonly rows: number[]
}

/** Pairs of addresses beyond these are not told apart. */
const mostTold = 200

/**
 * What passed `at` and was never seen at `other`, each time of sending by itself: of a segment that is sent twice and
 * arrives once, one was lost.
 */
export function goneBetween(asked: Asked): Missing {
  const { at, window, way, expected } = asked
  const { sorts: its, times, from, to } = at.place.sightings
  const all = new Map<string, Told>()
  let isUnproved = false

  function isAsked(row: number): boolean {
    const time = times[row] ?? 0
    return at.isForth(row) === (way === 'forth') && time >= window.from && time <= window.to
  }

  function toldOf(row: number): Told | null {
    const about = `${its[row]} ${from[row]} ${to[row]}`
    const known = all.get(about)
    if (known !== undefined) return known
    if (all.size >= mostTold) return null
    const told = { sort: its[row] ?? 0, from: from[row] ?? -1, to: to[row] ?? -1, of: 0, rows: [] }
    all.set(about, told)
    return told
  }

  const losses = lossesOf(asked, isAsked)
  for (const key of at.keys()) {
    const sent = at.sent(key).filter(isAsked)
    const [first] = sent
    if (first === undefined) continue
    const lost = losses(key, sent)
    const isExpected = expected(first)
    if (isExpected !== true) {
      isUnproved ||= isExpected === null && lost.length > 0
      continue
    }
    const told = toldOf(first)
    if (told === null) continue
    told.of += sent.length
    told.rows.push(...lost)
  }
  return { way, told: [...all.values()].filter((it) => it.rows.length > 0), isUnproved }
}

type Losses = (key: number, sent: readonly number[]) => readonly number[]

function lossesOf(asked: Asked, isAsked: (row: number) => boolean): Losses {
  const { at } = asked
  const ofData = dataLosses(asked, isAsked)
  const ofOthers = asked.way === 'forth' ? requestLosses(asked) : replyLosses(asked)
  return (key, sent) => (at.isData(sent[0] ?? -1) ? ofData(key, sent) : ofOthers(key, sent))
}

/** Queries and SYNs: one that was answered was not lost. */
function requestLosses({ at, other, beyond }: Asked): Losses {
  return (key, sent) => {
    const replied = at.replied()
    const isElsewhere = [other, ...beyond].every((it) => !it.asks(key)) && at.rows(key).some((row) => replied.has(row))
    // It was answered, and nothing of it was seen there: it went another way.
    if (isElsewhere) return []
    return fewest([other, ...beyond], (it) => unmatched(at, it, key, sent)).filter((row) => !replied.has(row))
  }
}

/** Answers and SYN-ACKs: they come back where what asked for them passed. */
function replyLosses({ at, other, beyond }: Asked): Losses {
  const { sightings } = at.place
  const { flows, from, to, requests } = sightings
  let heard: ReadonlySet<string> | null = null
  // Who goes on talking in a connection has got its SYN-ACK.
  const hasArrived = (row: number): boolean => {
    heard ??= new Set(
      Array.from({ length: sightings.count }, (_, it) => it)
        .filter((it) => at.isData(it))
        .map((it) => `${flows[it]} ${from[it]}`),
    )
    return heard.has(`${flows[row]} ${to[row]}`)
  }
  return (key, sent) => {
    const [first = -1] = sent
    if (!other.asks(requests[first] ?? 0)) return []
    const isElsewhere = [other, ...beyond].every((it) => !it.asks(key)) && hasArrived(first)
    return isElsewhere ? [] : fewest([other, ...beyond], (it) => unmatched(at, it, key, sent))
  }
}

/**
 * Data, by its bytes: how often they were sent, and how often they passed, in segments of whatever size. What was sent
 * once and is nowhere may be on its way still.
 */
function dataLosses({ at, other, beyond }: Asked, isAsked: (row: number) => boolean): Losses {
  const { sightings } = at.place
  const { flows, from, seqs, keys, ipIds } = sightings
  const told = new Set<string>()
  let sides: ReadonlyMap<string, Side> | null = null
  return (_, sent) => {
    const [first = -1] = sent
    const [side, start] = [`${flows[first]} ${from[first]}`, seqs[first] ?? 0]
    if (told.has(`${side} ${start}`)) return []
    told.add(`${side} ${start}`)
    sides ??= sidesOf(at, isAsked)
    const its = sides.get(side)
    const here = its?.cover(start) ?? 0
    const there = Math.max(...[other, ...beyond].map((it) => it.passes(start)))
    if (there === 0 && here < 2) return []
    if (here <= there) return []
    const came = new Set(other.rows(keys[first] ?? 0).map((row) => other.place.sightings.ipIds[row] ?? 0))
    const isThere = (row: number): boolean => ipIds[row] !== 0 && came.has(ipIds[row] ?? 0)
    const rows = (its?.rows.get(start) ?? []).toSorted(
      (one, another) => Number(isThere(one)) - Number(isThere(another)),
    )
    return rows.slice(0, Math.max(0, here - there)).toSorted((one, another) => one - another)
  }
}

/** What one side of a connection sent: by the first byte its segments, and how often each byte. */
interface Side {
  readonly rows: ReadonlyMap<number, readonly number[]>
  readonly cover: Cover
}

function sidesOf(at: Seen, isAsked: (row: number) => boolean): ReadonlyMap<string, Side> {
  const { sightings } = at.place
  const { flows, from, seqs, count } = sightings
  const data = Array.from({ length: count }, (_, row) => row).filter((row) => at.isData(row) && isAsked(row))
  const sides = Map.groupBy(data, (row) => `${flows[row]} ${from[row]}`)
  return new Map(
    [...sides].map(([side, all]) => {
      const starts = Map.groupBy(all, (row) => seqs[row] ?? 0)
      const rows = new Map([...starts].map(([start, same]) => [start, sentOf(sightings, same)]))
      return [side, { rows, cover: coverOf(sightings, [...rows.values()].flat()) }]
    }),
  )
}

/** Of those that were sent, who has no match there: by the number of IP where it survived, else by how many came. */
function unmatched(at: Seen, other: Seen, key: number, sent: readonly number[]): readonly number[] {
  const [here, there] = [at.place.sightings, other.place.sightings]
  const came = new Map<number, number>()
  const all = other.rows(key)
  for (const row of all) came.set(there.ipIds[row] ?? 0, (came.get(there.ipIds[row] ?? 0) ?? 0) + 1)
  let matched = 0
  // Whatever was sent before that one listened for sure may have come all the same.
  const left = at.sent(key).filter((row) => {
    const id = here.ipIds[row] ?? 0
    const its = id === 0 ? 0 : (came.get(id) ?? 0)
    if (its === 0) return true
    came.set(id, its - 1)
    matched++
    return false
  })
  const asked = new Set(sent)
  const missing = left.filter((row) => asked.has(row))
  return missing.slice(0, Math.max(0, missing.length - (all.length - matched)))
}

function fewest(all: readonly Seen[], of: (it: Seen) => readonly number[]): readonly number[] {
  return all.map(of).reduce((best, it) => (it.length < best.length ? it : best))
}
