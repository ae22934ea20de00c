import { configMaps } from '../kube/resources.ts'
import type { Known } from '../model/known.ts'
import { mapKnown } from '../model/known.ts'
import type { NetworkAgent, Node } from '../model/node.ts'
import type { Pod } from '../model/pod.ts'
import type { Reader } from './few-at-once.ts'
import type { InScope } from './in-scope.ts'
import { fields, text } from './project/json.ts'

/** What enforces NetworkPolicies beside a network that does not, by its labels or by its images. */
const enforcers = ['kube-network-policies', 'kube-router', 'calico-node', 'canal', 'cilium', 'antrea']
const enforcing = /network-polic|netpol|kube-router|calico|canal|cilium|antrea/i

interface Around {
  readonly agents: readonly Known<readonly Pod[]>[]
}

/**
 * The nodes, with what their network makes of NetworkPolicies where that is sure: flannel alone heeds none (flannel,
 * README: "focused on networking. For network policy, other projects such as Calico can be used"), and neither does
 * Cilium that is told `enable-policy: never`; with `always` each pod that no policy selects is shut (Cilium,
 * "Policy Enforcement Modes").
 */
export async function withEnforcement(
  nodes: Known<readonly Node[]>,
  { agents }: Around,
  { reader, inScope }: { readonly reader: Reader; readonly inScope: InScope },
): Promise<Known<readonly Node[]>> {
  if (!nodes.known || agents.some((it) => !it.known)) return nodes
  const pods = agents.flatMap((it) => (it.known ? it.value : []))
  const kinds = new Set(pods.map(kindOf))
  const [only] = kinds
  if (kinds.size !== 1 || only === undefined) return nodes
  const policies = await policiesOf(only, pods, { reader, inScope })
  if (policies === null) return nodes
  return mapKnown(nodes, (its) =>
    its.map((node) => (node.agent === undefined ? node : { ...node, agent: { ...node.agent, policies } })),
  )
}

type Policies = NonNullable<NetworkAgent['policies']>

async function policiesOf(
  kind: string,
  pods: readonly Pod[],
  { reader, inScope }: { readonly reader: Reader; readonly inScope: InScope },
): Promise<Policies | null> {
  if (kind === 'cilium') return ciliumOf(reader)
  if (kind !== 'flannel' || pods.some((it) => it.containers.some(({ image }) => enforcing.test(image)))) return null
  const others = await Promise.all(
    ['k8s-app', 'app', 'app.kubernetes.io/name'].map((label) =>
      inScope.podsWith({ namespace: null, labels: { [label]: enforcers } }),
    ),
  )
  return others.every((it) => it.known && it.value.length === 0) ? { by: 'flannel', are: 'unheeded' } : null
}

function kindOf({ labels }: Pod): string {
  return labels['k8s-app'] ?? labels['app'] ?? labels['name'] ?? ''
}

async function ciliumOf(reader: Reader): Promise<Policies | null> {
  const found = await reader.get(configMaps, 'kube-system', 'cilium-config', (raw) =>
    text(fields(raw['data'])['enable-policy']),
  )
  if (!found.known) return null
  if (found.value === 'never') return { by: 'cilium', are: 'unheeded' }
  return found.value === 'always' ? { by: 'cilium', are: 'needed' } : null
}
