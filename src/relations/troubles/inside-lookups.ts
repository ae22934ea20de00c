import type { Trouble } from '../../findings/trouble.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Answer } from '../../model/lookups.ts'
import type { Pod } from '../../model/pod.ts'
import type { Model } from '../../model/sources.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import { isClusterFirst } from '../dns/pod-resolvers.ts'
import {
  dnsLossInNamespace,
  dnsLossInPod,
  dnsLossOnNode,
  dnsTcpLossInPod,
  dnsTcpUnanswered,
  nameWrongOf,
} from '../symptom.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { namesInPod, serversInPod } from './inside-resolving.ts'
import { blurLagMs, lagOf } from './probe-lag.ts'

/** A healthy lookup takes some milliseconds; the shortest timeout that a resolver can have is one second. */
const slowMs = 1000

/** On a busy node a tool may take a second to start; musl asks again after 2.5 s, glibc after 5 s. */
const againMs = 2400

/** Lookups made inside the users' own pods: nobody's complaint is closer to the user's. */
export function insideTroubles(model: Model): readonly Trouble[] {
  const { insideViews, pods } = model.sources
  if (!insideViews.known) return []
  const byName = new Map((pods.known ? pods.value : []).map((it) => [`${it.namespace}/${it.name}`, it]))
  return insideViews.value.flatMap((view) => {
    const pod = byName.get(`${view.namespace}/${view.pod}`) ?? null
    const lookups = [...ofLookup(model, view, pod), ...namesInPod(model, view, pod)]
    // Where nothing is answered at all, that TCP is not either goes without saying.
    return lookups.some((it) => it.weight === 'outage')
      ? lookups
      : [...lookups, ...serversInPod(view, pod), ...ofTcp(view, pod)]
  })
}

function ofLookup(model: Model, view: InsideView, pod: Pod | null): readonly Trouble[] {
  if (!view.lookup.known) return []
  const { name, result, tool, ms } = view.lookup.value
  const about = { ...whose(view, pod), asked: `${name} with ${tool}`, bad: 1, of: 1, ms }
  const bad = weightOf(result, pod, model)
  const keys = isDenied(result) ? [...about.keys, ...nameWrongOf(name)] : about.keys
  if (bad !== null) return [{ ...about, keys, kind: 'lookup-failed', how: result, weight: bad }]
  return ms >= slowIn(model, pod) && result !== 'not-asked'
    ? [{ ...about, kind: 'lookup-slow', how: 'slow', weight: 'nuisance' }]
    : []
}

/** A second is slow where the machine was not busy. */
export function slowIn(model: Model, pod: Pod | null): number {
  return lagOf(model, pod?.node ?? null) < blurLagMs ? slowMs : againMs
}

/**
 * A pod with the node's own resolv.conf knows no name of the cluster by design: that is a nuisance when somebody asks
 * about that pod, and else a sign. Without the pod's spec nobody knows that it is by design.
 */
export function weightOf(result: Answer, pod: Pod | null, model: Model): Trouble['weight'] | null {
  if (result === 'ok' || result === 'not-asked') return null
  if (!isDenied(result) || pod === null || isClusterFirst(pod)) return 'outage'
  return isTarget(pod, model) ? 'nuisance' : 'sign'
}

export function isDenied(result: Answer): boolean {
  return result === 'nxdomain' || result === 'nodata'
}

function isTarget(pod: Pod, { scope: { target } }: Model): boolean {
  if (target.kind !== 'object') return false
  const key = subjectKey(target.object)
  return key === `Pod/${pod.namespace}/${pod.name}` || key === subjectKey(workloadOfPod(pod))
}

function ofTcp(view: InsideView, pod: Pod | null): readonly Trouble[] {
  if (!view.tcp53.known || view.tcp53.value === 'open') return []
  const about = whose(view, pod)
  const keys = [...about.keys, dnsTcpUnanswered, dnsTcpLossInPod({ namespace: view.namespace, name: view.pod })]
  const rest = { asked: 'the DNS Service, TCP port 53', how: view.tcp53.value, bad: 1, of: 1, ms: null }
  // Only answers that do not fit into UDP need TCP: most applications never notice.
  return [{ ...about, ...rest, keys, kind: 'contact-failed', weight: 'nuisance' }]
}

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
  return { source: 'insideViews', sufferer: self, involved, keys, from: 'inside the pod' }
}
