import type { InsideLookup, InsideResolving, InsideView } from '../../model/inside.ts'
import type { Answer } from '../../model/lookups.ts'
import type { Pod } from '../../model/pod.ts'
import { type Subject, subjectKey } from '../../model/subject.ts'
import type { Model } from '../../model/sources.ts'
import { once } from '../once.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { isMachinery, isOfUsers } from './own-pods.ts'

/** A container of a pod that was looked into, with what was found there: of one pod there may be several. */
export interface InsidePod {
  readonly pod: Pod
  readonly view: InsideView
  /** null in recordings that did not look for it. */
  readonly resolving: InsideResolving | null
  readonly workload: Subject
}

export function insidePods(pods: readonly Pod[], views: readonly InsideView[]): readonly InsidePod[] {
  const byName = new Map(pods.map((it) => [`${it.namespace}/${it.name}`, it]))
  const found = [...byName].flatMap(([name, pod]) => (viewsByPod(views).get(name) ?? []).map((it) => ({ ...it, pod })))
  return found
    .toSorted((a, b) => a.place - b.place)
    .map(({ pod, view }) => ({ pod, view, resolving: view.resolving ?? null, workload: workloadOfPod(pod) }))
}

/** One that fails is not made good by a replica, or a container beside it, on whose node other servers are asked. */
export function worstLookup(its: readonly InsidePod[]): InsideLookup | null {
  const lookups = its.flatMap(({ view }) => (view.lookup.known ? [view.lookup.value] : []))
  return lookups.find((it) => it.result !== 'ok') ?? lookups[0] ?? null
}

/**
 * Where inside pods something was seen, as args of a finding. Containers are named where a pod has several: each has
 * files of its own, and of a good one nothing follows for its neighbour.
 */
export type SeenIn = {
  readonly inPods: readonly string[]
  readonly inContainers: readonly string[]
  /** Pods of that workload that were looked into. */
  readonly lookedInto: number
}

export function seenInOf(its: readonly Pick<InsidePod, 'pod' | 'view'>[], lookedInto: number): SeenIn {
  const several = its.filter(({ pod }) => pod.containers.length > 1)
  return {
    inPods: [...new Set(its.map(({ pod }) => pod.name))],
    inContainers: [...new Set(several.map(({ view }) => view.container))],
    lookedInto,
  }
}

/** Pods of the workload of each that were looked into. */
export function lookedInto(all: readonly InsidePod[]): (it: InsidePod) => number {
  const pods = new Map(all.map(({ pod, workload }) => [pod, subjectKey(workload)]))
  const byWorkload = Map.groupBy(pods.values(), (it) => it)
  return ({ workload }) => byWorkload.get(subjectKey(workload))?.length ?? 0
}

/**
 * The kubelet's resolv.conf is one file for all containers of a pod: where nothing is mounted over it, one that has no
 * shell to show it has what its neighbour shows.
 */
export function shownByAnother(all: readonly InsidePod[]): (it: InsidePod) => boolean {
  const shown = new Set(all.filter(({ view }) => view.resolvConf.known).map(({ pod }) => pod))
  return ({ pod, view }) =>
    !view.resolvConf.known && view.resolvConfUnread === undefined && pod.resolvConfMount === undefined && shown.has(pod)
}

/** Asked for the pods of each workload in turn. */
const viewsByPod = once((views: readonly InsideView[]) =>
  Map.groupBy(
    views.map((view, place) => ({ view, place })),
    ({ view }) => `${view.namespace}/${view.pod}`,
  ),
)

/**
 * Tools that call the C library, and so go by nsswitch.conf, /etc/hosts and the options of resolv.conf; nslookup has a
 * resolver of its own.
 */
export function isByLibrary(tool: string): boolean {
  return tool !== 'nslookup'
}

/** What became of each name that the C library of this container was asked for. */
export function libraryLookups({
  view,
  resolving,
}: InsidePod): readonly { readonly name: string; readonly result: Answer; readonly ms: number }[] {
  const first = view.lookup.known && isByLibrary(view.lookup.value.tool) ? [view.lookup.value] : []
  return [
    ...first,
    ...(resolving?.names ?? [])
      .filter((it) => isByLibrary(it.tool))
      .map(({ typed, result, ms }) => ({ name: typed, result, ms })),
  ]
}

/** Workloads with a running pod that nobody looked into; null where looking was not asked for. */
export function notLookedInto(
  pods: readonly Pod[],
  around: Pick<Model['sources'], 'insideViews' | 'clusterDns' | 'nodes'>,
): readonly Subject[] | null {
  const { insideViews } = around
  if (!insideViews.known) return null
  const seen = new Set(
    insidePods(pods, insideViews.value)
      .filter(({ view }) => view.resolvConf.known || view.lookup.known)
      .map((it) => subjectKey(it.workload)),
  )
  const running = pods.filter((it) => isOfUsers(it) && !isMachinery(it, around))
  return [...new Map(running.map(workloadOfPod).map((it) => [subjectKey(it), it])).values()].filter(
    (it) => !seen.has(subjectKey(it)),
  )
}
