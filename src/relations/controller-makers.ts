import type { Beside, HeldWorkload } from '../model/beside.ts'
import type { Known } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import { type Subject, subject, subjectKey } from '../model/subject.ts'
import type { ServedClasses, Workload } from '../model/workload.ts'
import { count } from '../phrases.ts'
import { workloadOfPod } from './workload-of-pod.ts'

/** A workload of a known controller, with none of its pods ready. */
export interface GoneMaker {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly desired: number
}

interface Seen {
  readonly workloads: Known<readonly Workload[]>
  readonly beside: Known<Beside>
  readonly pods: Known<readonly Pod[]>
}

/**
 * The workload that would serve a class, where each that does is without a ready pod; null where one has a ready pod,
 * and where none is seen. That it is to have none (`replicas: 0`) its spec says. That none of those it wants is ready
 * its status says, which a file of manifests lacks: so the pods have to say it as well.
 */
export function goneMakers({
  workloads,
  beside,
  pods,
}: Seen): (fits: (it: ServedClasses) => boolean) => GoneMaker | null {
  const held: readonly HeldWorkload[] = beside.known ? (beside.value.heldWorkloads ?? []) : []
  const all = (workloads.known ? workloads.value : held).filter((it) => it.serves !== undefined)
  const ready = new Set(
    (pods.known ? pods.value : []).filter((it) => it.ready).map((it) => subjectKey(workloadOfPod(it))),
  )
  const isGone = (it: HeldWorkload): boolean => {
    if (it.ready > 0 || ready.has(subjectKey(makerSubject(it)))) return false
    return pods.known || (it.desired === 0 && it.kind !== 'DaemonSet')
  }
  return (fits) => {
    const its = all.filter((it) => it.serves !== undefined && fits(it.serves))
    return its.every(isGone) ? (its.find((it) => it.desired === 0) ?? its[0] ?? null) : null
  }
}

/** Whom to look at. */
export function makerSubject({ kind, namespace, name }: Pick<GoneMaker, 'kind' | 'namespace' | 'name'>): Subject {
  return subject(kind, namespace, name)
}

/** `is scaled to 0`. */
export function goneText({ kind, desired }: Pick<GoneMaker, 'kind' | 'desired'>): string {
  if (desired > 0) return `has none of its ${count(desired, 'pod')} ready`
  return kind === 'DaemonSet' ? 'runs on no node' : 'is scaled to 0'
}

/** What to do about it, and a command. */
export function goneHelp({ kind, namespace, name, desired }: GoneMaker): readonly string[] {
  const on = kind.toLowerCase()
  if (desired > 0) return [`see why ${kind} ${name} has no ready pod`, `kubectl -n ${namespace} describe ${on} ${name}`]
  return kind === 'DaemonSet'
    ? [`see which nodes ${kind} ${name} asks for`, `kubectl -n ${namespace} describe ${on} ${name}`]
    : [`give ${kind} ${name} pods`, `kubectl -n ${namespace} scale ${on} ${name} --replicas=1`]
}

/** A maker as args of a finding, and back. */
export function makerArgs(it: GoneMaker | null) {
  return {
    maker: it?.kind ?? null,
    makerNamespace: it?.namespace ?? null,
    makerName: it?.name ?? null,
    makerWants: it?.desired ?? null,
  }
}

/** null where the finding has none. */
export function makerOf(args: ReturnType<typeof makerArgs>): GoneMaker | null {
  const { maker, makerNamespace, makerName, makerWants } = args
  if (maker === null || makerNamespace === null || makerName === null) return null
  return { kind: maker, namespace: makerNamespace, name: makerName, desired: makerWants ?? 0 }
}
