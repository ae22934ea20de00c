import { configMaps } from '../kube/resources.ts'
import type { Known } from '../model/known.ts'
import { mapKnown } from '../model/known.ts'
import type { NetworkAgent, Node } from '../model/node.ts'
import type { Pod } from '../model/pod.ts'
import type { Reader } from './few-at-once.ts'
import type { InScope } from './in-scope.ts'
import { fields, text } from './project/json.ts'

/** Networks that leave Services to kube-proxy, whatever they are told. Calico, Antrea and others may serve them. */
const never: ReadonlySet<string> = new Set(['flannel', 'kindnet', 'aws-node', 'azure-cns', 'weave-net'])

interface Around {
  readonly proxies: Known<readonly Pod[]>
  readonly agents: readonly Known<readonly Pod[]>[]
}

/**
 * The nodes, where no pod of kube-proxy is in the cluster, with what is known of who serves Services in its place:
 * nobody does where the network's agent never does, or is Cilium and told not to (`kube-proxy-replacement` of
 * cilium-config; absent is false since 1.14, and was `disabled` before). A pod of kube-proxy that no DaemonSet makes
 * bears kubeadm's label or `component: kube-proxy` (GKE, RKE2).
 */
export async function withUnserved(
  nodes: Known<readonly Node[]>,
  { proxies, agents }: Around,
  { reader, inScope }: { readonly reader: Reader; readonly inScope: InScope },
): Promise<Known<readonly Node[]>> {
  if (!nodes.known || !proxies.known || proxies.value.length > 0) return nodes
  const kinds = new Map(
    agents.flatMap((it) =>
      it.known ? it.value.map((pod) => [`${pod.namespace}/${pod.name}`, kindOf(pod)] as const) : [],
    ),
  )
  const isCilium = [...kinds.values()].includes('cilium')
  // Another that is there as well may serve them: azure-cns gives addresses beside Cilium, or beside Calico.
  if ([...kinds.values()].some((it) => it !== 'cilium' && !never.has(it))) return nodes
  const fixed = await inScope.podsWith({ namespace: 'kube-system', labels: { component: ['kube-proxy'] } })
  if (!fixed.known || fixed.value.length > 0) return nodes
  const cilium = isCilium ? await ciliumOf(reader) : null
  return mapKnown(nodes, (its) =>
    its.map((node) => {
      const { agent } = node
      const kind = agent === undefined ? undefined : kinds.get(`${agent.namespace}/${agent.pod}`)
      if (agent === undefined || kind === undefined) return node
      const unserved = isCilium ? cilium : { kind }
      return unserved === null ? node : { ...node, agent: { ...agent, unserved } }
    }),
  )
}

type Unserved = NonNullable<NetworkAgent['unserved']>

function kindOf({ labels }: Pod): string {
  return labels['k8s-app'] ?? labels['app'] ?? labels['name'] ?? ''
}

/** null where it serves Services, in part or in whole, or where that is not known. */
async function ciliumOf(reader: Reader): Promise<Unserved | null> {
  const found = await reader.get(configMaps, 'kube-system', 'cilium-config', (raw) => {
    const data = fields(raw['data'])
    const parts = ['bpf-lb-sock', 'enable-host-reachable-services', 'enable-node-port'].map((it) => text(data[it]))
    return { set: text(data['kube-proxy-replacement']), inPart: parts.includes('true') }
  })
  if (!found.known || found.value.inPart) return null
  const { set } = found.value
  const isOff = set === null || set === 'false' || set === 'disabled'
  return isOff ? { kind: 'cilium', replacement: set === 'false' || set === 'disabled' ? set : null } : null
}
