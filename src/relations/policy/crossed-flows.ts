import { podsByName } from '../pods-by-name.ts'
import type { Crossing } from '../../model/crossing.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace, NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { decideCarried, goesByZtunnel } from '../mesh/ambient-flows.ts'
import { type Decision, podEnd, policyRules } from './policy-allows.ts'

/** A connect from one pod to another, and what policies say of it. */
export interface CrossedFlow {
  readonly crossing: Crossing
  readonly from: Pod
  readonly to: Pod
  readonly decision: Decision
}

/** Connects by a Service's address are none: policies see the pod behind it, and which it was nobody knows. */
export function crossedFlows(
  crossings: readonly Crossing[],
  pods: readonly Pod[],
  policies: readonly NetworkPolicy[],
  namespaces: Known<readonly Namespace[]>,
): readonly CrossedFlow[] {
  const byName = podsByName(pods)
  const decide = policyRules(policies, namespaces)
  const ends = new Map(pods.map((it) => [it, podEnd(it)]))
  return crossings.flatMap((crossing): readonly CrossedFlow[] => {
    const { to } = crossing
    if (to.kind !== 'endpoint' || to.pod === null) return []
    const [source, target] = [
      byName.get(`${crossing.from.namespace}/${crossing.from.pod}`),
      byName.get(`${to.namespace}/${to.pod}`),
    ]
    // A pod that was made again has another address: what was measured then is not what policies say now.
    if (source === undefined || target === undefined || target.ip !== crossing.host) return []
    const [from, end] = [ends.get(source), ends.get(target)]
    if (from === undefined || end === undefined) return []
    const flow = { from, to: end, port: crossing.port, protocol: 'TCP' } as const
    const isCarried = goesByZtunnel(source) && goesByZtunnel(target)
    return [{ crossing, from: source, to: target, decision: decideCarried(decide, flow, isCarried) }]
  })
}

/** Silence, or an ICMP error: what a drop or a firewall looks like. A refusal comes from the pod itself. */
export function isStopped({ result }: Crossing): boolean {
  return result === 'timeout' || result === 'no-route'
}

/** Who is hung up on at once may have met a proxy that enforces the policy by that. */
export function isLetThrough({ result, hungUp }: Crossing): boolean {
  return result === 'open' && hungUp !== true
}

/**
 * `not-enforced`: policies deny it, and it opens. `stopped`: they allow it, and it is stopped all the same. Policies
 * that leave it to the CNI are contradicted by nothing.
 */
export function disagreement({ crossing, decision }: CrossedFlow): 'not-enforced' | 'stopped' | null {
  if (decision.kind === 'denied') return isLetThrough(crossing) ? 'not-enforced' : null
  return decision.kind === 'allowed' && isStopped(crossing) ? 'stopped' : null
}
