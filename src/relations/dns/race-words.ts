import type { ConntrackWindow } from '../../model/counters.ts'
import { countsOnlyLosses, raceState } from './kernel-race.ts'

/** A node on which parallel lookups kept their packets. */
export interface RaceSeen {
  readonly node: string
  readonly kernel: string
  /** null where the counters were not read. */
  readonly delta: ConntrackWindow['delta'] | null
}

/**
 * What that says of the A/AAAA race, for those who have read about it: whether these kernels can lose it at all. Only
 * for nodes where nothing was lost; where something was, DNS101 speaks.
 */
export function raceWords(seen: readonly RaceSeen[]): string {
  const kinds: readonly (readonly [(it: RaceSeen) => boolean, (its: readonly RaceSeen[]) => string])[] = [
    [
      (it) => (it.delta?.insert_failed ?? 0) > 0 && countsOnlyLosses(it.kernel),
      (its) =>
        `not ruled out on ${list(its.map((it) => it.node))}: insert_failed rose by ` +
        `${sum(its, (it) => it.delta?.insert_failed ?? 0)}, so conntrack lost packets, ` +
        'if none of these lookups',
    ],
    [({ kernel }) => raceState(kernel) === 'healed' && countsOnlyLosses(kernel), ruledOut],
    [
      ({ kernel }) => raceState(kernel) === 'healed',
      (its) =>
        `unlikely on ${kernels(its)}: all three fixes are in, ` +
        'but before 5.10 insert_failed also counts packets that were saved, so no counter proves it',
    ],
    [
      ({ kernel }) => raceState(kernel) === 'third-race-open',
      (its) =>
        `possible on ${kernels(its)}, though these lookups lost nothing: ` +
        'between two CoreDNS pods it is fixed in 5.6 only (6a757c07e51f)',
    ],
    [
      ({ kernel }) => raceState(kernel) === 'open',
      (its) => `possible on ${kernels(its)}, though these lookups lost nothing: the fixes came in 4.19, 5.0 and 5.6`,
    ],
    [
      () => true,
      (its) =>
        `not to be told from the version of ${kernels(its)}, which carries its distribution's own fixes: ` +
        'only counters can, and these lookups lost nothing',
    ],
  ]
  const left = new Set(seen)
  return kinds
    .flatMap(([fits, say]) => {
      const its = [...left].filter(fits)
      for (const it of its) left.delete(it)
      return its.length === 0 ? [] : [say(its)]
    })
    .join('; ')
}

function ruledOut(its: readonly RaceSeen[]): string {
  const saved = sum(its, (it) => it.delta?.clash_resolve ?? 0)
  const counted = its.every((it) => it.delta !== null)
  const risen = counted ? '; insert_failed did not rise' : ''
  const happened =
    saved > 0
      ? `; it happens on ${list(its.filter((it) => (it.delta?.clash_resolve ?? 0) > 0).map((it) => it.node))} ` +
        `and the kernel heals it: clash_resolve +${saved}, nothing lost`
      : risen
  return (
    `ruled out on these kernels: ${kernels(its)} ` +
    `${new Set(its.map((it) => it.kernel)).size === 1 ? 'has' : 'have'} all three fixes (4.19, 5.0, ` +
    `5.6)${happened}`
  )
}

/** `6.18.3 (3 nodes)`, `5.4.0 (worker-1)`. */
function kernels(its: readonly RaceSeen[]): string {
  return list(
    [...Map.groupBy(its, (it) => it.kernel)].map(
      ([kernel, all]) => `${kernel} (${all.length === 1 ? all[0]?.node : `${all.length} nodes`})`,
    ),
  )
}

function list(all: readonly string[]): string {
  return `${all.slice(0, 4).join(', ')}${all.length > 4 ? ` and ${all.length - 4} more` : ''}`
}

function sum(its: readonly RaceSeen[], of: (it: RaceSeen) => number): number {
  return its.reduce((total, it) => total + of(it), 0)
}
