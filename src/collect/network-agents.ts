import type { Known } from '../model/known.ts'
import { mapKnown } from '../model/known.ts'
import type { NetworkAgent, Node } from '../model/node.ts'
import type { Pod } from '../model/pod.ts'
import type { InScope } from './in-scope.ts'

/** By which label each network's manifests and charts mark the pod that it runs on every node. */
const marks = {
  'k8s-app': [
    'calico-node',
    'canal',
    'cilium',
    'kube-router',
    'flannel',
    'kindnet',
    'aws-node',
    'azure-cns',
    'rke2-canal',
  ],
  app: ['flannel', 'antrea', 'kindnet', 'ovnkube-node', 'kube-ovn-cni', 'ovn'],
  name: ['weave-net'],
} as const

/** Pods of the network's agents, in every namespace; what bears such a label and is of no DaemonSet is none. */
export async function collectNetworkAgents(inScope: InScope): Promise<readonly Known<readonly Pod[]>[]> {
  const each = Object.entries(marks).map(([label, values]) =>
    inScope.podsWith({ namespace: null, labels: { [label]: values } }),
  )
  return (await Promise.all(each)).map((it) => mapKnown(it, (pods) => pods.filter(isAgent)))
}

function isAgent({ owner, hostNetwork, deleting }: Pod): boolean {
  return owner?.kind === 'DaemonSet' && hostNetwork && !deleting
}

/** The nodes, each with the agent there. Where a list was forbidden, or nobody bears such a label, nothing is said. */
export function withAgents(
  nodes: Known<readonly Node[]>,
  agents: readonly Known<readonly Pod[]>[],
): Known<readonly Node[]> {
  const all = agents.flatMap((it) => (it.known ? it.value : []))
  if (all.length === 0) return nodes
  const byNode = Map.groupBy(all, (it) => it.node)
  return mapKnown(nodes, (its) =>
    its.map((node) => {
      const own = byNode.get(node.name) ?? []
      // Of several, as in a move from one network to another, one that is well is enough.
      const it = own.find((one) => one.ready) ?? own[0]
      return it === undefined ? node : { ...node, agent: agentOf(it) }
    }),
  )
}

function agentOf(pod: Pod): NetworkAgent {
  const { namespace, name, ready, notReadyReason } = pod
  const stuck = pod.containers.find((it) => it.waiting !== null)
  const why = stuck === undefined ? null : [stuck.waiting, stuck.message].filter((it) => it != null).join(': ')
  return {
    namespace,
    pod: name,
    state: ready ? 'ready' : 'not-ready',
    why: ready ? null : (why ?? notReadyReason ?? pod.init?.waiting ?? 'not ready'),
  }
}
