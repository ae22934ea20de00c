import { known } from '../../model/known.ts'
import type { Model } from '../../model/sources.ts'
import { policyOnProbe } from '../../relations/policy/policy-on-probe.ts'
import { podLabels } from '../pods/pod-manifest.ts'
import type { ProbePlan } from './plan.ts'

type Asked = Pick<ProbePlan, 'run' | 'namespace' | 'contactNodes' | 'http' | 'strangers' | 'direct'>

/**
 * Addresses, as `IP:PORT`, that NetworkPolicies certainly deny to this run's pods, from each node: silence is what is
 * to be expected of them. What may be allowed, or can't be decided, is not among them.
 */
export function deniedToProbe(model: Model, plan: Asked): ReadonlySet<string> {
  const { networkPolicies, namespaces, pods } = model.sources
  if (!networkPolicies.known || networkPolicies.value.length === 0) return new Set()
  const from = { namespace: plan.namespace, labels: podLabels(plan.run) }
  const contacts = known({ from, connects: [], http: [] })
  const decide = policyOnProbe({ contacts, networkPolicies, namespaces })
  const byIp = Map.groupBy(pods.known ? pods.value : [], (it) => it.ip)
  const at = [
    ...plan.direct.map(({ ip, port, pod }) => ({ ip, port, pod })),
    ...[...plan.http, ...plan.strangers].map(({ via }) => ({ ip: via.ip, port: via.port, pod: via.controllerPod })),
  ]
  const each = new Map(at.map((it) => [`${it.ip}:${it.port}`, it]))
  const denied = [...each].filter(([, { ip, port, pod }]) => {
    const behind = (byIp.get(ip) ?? []).filter((it) => it.name === pod)
    const service = { namespace: plan.namespace, name: '', port }
    return (
      plan.contactNodes.length > 0 &&
      plan.contactNodes.every(
        (node) =>
          decide({ node, service, via: { kind: 'endpoint', pod }, ip, port, tries: [] }, behind, null).kind ===
          'denied',
      )
    )
  })
  return new Set(denied.map(([address]) => address))
}
