import type { Comparison, Gone, Trail } from '../../model/capture.ts'
import type { Addresses } from './addresses.ts'
import { expectedAt } from './expected.ts'
import { goneBetween, type Missing } from './missing.ts'
import { moved, type Place } from './place.ts'
import { type Seen, seenAt } from './seen.ts'
import { sorts, type Sightings } from './sightings.ts'

export interface Along {
  readonly addresses: Addresses
  /** Of the far side. */
  readonly hears: ReadonlySet<string> | null
  /** Who is a server on this path. */
  readonly isServer: (address: number) => boolean
  /** Whether addresses can be translated between the two. */
  readonly isTranslated: boolean
  /** What stands before the near one, and behind the far one: a packet that has come that far was not lost. */
  readonly before: readonly Place[]
  readonly behind: readonly Place[]
  /** Where else this packet was seen. */
  readonly trailOf: (place: Place, row: number) => Trail
}

/** Between two interfaces of one machine no clock can differ by more. */
const sameClockMs = 250
/** How exactly it is known when a tap began, and what a packet may be under way when one ends. */
const margins = { began: 10, ended: 250 }
/** Where two have no packet in common, nothing tells how far their clocks are apart. */
const apartMargins = { began: 1000, ended: 1000 }

/**
 * Two places of one path, in their order, by one clock: what passed the first and was on its way to whoever is behind
 * the second, and never came there.
 */
export function compareAlong(near: Place, far: Place, along: Along): Comparison {
  const [nearSeen, farSeen] = [seenAt(near, along.isServer), seenAt(far, along.isServer)]
  const common = commonOf(nearSeen, farSeen)
  const about = {
    near: near.name,
    far: far.name,
    common: timesOf(common, nearSeen, farSeen),
    ...datagramsOf(near, far),
  }
  const why = whyNot(near, far)
  if (why !== null) return { ...about, gone: [], cannotTell: why }
  if (common.length === 0 && along.hears !== null && !hearsAny(near.sightings, along))
    return { ...about, gone: [], cannotTell: 'nothing-common' }
  const seen = (its: Place): Seen => seenAt(its, along.isServer)
  return judged(about, [nearSeen, farSeen], {
    ...along,
    before: along.before.map(seen),
    behind: along.behind.map(seen),
  })
}

/** Two points set against each other: what one saw and the other did not, though it was listening. */
export function compare(one: Place, other: Place, addresses: Addresses): Comparison {
  const nobody = (): boolean => false
  const [first, second] = [seenAt(one, nobody), seenAt(other, nobody)]
  const isTurned = comesFirst(commonOf(first, second), first, second) < 0
  const [near, late] = isTurned ? [second, first] : [first, second]
  const apart = offsetOf(commonOf(near, late), near, late)
  // Interfaces of one machine share its clock; a file may be merged of two machines all the same.
  const offset = near.place.file === late.place.file && Math.abs(apart) <= sameClockMs ? 0 : apart
  const far = offset === 0 ? late : seenAt(moved(late.place, offset), nobody)
  const about = {
    near: near.place.name,
    far: far.place.name,
    common: timesOf(commonOf(near, far), near, far),
    ...datagramsOf(near.place, far.place),
  }
  const why = whyNot(near.place, far.place)
  if (why !== null) return { ...about, gone: [], cannotTell: why }
  if (about.common === 0 && !knowEachOther(near.place.sightings, far.place.sightings))
    return { ...about, gone: [], cannotTell: 'nothing-common' }
  const between = { addresses, hears: null, isServer: nobody, isTranslated: true, before: [], behind: [] }
  return judged(about, [near, far], { ...between, trailOf: null })
}

interface Beyond extends Pick<Along, 'addresses' | 'hears' | 'isServer' | 'isTranslated'> {
  readonly before: readonly Seen[]
  readonly behind: readonly Seen[]
  readonly trailOf: Along['trailOf'] | null
}

function judged(
  about: Pick<Comparison, 'near' | 'far' | 'common' | 'datagrams'>,
  [near, far]: readonly [Seen, Seen],
  along: Beyond,
): Comparison {
  const margin = about.common === 0 && near.place.file === far.place.file ? apartMargins : margins
  const forth = missingAt(near, far, { along, way: 'forth', margin })
  const back = missingAt(far, near, { along, way: 'back', margin })
  const gone = [...goneOf(forth, near, along), ...goneOf(back, far, along)]
  const doubt = gone.length > 0 ? (doubtOf(forth, far.place) ?? doubtOf(back, near.place)) : null
  if (doubt !== null) return { ...about, gone: [], cannotTell: doubt }
  const isUnproved = gone.length === 0 && (forth.isUnproved || back.isUnproved)
  return { ...about, gone, cannotTell: isUnproved ? 'filter' : null }
}

interface Asking {
  readonly along: Beyond
  readonly way: Gone['way']
  readonly margin: typeof margins
}

function missingAt(at: Seen, other: Seen, { along, way, margin }: Asking): Missing {
  const { from, to, isTold } = other.place
  return goneBetween({
    at,
    other,
    beyond: way === 'forth' ? along.behind : along.before,
    way,
    // A first packet proves that its tap was there.
    window: { from: from + (isTold ? margin.began : 0), to: to - margin.ended },
    expected: expectedAt({ at, other, ...along }),
  })
}

/** Whether what is missing there may be what that capture lost itself, or could not be told in it. */
function doubtOf({ told }: Missing, { dropped, sightings }: Place): Comparison['cannotTell'] {
  if (told.length === 0) return null
  if (dropped > 0) return 'dropped'
  const isDns = told.some(({ sort }) => sort <= sorts.answer)
  return sightings.blind.any > 0 || (isDns && sightings.blind.dns > 0) ? 'cut-short' : null
}

const words: readonly Gone['what'][] = ['query', 'answer', 'syn', 'syn-ack', 'data', 'data']
const mostPackets = 6
const mostTrails = 3
/** What is larger meets limits that a small one does not. */
const largePayload = 950

function goneOf({ told, way }: Missing, at: Seen, { addresses, trailOf }: Beyond): readonly Gone[] {
  const { numbers, lengths } = at.place.sightings
  return told
    .toSorted((one, other) => other.rows.length - one.rows.length)
    .slice(0, 20)
    .map(({ sort, from, to, of, rows }) => {
      const isSmall = sort >= sorts.dataForth && rows.some((row) => (lengths[row] ?? 0) < largePayload)
      return {
        what: isSmall ? 'segment' : (words[sort] ?? 'data'),
        way,
        count: rows.length,
        of,
        from: addresses.textOf(from),
        to: addresses.textOf(to),
        packets: rows.slice(0, mostPackets).map((row) => numbers[row] ?? 0),
        trails: trailOf === null ? [] : rows.slice(0, mostTrails).map((row) => trailOf(at.place, row)),
      }
    })
}

function whyNot(near: Place, far: Place): Comparison['cannotTell'] {
  if (!near.isTrusted || !far.isTrusted) return 'clock'
  const isApart = Math.max(near.from, far.from) > Math.min(near.to, far.to)
  if (isApart) return 'no-overlap'
  return near.sightings.isFull || far.sightings.isFull ? 'too-many' : null
}

function hearsAny({ to, count }: Sightings, { addresses, hears }: Along): boolean {
  for (let row = 0; row < count; row++) if (hears?.has(addresses.textOf(to[row] ?? -1)) !== false) return true
  return false
}

function commonOf(one: Seen, other: Seen): readonly number[] {
  return [...one.keys()].filter((key) => other.asks(key))
}

/** How many packets, each time of sending by itself. */
function timesOf(common: readonly number[], one: Seen, other: Seen): number {
  return common.reduce((sum, key) => sum + Math.min(one.rows(key).length, other.rows(key).length), 0)
}

/** UDP that is no DNS: how many passed both. What is missing of it is not judged, as nobody says it again. */
function datagramsOf({ sightings: near }: Place, { sightings: far }: Place): Pick<Comparison, 'datagrams'> {
  if (near.datagrams.size + far.datagrams.size === 0) return {}
  let common = 0
  for (const [key, times] of near.datagrams) common += Math.min(times, far.datagrams.get(key) ?? 0)
  const all = (its: ReadonlyMap<number, number>): number => [...its.values()].reduce((sum, it) => sum + it, 0)
  return { datagrams: { near: all(near.datagrams), far: all(far.datagrams), common } }
}

/** Above 0 where `one` is nearer to the clients. Each router takes one from the TTL; clocks of two files may differ. */
function comesFirst(common: readonly number[], one: Seen, other: Seen): number {
  const [here, there] = [one.place.sightings, other.place.sightings]
  let votes = 0
  for (const key of common) {
    const a = one.rows(key)[0] ?? 0
    const b = other.rows(key)[0] ?? 0
    const way = one.isForth(a) ? 1 : -1
    const hops = (here.ttls[a] ?? 0) - (there.ttls[b] ?? 0)
    const time = one.place.file === other.place.file ? (there.times[b] ?? 0) - (here.times[a] ?? 0) : 0
    votes += way * Math.sign(hops === 0 ? time : hops)
  }
  return votes
}

/** How far the clock at `far` goes before the one at `near`: the median, as a queue delays some. */
function offsetOf(common: readonly number[], near: Seen, far: Seen): number {
  const timeOf = (its: Seen, key: number): number => its.place.sightings.times[its.rows(key)[0] ?? 0] ?? 0
  const all = common
    .slice(0, 10_001)
    .map((key) => timeOf(far, key) - timeOf(near, key))
    .toSorted((a, b) => a - b)
  return all[all.length >> 1] ?? 0
}

/** One of them saw an address of the other: it was listening at a place where such packets pass. */
function knowEachOther(near: Sightings, far: Sightings): boolean {
  return [...far.addresses].some((it) => near.addresses.has(it))
}
