import { isRoutingKind, servicesRoutedBy } from '../../relations/gateway/routed-services.ts'
import { isMachinery, isOfUsers } from '../../relations/dns/own-pods.ts'
import type { Container, Pod } from '../../model/pod.ts'
import type { Model } from '../../model/sources.ts'
import type { Subject } from '../../model/subject.ts'
import type { Service } from '../../model/service.ts'
import { asDnsName, asIpAddress, bareName, type DnsName, type IpAddress } from '../../wire/dns-name.ts'
import { targetPortIn } from '../../relations/service/service-endpoints.ts'
import { hasAnswer, isTarget } from './plan-names.ts'

/** One container to look out of. */
export interface InsideSpec {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly dnsService: IpAddress | null
  readonly name: DnsName
  /** A name outside of the cluster, which each nameserver of the pod is asked for once; absent where none is asked. */
  readonly outside?: DnsName
  /** Ports of the pod to which Services lead, three at most; absent where none does. */
  readonly ports?: readonly number[]
  /** Looked up once each, as a program would spell them. */
  readonly names: readonly InsideNameSpec[]
}

export interface InsideNameSpec {
  readonly service: { readonly namespace: string; readonly name: string }
  readonly typed: DnsName
}

/** Each container is one exec, and all are made at once: first one of each pod, then the second of any. */
export const mostInside = { pods: 10, ofPod: 4, containers: 24 }

export interface InsideOptions {
  /** A name outside of the cluster that is asked for as well. */
  readonly outside?: DnsName | null
  /** Those that the user named; null = he named none. */
  readonly nodes?: readonly string[] | null
}

/** Two Services' names in three spellings: a lookup each, and each is a process in the user's container. */
const mostServices = 2

/**
 * The target's own pods first, ready or not, those that differ before those that are alike; then one running, ready pod
 * for each workload, the target pod alone when it is one. Our own pods and the cluster's machinery are no clients. Of
 * each pod all containers: they share its network, and each has files, a C library and so names of its own. Who asks
 * from some nodes alone asks what is so there: of pods that are neither the target's nor of a namespace that was asked
 * about, only those on them are looked into.
 */
export function planInside(
  model: Model,
  name: DnsName,
  { outside = null, nodes = null }: InsideOptions = {},
): readonly InsideSpec[] {
  const { pods, clusterDns } = model.sources
  if (!pods.known) return []
  const dnsService = clusterDns.known ? asIpAddress(clusterDns.value.service?.clusterIP ?? '') : null
  const { target, namespace, trace } = model.scope
  const object = target.kind === 'object' ? target.object : null
  const isAskedFor = namespace !== null && target.kind !== 'dns'
  const fit = pods.value.filter(isOfUsers)
  const candidates =
    object?.kind === 'Pod'
      ? fit.filter((it) => it.namespace === object.namespace && it.name === object.name)
      : fit.filter(
          (it) =>
            it.ready &&
            (isAskedFor || nodes === null || (it.node !== null && nodes.includes(it.node))) &&
            (namespace === it.namespace || !isMachinery(it, model.sources)) &&
            (object === null || object.namespace === null || it.namespace === object.namespace),
        )
  const starts = fit.filter((it) => it.namespace === trace?.from.namespace && it.name === trace.from.pod)
  const behind =
    object === null ? [] : fit.filter((it) => it.namespace === object.namespace && isBehind(it, object, model))
  // A trace looks at one path: out of the pod that it starts from, whose replicas may fare otherwise, and into what
  // stands at the other end.
  const replicas = fit.filter((it) => starts.some((one) => one !== it && workloadOf(one) === workloadOf(it)))
  const own = [...new Set([...starts, ...behind, ...replicas])]
  const seen = new Set<string>(own.map(workloadOf))
  const others = candidates.filter((it) => !seen.has(workloadOf(it)) && seen.add(workloadOf(it)))
  const chosen = [...inTurn(own), ...others].slice(0, mostInside.pods)
  const looks = chosen.flatMap((it) => containersOf(it).map((container, turn) => ({ it, container, turn })))
  return looks
    .toSorted((a, b) => a.turn - b.turn)
    .slice(0, mostInside.containers)
    .map(({ it, container }) => ({
      namespace: it.namespace,
      pod: it.name,
      container: container.name,
      dnsService,
      name,
      ...(outside === null ? {} : { outside }),
      ...(container === containersOf(it)[0] ? portsOf(it, model) : {}),
      names: namesFor(it, model),
    }))
}

/** Its containers share them, so that one is enough; a pod on the node's network has the node's. */
function portsOf(pod: Pod, { sources: { services } }: Model): { readonly ports?: readonly number[] } {
  if (pod.hostNetwork || !services.known) return {}
  const led = services.value
    .filter((it) => it.namespace === pod.namespace && isSelected(pod, it.selector))
    .flatMap((it) => it.ports.filter(({ protocol }) => protocol === 'TCP'))
    .flatMap((it) => targetPortIn(pod, it) ?? [])
  const ports = [...new Set(led)].slice(0, 3)
  return ports.length === 0 ? {} : { ports }
}

/**
 * First one that is told to call somebody, of those that are ready; then an image of each, then what is left. One that
 * runs and is not ready may be so for the names that it does not find.
 */
function containersOf({ containers }: Pod): readonly Container[] {
  const running = [
    ...containers.filter((it) => it.ready),
    ...containers.filter((it) => !it.ready && it.waiting === null),
  ]
  const ready = containers.filter((it) => it.ready)
  const first = ready.find((it) => (it.calls ?? []).length > 0) ?? ready[0] ?? containers[0]
  if (first === undefined) return []
  const rest = running.filter((it) => it !== first)
  const isNew = (it: Container, at: number): boolean =>
    ![first, ...rest.slice(0, at)].some((one) => one.image === it.image)
  return [first, ...rest.filter(isNew), ...rest.filter((it, at) => !isNew(it, at))].slice(0, mostInside.ofPod)
}

/**
 * The names that users of the target ask for, else those of one Service of the pod's own namespace: short, with its
 * namespace and in full, all without a last dot. Only what must have an address: one that has none is no complaint.
 */
function namesFor(pod: Pod, model: Model): readonly InsideNameSpec[] {
  const { services, clusterDns } = model.sources
  const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
  const all = (services.known ? services.value : []).filter((it) => hasAnswer(it, model))
  const targets = all.filter((it) => isTarget(it, model)).slice(0, mostServices)
  const own = all
    .filter((it) => it.namespace === pod.namespace)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, 1)
  return (targets.length > 0 ? targets : own).flatMap((service) =>
    meantSpellings(pod, service, domain).flatMap((it) => {
      const typed = asDnsName(it)
      return typed === null ? [] : [{ service: { namespace: service.namespace, name: service.name }, typed }]
    }),
  )
}

/**
 * Who writes a search list of his own (dnsPolicy None) with a suffix for one spelling means that one: another, which it
 * makes no name of, is asked for only where the pod is told it. A list without any of the cluster's may be the fault.
 */
function meantSpellings(pod: Pod, service: Service, domain: string): readonly string[] {
  const all = spellings(service, pod.namespace, domain)
  if (pod.dnsPolicy !== 'None') return all
  const full = `${service.name}.${service.namespace}.svc.${domain}`
  const searches = (pod.dnsConfig?.searches ?? []).map((it) => bareName(it))
  const told = new Set(pod.containers.flatMap(({ calls = [] }) => calls.map(({ host }) => bareName(host))))
  const isFound = (it: string): boolean => it === full || searches.some((suffix) => `${it}.${suffix}` === full)
  return all.some((it) => it !== full && isFound(it)) ? all.filter((it) => isFound(it) || told.has(it)) : all
}

function spellings(
  { namespace, name }: Pick<Service, 'namespace' | 'name'>,
  from: string,
  domain: string,
): readonly string[] {
  return [...(namespace === from ? [name] : []), `${name}.${namespace}`, `${name}.${namespace}.svc.${domain}`]
}

/** Pods of the target's own namespace that it is, makes or leads to. */
export function isBehind(pod: Pod, target: Subject, model: Model): boolean {
  const { kind, name } = target
  const { services, ingresses } = model.sources
  if (kind === 'Pod') return pod.name === name
  // A Deployment's ReplicaSet has its name with a hash behind it, as a CronJob's Job has the time.
  if (kind !== 'Service' && kind !== 'Ingress' && !isRoutingKind(kind))
    return pod.owner !== null && (pod.owner.name === name || pod.owner.name.startsWith(`${name}-`))
  const routed =
    ingresses.known && kind === 'Ingress'
      ? ingresses.value.filter((it) => it.namespace === pod.namespace && it.name === name)
      : []
  const routedHere = servicesRoutedBy(model, target).filter((it) => it.namespace === pod.namespace)
  const names =
    kind === 'Service'
      ? [name]
      : routed
          .flatMap((it) => [it.defaultBackend, ...it.rules.flatMap((rule) => rule.paths.map((path) => path.backend))])
          .map((it) => it?.service)
          .concat(routedHere.map((it) => it.name))
  return (
    services.known &&
    services.value.some(
      (it) => it.namespace === pod.namespace && names.includes(it.name) && isSelected(pod, it.selector),
    )
  )
}

function isSelected({ labels }: Pod, selector: Service['selector']): boolean {
  const pairs = Object.entries(selector ?? {})
  return pairs.length > 0 && pairs.every(([key, value]) => labels[key] === value)
}

/** A first pod of each workload before the second of any. */
function inTurn(pods: readonly Pod[]): readonly Pod[] {
  return [...Map.groupBy(pods, workloadOf).values()]
    .flatMap((its) => apart(its).map((it, turn) => ({ it, turn })))
    .toSorted((a, b) => a.turn - b.turn)
    .map(({ it }) => it)
}

/** As many as are looked into: each of another template than those before it, else of another node. */
function apart(pods: readonly Pod[]): readonly Pod[] {
  const left = [...pods]
  const taken: Pod[] = []
  while (left.length > 0 && taken.length < mostInside.pods) {
    const templates = new Set(taken.map(templateOf))
    const nodes = new Set(taken.map((it) => it.node))
    const next = left.find((it) => !templates.has(templateOf(it))) ?? left.find((it) => !nodes.has(it.node)) ?? left[0]
    if (next === undefined) break
    taken.push(next)
    left.splice(left.indexOf(next), 1)
  }
  return taken
}

function templateOf({ labels, containers }: Pod): string {
  return [
    labels['pod-template-hash'] ?? labels['controller-revision-hash'] ?? '',
    ...containers.map((it) => `${it.name} ${it.image}`),
  ].join('\n')
}

function workloadOf(pod: Pod): string {
  return `${pod.namespace}/${pod.owner === null ? pod.name : `${pod.owner.kind}/${pod.owner.name}`}`
}
