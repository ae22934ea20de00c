import type { Beside } from '../../model/beside.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { byLabels, isLive, isServing, podsOfServices, selectorOf } from './service-selects-pod.ts'
import { partOf, type Top, topWorkloads, type WorkloadPart } from '../workload-of-pod.ts'

/**
 * What stands behind a Service, by its selector. One classification, so that no two checks tell the same Service apart.
 */
export type Backing =
  | { readonly kind: 'none-wanted'; readonly why: string }
  /** Its workload wants no pods: empty on purpose. */
  | { readonly kind: 'scaled-to-zero'; readonly workloads: readonly Top[] }
  /**
   * No pod and no workload carries the labels. `sure` is false where workloads could not be read: it may be scaled to
   * 0.
   */
  | { readonly kind: 'matches-nothing'; readonly sure: boolean }
  /** Pods (or a workload that should have made some) are there, and none is ready. */
  | { readonly kind: 'none-ready'; readonly pods: readonly Pod[]; readonly workloads: readonly Top[] }
  | { readonly kind: 'some-ready'; readonly ready: readonly Pod[]; readonly notReady: readonly Pod[] }

export function backingOf(
  pods: readonly Pod[],
  workloads: Known<readonly WorkloadPart[]>,
  beside: Known<Beside> | null = null,
): (service: Service) => Backing {
  const podsOf = podsOfServices(pods)
  const tops = topWorkloads(workloads.known ? workloads.value : heldIn(beside))
  const templates = byLabels(
    tops.flatMap((top) =>
      top.parts.map((part) => ({ namespace: top.namespace, labels: part.templateLabels, top, part })),
    ),
    (it) => it,
  )

  return (service) => {
    const pairs = selectorOf(service)
    if (pairs === null)
      return { kind: 'none-wanted', why: service.type === 'ExternalName' ? 'ExternalName' : 'no selector' }
    const matched = podsOf(service)
    const live = matched.filter(isLive)
    const ready = live.filter(isServing)
    if (ready.length > 0) return { kind: 'some-ready', ready, notReady: live.filter((it) => !isServing(it)) }

    const makers = [...Map.groupBy(templates(service.namespace, pairs), (it) => it.top)].map(([top, its]) =>
      partOf(
        top,
        its.map((it) => it.part),
      ),
    )
    if (live.length > 0) return { kind: 'none-ready', pods: live, workloads: makers }
    if (makers.length > 0 && makers.every((it) => it.desired === 0 && it.of === undefined))
      return { kind: 'scaled-to-zero', workloads: makers }
    if (matched.length > 0 || makers.length > 0) return { kind: 'none-ready', pods: matched, workloads: makers }
    return { kind: 'matches-nothing', sure: workloads.known }
  }
}

/**
 * Of a Service's pods those that are not ready and get its connections all the same: with publishNotReadyAddresses each
 * pod that has an address is a ready endpoint (endpointslice/utils.go podToEndpoint), and kube-proxy asks for no more.
 * Clients of a headless Service choose by name, and for them it is mostly meant so.
 */
export function publishedUnready(
  { publishNotReadyAddresses, clusterIP }: Service,
  pods: readonly Pod[],
): readonly Pod[] {
  if (!publishNotReadyAddresses || clusterIP === 'None') return []
  return pods.filter((it) => isLive(it) && !it.ready && it.ip !== null)
}

/** Where a file holds some kinds of workloads and not all: those that are there make pods all the same. */
function heldIn(beside: Known<Beside> | null): readonly WorkloadPart[] {
  const held = beside?.known === true ? (beside.value.heldWorkloads ?? []) : []
  return held.flatMap(({ owner, templateLabels, ...it }) =>
    owner === undefined || templateLabels === undefined ? [] : [{ ...it, owner, templateLabels }],
  )
}
