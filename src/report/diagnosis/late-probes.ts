import type { CheckResult } from '../../engine.ts'
import type { Verdict } from '../../findings/verdict.ts'
import type { Model } from '../../model/sources.ts'
import { blindNodes } from '../../relations/dns/lookup-loss.ts'
import { lagOf, whenLessBusy } from '../../relations/troubles/probe-lag.ts'

/** One thing that one check could not tell. */
export interface Untold {
  readonly check: CheckResult['check']
  readonly verdict: Extract<Verdict, { kind: 'cannot-tell' }>
}

/** What probes that got the CPU late leave open, as one; the rest as it is. */
export interface ByLateness<T> {
  readonly late: { readonly untold: readonly T[]; readonly why: string; readonly settle: string } | null
  readonly rest: readonly T[]
}

/**
 * A busy machine leaves a dozen checks undecided on each node, each with a number of its own: that is one reason, and
 * who reads it dozens of times finds no other. Of a node whose probe was so late that nothing of it counts, whatever
 * is missing is missing for that.
 */
export function byLateness<T extends Untold>(untold: readonly T[], model: Model): ByLateness<T> {
  const { dnsProbe } = model.sources
  if (!dnsProbe.known) return { late: null, rest: untold }
  const blind = blindNodes(dnsProbe.value)
  const nodesIn = ({ verdict }: T): readonly string[] => {
    const words = new Set(verdict.why.split(/[^\w.-]+/))
    return dnsProbe.value.nodes.filter((it) => words.has(it))
  }
  const isLate = (it: T): boolean =>
    it.verdict.settle === whenLessBusy ||
    (it.check.needs.includes('dnsProbe') && nodesIn(it).some((node) => blind.has(node)))
  const late = untold.filter(isLate)
  if (late.length < 2) return { late: null, rest: untold }
  const nodes = dnsProbe.value.nodes.filter((it) => late.some((one) => nodesIn(one).includes(it)))
  const where = nodes.map((it) => (lagOf(model, it) > 0 ? `${it} (${lagOf(model, it)} ms late)` : it)).join(', ')
  return {
    late: {
      untold: late,
      why: `the probe pods got the CPU too late to tell on ${where}; -v has each`,
      settle: whenLessBusy,
    },
    rest: untold.filter((it) => !late.includes(it)),
  }
}
