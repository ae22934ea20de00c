import type { ServerSample } from '../dns-watch.ts'
import type { RoundFacts } from './round.ts'
import { emptyTally, skipped, tallied, type Tally, type Timed, type Way, wayKey } from './tally.ts'

/** `blind`: the cluster was asked, and no check could judge anything. */
export type Outcome = 'done' | 'late' | 'blind' | 'failed'

export const outcomes: readonly Outcome[] = ['done', 'late', 'blind', 'failed']

/** Whether a round that ended so saw the cluster. */
export function isSight(outcome: Outcome): boolean {
  return outcome === 'done' || outcome === 'late'
}

/** One look at the cluster. */
export interface Round {
  /** When it ended: milliseconds since 1970, for people and for Prometheus. */
  readonly at: number
  /** The same by performance.now(): a clock on the wall is set while a monitor runs. */
  readonly by: number
  readonly seconds: number
  readonly outcome: Outcome
  /** Why it was not `done`. */
  readonly why: string | null
  /** null: there is nothing to tell. */
  readonly facts: RoundFacts | null
  /** The DNS servers by their own metrics, since the round before. */
  readonly servers: readonly ServerSample[]
  /** Requests to the API server that it took. */
  readonly requests: number
}

export type MonitorFact =
  | { readonly kind: 'round'; readonly round: Round }
  /** Where lookups go from now on; what is not among them is gone. null: none are made here. */
  | { readonly kind: 'ways'; readonly ways: readonly Way[] | null }
  | { readonly kind: 'lookup'; readonly way: Way; readonly lookup: Timed }
  | { readonly kind: 'skipped'; readonly way: Way }
  | { readonly kind: 'kept'; readonly file: string }
  | { readonly kind: 'not-kept'; readonly why: string }

/** All that a monitor tells; its history is Prometheus'. */
export interface MonitorState {
  readonly rounds: Readonly<Record<Outcome, number>>
  readonly last: Round | null
  /** The last one that saw the cluster: when it ended, and what it said. */
  readonly seen: { readonly at: number; readonly by: number; readonly facts: RoundFacts } | null
  readonly requests: number
  readonly isAsking: boolean
  readonly tallies: ReadonlyMap<string, Tally>
  readonly kept: number
  readonly notKept: number
}

export const nothingSeen: MonitorState = {
  rounds: { done: 0, late: 0, blind: 0, failed: 0 },
  last: null,
  seen: null,
  requests: 0,
  isAsking: false,
  tallies: new Map(),
  kept: 0,
  notKept: 0,
}

export function told(state: MonitorState, fact: MonitorFact): MonitorState {
  switch (fact.kind) {
    case 'round':
      return afterRound(state, fact.round)
    case 'ways':
      return { ...state, isAsking: fact.ways !== null, tallies: talliesOf(state.tallies, fact.ways ?? []) }
    case 'lookup':
      return withTally(state, fact.way, (it) => tallied(it, fact.lookup))
    case 'skipped':
      return withTally(state, fact.way, skipped)
    case 'kept':
      return { ...state, kept: state.kept + 1 }
    case 'not-kept':
      return { ...state, notKept: state.notKept + 1 }
  }
}

/** A round that saw nothing takes back nothing: what was found before stands, and is as old as it is. */
function afterRound(state: MonitorState, round: Round): MonitorState {
  const { outcome, facts, at, by } = round
  return {
    ...state,
    rounds: { ...state.rounds, [outcome]: state.rounds[outcome] + 1 },
    last: round,
    seen: facts !== null && isSight(outcome) ? { at, by, facts } : state.seen,
    requests: state.requests + round.requests,
  }
}

/** Servers come and go for as long as a monitor runs: whose way is gone, its series end. */
function talliesOf(before: MonitorState['tallies'], ways: readonly Way[]): MonitorState['tallies'] {
  return new Map(ways.map((way) => [wayKey(way), before.get(wayKey(way)) ?? emptyTally(way)]))
}

/** A lookup that ends after its way was gone makes no series anew. */
function withTally(state: MonitorState, way: Way, change: (before: Tally) => Tally): MonitorState {
  const key = wayKey(way)
  const before = state.tallies.get(key)
  return before === undefined ? state : { ...state, tallies: new Map(state.tallies).set(key, change(before)) }
}

/** How many intervals a last sight of the cluster may be old. */
const staleAfter = 3

export interface Health {
  readonly ok: boolean
  readonly why: string
}

/** Whether what is served is still true: the cluster was seen within three intervals. `now` as performance.now(). */
export function readiness({ seen, last }: MonitorState, now: number, everyMs: number): Health {
  if (seen === null) return { ok: false, why: last === null ? 'no round has ended yet' : `no sight of the cluster yet` }
  const age = now - seen.by
  const said = `the cluster was seen ${Math.round(age / 1000)} s ago`
  return { ok: age <= staleAfter * everyMs, why: `${said}, and is looked at every ${Math.round(everyMs / 1000)} s` }
}
