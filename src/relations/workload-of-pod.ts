import type { Pod } from '../model/pod.ts'
import { type Subject, subject } from '../model/subject.ts'
import type { Workload } from '../model/workload.ts'

/**
 * What a user would call the pod's owner. A Deployment's ReplicaSet is named `<deployment>-<pod-template-hash>`, and
 * the hash stands in the pod's labels, so no ReplicaSet needs to be read. A pod without an owner stands for itself.
 */
export function workloadOfPod(pod: Pod): Subject {
  if (pod.owner === null) return subject('Pod', pod.namespace, pod.name)
  const hash = pod.labels['pod-template-hash']
  if (pod.owner.kind === 'ReplicaSet' && hash !== undefined && pod.owner.name.endsWith(`-${hash}`)) {
    return subject('Deployment', pod.namespace, pod.owner.name.slice(0, -hash.length - 1))
  }
  return subject(pod.owner.kind, pod.namespace, pod.owner.name)
}

/** What is asked of a workload here, also of one of which no more is held. */
export type WorkloadPart = Pick<
  Workload,
  'kind' | 'namespace' | 'name' | 'owner' | 'desired' | 'templateLabels' | 'refused'
>

/** A workload that nothing else in the list owns, with what its parts want taken together. */
export interface Top {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly desired: number
  readonly templates: readonly Workload['templateLabels'][]
  /** Why it cannot make its pods, where its status says. */
  readonly refused: string | null
  /** Of an owner that is not listed itself: what it is made of, one for each version of its template. */
  readonly parts: readonly WorkloadPart[]
  /** Set where it stands for a part alone: whose, and the labels of the parts that want pods. */
  readonly of?: Pick<Top, 'kind' | 'name' | 'desired'> & { readonly wanted: readonly Workload['templateLabels'][] }
}

/**
 * Of what is made of several versions, those of these parts: a blue/green update of Argo's has one Service for each
 * (blueGreen.activeService, previewService), by the hash that their pods bear.
 */
export function partOf(top: Top, parts: readonly WorkloadPart[]): Top {
  const [first] = parts
  if (first === undefined || parts.length === top.parts.length || parts.some((it) => it.desired > 0)) return top
  if (top.desired === 0) return top
  const { kind, name, desired } = top
  const wanted = top.parts.filter((it) => it.desired > 0).map((it) => it.templateLabels)
  return { ...top, kind: first.kind, name: first.name, desired: 0, parts, of: { kind, name, desired, wanted } }
}

/**
 * The workloads that people edit. ReplicaSets of a Deployment are left out, the Deployment says it all; those of an
 * owner that is not in the list (an Argo Rollout) are summed under that owner, because old ones stay behind at 0.
 */
export function topWorkloads(workloads: readonly WorkloadPart[]): readonly Top[] {
  const listed = new Set(workloads.map((it) => key(it.namespace, it.kind, it.name)))
  const parts = workloads.filter(
    (it) => it.owner === null || !listed.has(key(it.namespace, it.owner.kind, it.owner.name)),
  )
  const groups = Map.groupBy(parts, (it) =>
    it.owner === null ? key(it.namespace, it.kind, it.name) : key(it.namespace, it.owner.kind, it.owner.name),
  )
  return [...groups.values()].flatMap((its) => {
    const first = its[0]
    if (first === undefined) return []
    const named = first.owner ?? first
    return [
      {
        kind: named.kind,
        namespace: first.namespace,
        name: named.name,
        desired: sum(its.map((it) => it.desired)),
        templates: its.map((it) => it.templateLabels),
        refused: its.find((it) => it.refused !== undefined)?.refused ?? null,
        parts: its,
      },
    ]
  })
}

function key(namespace: string, kind: string, name: string): string {
  return `${namespace}/${kind}/${name}`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, it) => total + it, 0)
}
