import type { Trouble } from '../../findings/trouble.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Answer } from '../../model/lookups.ts'
import type { Pod } from '../../model/pod.ts'
import type { Model } from '../../model/sources.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { isTargetPod } from '../asked-about.ts'
import { calleeOf, choosesOtherNames } from '../dns/callees.ts'
import { isClusterFirst } from '../dns/pod-resolvers.ts'
import { isShutIn } from '../policy/shut-in.ts'
import { dnsLossInNamespace, dnsLossInPod, dnsLossOnNode } from '../symptom.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { blurLagMs, lagOf } from './probe-lag.ts'

/** A healthy lookup takes some milliseconds; the shortest timeout that a resolver can have is one second. */
const slowMs = 1000

/** On a busy node a tool may take a second to start; musl asks again after 2.5 s, glibc after 5 s. */
const againMs = 2400

/** A second is slow where the machine was not busy. */
export function slowIn(model: Model, pod: Pod | null): number {
  return lagOf(model, pod?.node ?? null) < blurLagMs ? slowMs : againMs
}

/**
 * A pod with the node's own resolv.conf knows no name of the cluster by design: that is a nuisance when somebody asks
 * about that pod, or when there is a Service beside it to call, and else a sign. Without the pod's spec nobody knows
 * that it is by design.
 */
export function weightOf(result: Answer, pod: Pod | null, model: Model): Trouble['weight'] | null {
  if (result === 'ok' || result === 'not-asked') return null
  if (!isDenied(result) || pod === null || isClusterFirst(pod)) return 'outage'
  if (isTargetPod(model.scope, pod)) return 'nuisance'
  return calleeOf(pod, model.sources) !== null && !choosesOtherNames(pod, model.sources) ? 'nuisance' : 'sign'
}

/** Whoever may open no connection at all, on purpose, needs no names: what it can't ask is a sign of that alone. */
export function needsNoNames(pod: Pod | null, model: Model): boolean {
  const { networkPolicies } = model.sources
  return pod !== null && networkPolicies.known && !isTargetPod(model.scope, pod) && isShutIn(pod, networkPolicies.value)
}

export function isDenied(result: Answer): boolean {
  return result === 'nxdomain' || result === 'not-found' || result === 'nodata'
}

/** Who suffers from what was asked inside this pod, and who has to do with it. */
export function whose(
  view: InsideView,
  pod: Pod | null,
): Pick<Trouble, 'source' | 'sufferer' | 'involved' | 'keys' | 'from'> {
  const self = subject('Pod', view.namespace, view.pod)
  const node = pod?.node ?? null
  const involved: readonly Subject[] = [
    self,
    ...(pod === null ? [] : [workloadOfPod(pod)]),
    ...(node === null ? [] : [subject('Node', null, node)]),
    subject('Namespace', null, view.namespace),
  ]
  const named = { namespace: view.namespace, name: view.pod }
  const keys = [
    dnsLossInPod(named),
    dnsLossInNamespace(view.namespace),
    ...(node === null ? [] : [dnsLossOnNode(node)]),
  ]
  // A pod's containers have files and a C library of their own: what one of several can't find, another may.
  const from = pod !== null && pod.containers.length > 1 ? `inside container ${view.container}` : 'inside the pod'
  return { source: 'insideViews', sufferer: self, involved, keys, from }
}
