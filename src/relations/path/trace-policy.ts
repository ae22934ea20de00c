import { asIpAddress } from '../../wire/dns-name.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace, NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { decideCarried, goesByZtunnel } from '../mesh/ambient-flows.ts'
import { type Decision, podEnd, policyRules } from '../policy/policy-allows.ts'
import type { Flow } from '../policy/policy-flow.ts'
import { addressesOf, type PathAddress, type TraceEnds } from './trace-ends.ts'

/** What the policies say of one connection of a trace, as it is after the Service's address was rewritten. */
export interface TracedFlow {
  readonly address: PathAddress
  readonly flow: Flow
  readonly decision: Decision
}

/**
 * For each endpoint, or the host outside. A Service's own address is no flow: policies see the pod behind it. Empty
 * without the pod that the trace starts from. A host is judged by its address; by a name nobody can.
 */
export function tracedFlows(
  ends: TraceEnds,
  policies: readonly NetworkPolicy[],
  namespaces: Known<readonly Namespace[]>,
  pods: readonly Pod[],
): readonly TracedFlow[] {
  const { from } = ends
  if (from === null) return []
  const decide = policyRules(policies, namespaces)
  const source = podEnd(from)
  return addressesOf(ends)
    .filter((it) => it.to.kind !== 'service')
    .flatMap((address): readonly TracedFlow[] => {
      const { host, port, to } = address
      const pod =
        to.kind === 'endpoint' ? pods.find((it) => it.namespace === to.namespace && it.name === to.pod) : undefined
      if (pod === undefined && asIpAddress(host) === null) return []
      const end = pod === undefined ? ({ kind: 'address', ip: host } as const) : podEnd(pod)
      const flow = { from: source, to: end, port, protocol: 'TCP' } as const
      const isCarried = pod !== undefined && goesByZtunnel(from) && goesByZtunnel(pod)
      return [{ address, flow, decision: decideCarried(decide, flow, isCarried) }]
    })
}
