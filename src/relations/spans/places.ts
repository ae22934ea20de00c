import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Model } from '../../model/sources.ts'
import { type Hop, type Spans, type TracedPlace } from '../../model/spans.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { routesOf } from '../ingress/ingress-routes-to-service.ts'
import { relatedTo } from '../related.ts'
import { isLive, podsOfServices } from '../service/service-selects-pod.ts'
import {
  calleeOutOfReach,
  dnsAnswersErrors,
  dnsLossInNamespace,
  dnsLossOnNode,
  dnsServersDown,
  endpointsAnswerBadly,
  hangsUp,
  hostUnknown,
  nameWrong,
  noEndpoints,
  podsUnready,
  svcUnanswered,
  toldWrongly,
} from '../symptom.ts'
import { topWorkloads, workloadOfPod } from '../workload-of-pod.ts'

/** What may send spans under a name. */
interface Traced {
  readonly namespace: string
  readonly name: string
  readonly services: Set<string>
  readonly workloads: Map<string, Subject>
  readonly pods: Set<string>
  readonly nodes: Set<string>
}

export interface TracedNames {
  /** Whatever in the scope could have this name in traces. */
  readonly named: (name: string) => readonly Traced[]
  readonly isAsked: (it: Traced) => boolean
  /** An Ingress leads to it: its traces hold those of what it calls. */
  readonly isFront: (it: Traced) => boolean
  /** Nothing was asked about that could have traces. */
  readonly isEmpty: boolean
}

/**
 * Services and workloads by the names that they have in traces: `service.name` is a workload's name where the operator
 * of OpenTelemetry sets it (opentelemetry.io/docs/platforms/kubernetes/operator/automatic), and most often the
 * Service's where somebody writes it down; meshes add the namespace (`web.shop`), and a caller has the name in DNS.
 */
export function tracedNames(model: Model): TracedNames {
  const all = tracedIn(model)
  const byName = Map.groupBy(all, (it) => it.name.toLowerCase())
  const asked = new Set(askedOf(model, all))
  const front = new Set(
    listed(model.sources.ingresses).flatMap((it) => routesOf(it).map((to) => `${it.namespace}/${to.backend.service}`)),
  )
  return {
    named: (name) =>
      spelled(name).flatMap((one) =>
        (byName.get(one.name) ?? []).filter((it) => one.namespace === null || it.namespace === one.namespace),
      ),
    isAsked: (it) => asked.has(it),
    isFront: (it) => [...it.services].some((name) => front.has(`${it.namespace}/${name}`)),
    isEmpty: asked.size === 0,
  }
}

/** `web`, `web.shop`, `shop/web`, `web.shop.svc.cluster.local`: a name with its namespace, where it has one. */
function spelled(text: string): readonly { readonly name: string; readonly namespace: string | null }[] {
  const [bare = ''] = text.toLowerCase().split('.svc', 1)
  const cut = bare.indexOf('/')
  if (cut > 0) return [{ namespace: bare.slice(0, cut), name: bare.slice(cut + 1) }]
  const dot = bare.lastIndexOf('.')
  const whole = { name: bare, namespace: null }
  return dot > 0 ? [whole, { name: bare.slice(0, dot), namespace: bare.slice(dot + 1) }] : [whole]
}

/** Whether the name itself has the namespace in it. */
function saysNamespace(text: string, { name }: Traced): boolean {
  return text.toLowerCase() !== name.toLowerCase()
}

function tracedIn({ sources }: Model): readonly Traced[] {
  const pods = listed(sources.pods).filter(isLive)
  const found = new Map<string, Traced>()
  const at = (namespace: string, name: string): Traced => {
    const key = `${namespace}/${name}`
    const none = {
      services: new Set<string>(),
      workloads: new Map(),
      pods: new Set<string>(),
      nodes: new Set<string>(),
    }
    const its = found.get(key) ?? { namespace, name, ...none }
    found.set(key, its)
    return its
  }
  const podsOf = podsOfServices(pods)
  const servicesOf = new Map<Pod, Service[]>()
  for (const service of listed(sources.services)) {
    const its = at(service.namespace, service.name)
    its.services.add(service.name)
    for (const pod of podsOf(service)) {
      addPod(its, pod)
      servicesOf.set(pod, [...(servicesOf.get(pod) ?? []), service])
    }
  }
  for (const { kind, namespace, name } of topWorkloads(listed(sources.workloads)))
    at(namespace, name).workloads.set(`${kind}/${name}`, subject(kind, namespace, name))
  for (const pod of pods) {
    const its = at(pod.namespace, workloadOfPod(pod).name)
    addPod(its, pod)
    for (const { name } of servicesOf.get(pod) ?? []) its.services.add(name)
  }
  return [...found.values()]
}

function addPod(to: Traced, pod: Pod): void {
  const on = workloadOfPod(pod)
  to.workloads.set(`${on.kind}/${on.name}`, on)
  to.pods.add(pod.name)
  if (pod.node !== null) to.nodes.add(pod.node)
}

function askedOf(model: Model, all: readonly Traced[]): readonly Traced[] {
  const { target, namespace } = model.scope
  if (target.kind === 'dns') return []
  if (target.kind === 'everything') return all.filter((it) => namespace === null || it.namespace === namespace)
  const touches = relatedTo(model, target.object)
  return all.filter((it) => subjectsOf(it).some((one) => touches({ code: '', subject: one })))
}

function subjectsOf({ namespace, services, workloads }: Pick<Traced, 'namespace' | 'services' | 'workloads'>) {
  return [...[...services].map((it) => subject('Service', namespace, it)), ...workloads.values()]
}

function listed<T>(source: Known<readonly T[]>): readonly T[] {
  return source.known ? source.value : []
}

/** What spans say of where a service's processes are. */
export interface SaidOf {
  readonly namespaces: ReadonlySet<string>
  readonly instances: ReadonlySet<string>
}

/**
 * What each name of the hops is in the cluster. A span that names its namespace leaves all others out; without one a
 * name that stands in several is of any of them, and nothing is sure.
 */
export function placesOf(
  hops: readonly Pick<Hop, 'from' | 'to'>[],
  names: TracedNames,
  saidOf: (name: string) => SaidOf,
): readonly TracedPlace[] {
  const all = new Set(hops.flatMap(({ from, to }) => (from === null ? [to] : [from, to])))
  return [...all].toSorted().flatMap((name) => {
    const said = saidOf(name)
    return names
      .named(name)
      .filter((it) => mayBe(said, it))
      .map((it) => ({
        name,
        namespace: it.namespace,
        services: [...it.services].toSorted(),
        workloads: [...it.workloads.values()].map(({ kind, name: its }) => ({ kind, name: its })),
        nodes: [...it.nodes].toSorted(),
        asked: names.isAsked(it),
        sure: isSure(name, said, it),
      }))
  })
}

/** Whether spans of this name may be its: they say no namespace, or this one. */
export function mayBe({ namespaces }: SaidOf, { namespace }: Traced): boolean {
  return namespaces.size === 0 || namespaces.has(namespace)
}

function isSure(name: string, { namespaces, instances }: SaidOf, it: Traced): boolean {
  return (
    namespaces.has(it.namespace) || saysNamespace(name, it) || [...instances].some((instance) => it.pods.has(instance))
  )
}

/** Of a diagnosis: whom a finding about a call concerns, so that whoever asked about one of them is told. */
export function concernedBy({ places = [] }: Spans): readonly Subject[] {
  return places
    .filter((it) => it.asked)
    .flatMap(({ namespace, services, workloads }) => [
      ...services.map((it) => subject('Service', namespace, it)),
      ...workloads.map((it) => subject(it.kind, namespace, it.name)),
    ])
}

/** Whether it is known of which objects the spans are: one name may stand in two namespaces, or in two clusters. */
export function areSure({ places = [] }: Spans): boolean {
  const asked = places.filter((it) => it.asked)
  return asked.length > 0 && asked.every((it) => it.sure)
}

/** The part of a call that a finding is about: what is wrong with DNS explains no query that takes long. */
export type Part = 'call' | 'work'

/**
 * What, in the cluster, would explain that a call waits or fails, as symptom keys: the callee has no endpoints, does
 * not answer, or answers badly; the caller is kept from it; its name is not found. Nothing where a name may be of two.
 */
export function dueToOf(spans: Spans, { from, to }: Pick<Hop, 'from' | 'to'>, part: Part): readonly string[] {
  const [caller, callee] = [from === null ? null : placeOf(spans, from), placeOf(spans, to)]
  const ofCallee =
    callee === null
      ? []
      : [
          ...callee.workloads.map((it) => podsUnready(subject(it.kind, callee.namespace, it.name))),
          ...callee.services.flatMap((name) => ofService({ namespace: callee.namespace, name }, part)),
        ]
  if (part === 'work') return ofCallee
  const ofCaller =
    caller === null
      ? []
      : [
          ...caller.workloads
            .map((it) => subject(it.kind, caller.namespace, it.name))
            .flatMap((it) => [calleeOutOfReach(it), toldWrongly(it)]),
          ...caller.nodes.map(dnsLossOnNode),
          dnsLossInNamespace(caller.namespace),
          dnsServersDown,
          dnsAnswersErrors,
        ]
  return [...ofCallee, ...ofCaller, ...(caller === null ? [] : [hostUnknown(to)])]
}

function ofService(it: { readonly namespace: string; readonly name: string }, part: Part): readonly string[] {
  const own = [endpointsAnswerBadly(it), hangsUp(it)]
  return part === 'work' ? own : [noEndpoints(it), svcUnanswered(it), nameWrong(it), ...own]
}

function placeOf({ places = [] }: Spans, name: string): TracedPlace | null {
  const [first, ...others] = places.filter((it) => it.name === name)
  return first === undefined || others.length > 0 ? null : first
}
