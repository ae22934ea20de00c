import type { Finding } from '../../findings/finding.ts'
import type { Args } from '../../findings/verdict.ts'
import type { Known } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import { textOrder } from '../../model/text-order.ts'
import { full } from '../../phrases.ts'

/** What the findings of several Services must have, to be told as one. */
type Unanswered = Args & {
  readonly fingerprint: string
  readonly never: readonly string[]
  readonly failed: number
  readonly of: number
  readonly others: readonly string[]
}

/**
 * The same nodes reach the address of none of these Services, and others reach all: one fault of those nodes. null
 * where their patterns differ. The one that stands for all is the plainest: most ways lead to a NodePort, and who asks
 * about the application means its ClusterIP.
 */
export function ofSameNodes<A extends Unanswered>(
  findings: readonly Finding<A>[],
  services: Known<readonly Service[]>,
): Finding<A> | null {
  const [any] = findings
  if (any === undefined || any.args.never.length === 0) return null
  const isSame = findings.every(
    ({ args }) => args.fingerprint === any.args.fingerprint && args.never.join(' ') === any.args.never.join(' '),
  )
  if (!isSame) return null
  const types = new Map((services.known ? services.value : []).map((it) => [full(it), it.type]))
  const rank = ({ subject }: Finding<A>): number => (types.get(full(subject)) === 'ClusterIP' ? 0 : 1)
  const [first = any, ...others] = findings.toSorted(
    (a, b) => rank(a) - rank(b) || textOrder(full(a.subject), full(b.subject)),
  )
  const sum = (of: 'failed' | 'of'): number => findings.reduce((total, it) => total + it.args[of], 0)
  return {
    ...first,
    severity: findings.some((it) => it.severity === 'error') ? 'error' : first.severity,
    also: [...(first.also ?? []), ...others.map((it) => it.subject)],
    args: { ...first.args, failed: sum('failed'), of: sum('of'), others: others.map((it) => full(it.subject)) },
    symptoms: [...new Set([first, ...others].flatMap((it) => it.symptoms))],
    causes: [...new Set([first, ...others].flatMap((it) => it.causes))],
  }
}
