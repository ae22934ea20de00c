import { cannotTell, type Verdict } from '../../findings/verdict.ts'
import type { DnsProbe } from '../../model/lookups.ts'

/** Nodes that no lookup came from, and what a probe that stopped left out: nothing is well of these. */
export function notMeasured({ missing, stopped }: DnsProbe): readonly Verdict<never>[] {
  return [
    ...missing.map(({ node, why }) => cannotTell('failed', `node ${node}: ${why}`)),
    ...(stopped === null ? [] : [cannotTell('failed', `the probe stopped itself: ${stopped}`)]),
  ]
}
