import type { Cluster, RawObject } from '../../kube/cluster.ts'
import { pods } from '../../kube/resources.ts'
import { type Known, known, mapKnown } from '../../model/known.ts'
import { deadlineOf, isOurs } from './our-pod.ts'
import { ours } from './pod-manifest.ts'
import { isLeftover, type MadePod, madeFrom } from './pods.ts'

export interface EphemeralLeft {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** `running`, `waiting`, `terminated`, or `unknown` before the kubelet has said anything. */
  readonly state: string
}

interface YoungPod extends MadePod {
  /** From its start. */
  readonly deadlineSeconds: number | null
}

export interface Left {
  /** Pods of hopscope's own, older than any run can be, or of the run that was named. */
  readonly old: readonly MadePod[]
  /** May belong to a run that goes on; their own deadline ends them. */
  readonly young: readonly YoungPod[]
  /** They bear hopscope's label, and are not what hopscope makes: `shop/web`. */
  readonly foreign: readonly string[]
  /** Kubernetes cannot take an ephemeral container out of a pod: it goes with the pod. */
  readonly ephemeral: Known<readonly EphemeralLeft[]>
}

/** Whose pods: in one namespace or in all; of one run whatever its age, or of every run that must be over. */
export interface Where {
  readonly namespace: string | null
  readonly run: string | null
}

/** Looks for what killed runs left. Deletes nothing. */
export async function findLeft(cluster: Cluster, { namespace, run }: Where): Promise<Known<Left>> {
  const scope = namespace === null ? {} : { namespace }
  const found = await cluster.list(pods, { ...scope, labelSelector: ours }, (raw) => ({ raw, pod: madeFrom(raw) }))
  if (!found.known) return found
  const now = cluster.serverNow?.() ?? null
  const [mine, foreign] = [found.value.filter((it) => isOurs(it.raw)), found.value.filter((it) => !isOurs(it.raw))]
  const isOver = ({ raw, pod }: (typeof mine)[number]): boolean =>
    run === null ? now !== null && isLeftover(raw, now) : pod.run === run
  const ephemeral = await cluster.list(pods, scope, ephemeralOf)
  return known({
    old: mine.filter(isOver).map((it) => it.pod),
    young: mine
      .filter((it) => !isOver(it))
      .map(({ raw, pod }) => ({ ...pod, deadlineSeconds: deadlineOf(raw['spec']) })),
    foreign: foreign.map(({ pod }) => `${pod.namespace}/${pod.name}`),
    ephemeral: mapKnown(ephemeral, (all) => all.flat()),
  })
}

interface RawWithEphemeral extends RawObject {
  readonly spec?: { readonly ephemeralContainers?: readonly { readonly name: string }[] }
  readonly status?: {
    readonly ephemeralContainerStatuses?: readonly { readonly name: string; readonly state?: object }[]
  }
}

function ephemeralOf(raw: RawObject): readonly EphemeralLeft[] | null {
  const { spec, status, metadata } = raw as RawWithEphemeral
  const mine = (spec?.ephemeralContainers ?? []).filter((it) => it.name.startsWith('hopscope-'))
  if (mine.length === 0) return null
  return mine.map(({ name }) => {
    const state = status?.ephemeralContainerStatuses?.find((it) => it.name === name)?.state
    return {
      namespace: metadata.namespace ?? '',
      pod: metadata.name,
      container: name,
      state: Object.keys(state ?? {})[0] ?? 'unknown',
    }
  })
}
