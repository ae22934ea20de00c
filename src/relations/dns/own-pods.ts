import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import { workloadOfPod } from '../workload-of-pod.ts'

/** Kubernetes's own namespace by its API (`metav1.NamespaceSystem`), whatever a cluster keeps in it. */
const system = 'kube-system'

/** Runs, stays, and was not made by hopscope itself. */
export function isOfUsers({ phase, deleting, labels }: Pod): boolean {
  return phase === 'Running' && !deleting && labels['app.kubernetes.io/managed-by'] !== 'hopscope'
}

interface Around {
  readonly clusterDns: Known<ClusterDns>
  readonly nodes: Known<readonly Node[]>
}

/**
 * The cluster's machinery, which is no client of its DNS: what stands in kube-system, and wherever it stands the DNS
 * servers, the caches before them and kube-proxy.
 */
export function isMachinery(pod: Pod, { clusterDns, nodes }: Around): boolean {
  if (pod.namespace === system) return true
  const isIt = (it: Pod): boolean => it.namespace === pod.namespace && it.name === pod.name
  if (clusterDns.known && [...clusterDns.value.pods, ...clusterDns.value.nodeCaches].some(isIt)) return true
  const { kind, namespace, name } = workloadOfPod(pod)
  const sets = nodes.known ? nodes.value.flatMap((it) => it.proxySet ?? []) : []
  return kind === 'DaemonSet' && sets.some((it) => it.namespace === namespace && it.name === name)
}
