import type { Answer, DnsServer, Lookup } from '../../model/lookups.ts'
import { counted, emptyHistogram, type Histogram } from './histogram.ts'

/** One way that lookups go: to the DNS Service, to the cache of this node, or to one DNS server past both. */
export interface Way {
  readonly role: DnsServer['role']
  /** The server's pod, or the address where it is no pod. */
  readonly server: string
}

export type Timed = Omit<Lookup, 'at'>

/** What lookups of one way came to since the monitor began. */
export interface Tally {
  readonly way: Way
  readonly times: Histogram
  readonly outcomes: Readonly<Partial<Record<Answer, number>>>
  /** Answered by a repeat alone: which question's first packet was lost. */
  readonly repeated: Readonly<Record<'a' | 'aaaa' | 'both', number>>
  /** Not made, since too many of this way waited for answers already, or none was answered for long. */
  readonly skipped: number
}

export function wayKey({ role, server }: Way): string {
  return `${role} ${server}`
}

export function emptyTally(way: Way): Tally {
  return { way, times: emptyHistogram, outcomes: {}, repeated: { a: 0, aaaa: 0, both: 0 }, skipped: 0 }
}

/** The worst first: of a lookup, what its user notices. An address of one family is an answer. */
const worst: readonly Answer[] = [
  'timeout',
  'unreachable',
  'servfail',
  'refused',
  'truncated',
  'other-name',
  'nxdomain',
  'not-found',
]

export function outcomeOf({ a, aaaa }: Pick<Timed, 'a' | 'aaaa'>): Answer {
  const bad = worst.find((it) => it === a || it === aaaa)
  if (bad !== undefined) return bad
  return a === 'ok' || aaaa === 'ok' ? 'ok' : 'nodata'
}

export function tallied(before: Tally, lookup: Timed): Tally {
  const outcome = outcomeOf(lookup)
  const { firstLost } = lookup
  // Without an answer at the end it was not repeated well.
  const isRepeated = firstLost !== 'none' && outcome !== 'timeout' && outcome !== 'unreachable'
  return {
    ...before,
    times: counted(before.times, lookup.ms / 1000),
    outcomes: { ...before.outcomes, [outcome]: (before.outcomes[outcome] ?? 0) + 1 },
    repeated: isRepeated ? { ...before.repeated, [firstLost]: before.repeated[firstLost] + 1 } : before.repeated,
  }
}

export function skipped(before: Tally): Tally {
  return { ...before, skipped: before.skipped + 1 }
}
