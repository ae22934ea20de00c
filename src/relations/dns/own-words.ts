import type { ClusterDns } from '../../model/cluster-dns.ts'
import { type Known, known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Model } from '../../model/sources.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { once } from '../once.ts'
import { workloadOfPod } from '../workload-of-pod.ts'

/**
 * The model as checks may read it: what a pod says in its log and its metrics counts where the pod belongs to what
 * makes the DNS servers, or the caches of nodes. Anybody who may make a pod can give it their labels, and have it write
 * what blames them. Of whom is left out nothing is known, and what is called well says so (src/relations/untold.ts).
 */
export function withoutForeignWords(model: Model): Model {
  const { clusterDns, dnsServerLogs, coreDnsWindows } = model.sources
  if (!clusterDns.known) return model
  const foreign = foreignPods(clusterDns.value)
  const own = <T extends { readonly pod: string }>(said: Known<readonly T[]>): Known<readonly T[]> =>
    said.known && said.value.some((it) => foreign.has(it.pod))
      ? known(said.value.filter((it) => !foreign.has(it.pod)))
      : said
  return {
    ...model,
    sources: { ...model.sources, dnsServerLogs: own(dnsServerLogs), coreDnsWindows: own(coreDnsWindows) },
  }
}

/** Names of pods that bear the labels of DNS servers, or look like a node's cache, and belong to somebody else. */
export const foreignPods = once((dns: ClusterDns): ReadonlySet<string> => {
  const caches = mostOwner(dns.nodeCaches)
  const foreign = [
    ...dns.pods.filter((it) => !isOwn(dns, it)),
    ...dns.nodeCaches.filter((it) => ownerOf(it) !== caches),
  ]
  return new Set(foreign.map((it) => it.name))
})

/** By the chain of owners as it was read; where that was not, by the owner's name. */
function isOwn({ workload, workloadPods, pods }: ClusterDns, pod: Pod): boolean {
  if (workloadPods !== undefined) return workloadPods.includes(pod.name)
  if (workload === null) return ownerOf(pod) === mostOwner(pods)
  const { kind, namespace, name } = workload
  // Without the label that tells a Deployment's name from its ReplicaSet's, the name begins with it.
  const isUnhashed = workloadOfPod(pod).kind === 'ReplicaSet' && pod.owner?.name.startsWith(`${name}-`) === true
  return ownerOf(pod) === subjectKey(subject(kind, namespace, name)) || isUnhashed
}

/** A pod of the kubelet's own, or of nobody's, stands for itself; several of them are made by the same hand. */
function ownerOf(pod: Pod): string {
  return pod.owner === null || pod.owner.kind === 'Node' ? 'nobody' : subjectKey(workloadOfPod(pod))
}

function mostOwner(pods: readonly Pod[]): string | null {
  const groups = [...Map.groupBy(pods, ownerOf)].toSorted(
    ([a, some], [b, more]) => more.length - some.length || (a < b ? -1 : 1),
  )
  return groups[0]?.[0] ?? null
}

declare const heard: unique symbol

/** A pod whose metrics and log may be read as those of the cluster's DNS. Nothing else makes one than `ownServers`. */
export type OwnServer = Pod & { readonly [heard]: true }

/** The DNS servers that speak for themselves: those of the workload, and nobody else with their labels. */
export function ownServers(dns: ClusterDns): readonly OwnServer[] {
  const foreign = foreignPods(dns)
  return dns.pods.filter((it): it is OwnServer => !foreign.has(it.name))
}

/** Why nothing of a pod is read that only bears their labels. */
export const notHeard = 'it bears the labels of the DNS servers, and is not of the workload that makes them'
