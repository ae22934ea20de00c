import type { Cluster, RawObject } from '../kube/cluster.ts'
import { pods } from '../kube/resources.ts'
import type { Known } from '../model/known.ts'
import { ours } from './pod-manifest.ts'
import { madeFrom, removePods } from './pods.ts'

export interface EphemeralLeft {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** `running`, `waiting`, `terminated`, or `unknown` before the kubelet has said anything. */
  readonly state: string
}

export interface Cleaned {
  readonly removed: readonly string[]
  /** Pods that would not go; their own deadline ends them. */
  readonly left: readonly string[]
  /** Kubernetes cannot take an ephemeral container out of a pod: it goes with the pod. */
  readonly ephemeral: Known<readonly EphemeralLeft[]>
}

/** Removes pods of every hopscope run, also of one that goes on elsewhere, in one namespace or in all. */
export async function cleanup(cluster: Cluster, where: { readonly namespace: string } | { readonly all: true }): Promise<Known<Cleaned>> {
  const scope = 'all' in where ? {} : { namespace: where.namespace }
  const found = await cluster.list(pods, { ...scope, labelSelector: ours }, madeFrom)
  if (!found.known) return found
  const left = await removePods(cluster, found.value)
  const removed = found.value.map((it) => `${it.namespace}/${it.name}`).filter((it) => !left.includes(it))
  const ephemeral = await cluster.list(pods, scope, ephemeralOf)
  return { known: true, value: { removed, left, ephemeral: ephemeral.known ? { known: true, value: ephemeral.value.flat() } : ephemeral } }
}

interface RawWithEphemeral extends RawObject {
  readonly spec?: { readonly ephemeralContainers?: readonly { readonly name: string }[] }
  readonly status?: { readonly ephemeralContainerStatuses?: readonly { readonly name: string; readonly state?: object }[] }
}

function ephemeralOf(raw: RawObject): readonly EphemeralLeft[] | null {
  const { spec, status, metadata } = raw as RawWithEphemeral
  const mine = (spec?.ephemeralContainers ?? []).filter((it) => it.name.startsWith('hopscope-'))
  if (mine.length === 0) return null
  return mine.map(({ name }) => {
    const state = status?.ephemeralContainerStatuses?.find((it) => it.name === name)?.state
    return { namespace: metadata.namespace ?? '', pod: metadata.name, container: name, state: Object.keys(state ?? {})[0] ?? 'unknown' }
  })
}
