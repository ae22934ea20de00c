import type { InsideResolving, InsideView } from '../../model/inside.ts'
import type { Answer } from '../../model/lookups.ts'
import type { Pod } from '../../model/pod.ts'
import { type Subject, subjectKey } from '../../model/subject.ts'
import type { Model } from '../../model/sources.ts'
import { once } from '../once.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { isMachinery } from './own-pods.ts'

/** A pod that was looked into, with what was found there. */
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
  const running = pods.filter(
    (it) =>
      it.phase === 'Running' &&
      !it.deleting &&
      !isMachinery(it, around) &&
      it.labels['app.kubernetes.io/managed-by'] !== 'hopscope',
  )
  return [...new Map(running.map(workloadOfPod).map((it) => [subjectKey(it), it])).values()].filter(
    (it) => !seen.has(subjectKey(it)),
  )
}
