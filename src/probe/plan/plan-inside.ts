import { isRoutingKind, servicesRoutedBy } from '../../relations/gateway/routed-services.ts'
import { isMachinery } from '../../relations/dns/own-pods.ts'
import type { Pod } from '../../model/pod.ts'
import type { Model } from '../../model/sources.ts'
import type { Subject } from '../../model/subject.ts'
import type { Service } from '../../model/service.ts'
import { asDnsName, asIpAddress, type DnsName, type IpAddress } from '../../wire/dns-name.ts'
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
  /** Looked up once each, as a program would spell them. */
  readonly names: readonly InsideNameSpec[]
}

export interface InsideNameSpec {
  readonly service: { readonly namespace: string; readonly name: string }
  readonly typed: DnsName
}

const most = 10

/** Two Services' names in three spellings: a lookup each, and each is a process in the user's container. */
const mostServices = 2

/**
 * The target's own pods first, ready or not; then one running, ready pod for each workload, the target pod alone when
 * it is one. Our own pods and the cluster's machinery are no clients.
 */
export function planInside(model: Model, name: DnsName, outside: DnsName | null = null): readonly InsideSpec[] {
  const { pods, clusterDns } = model.sources
  if (!pods.known) return []
  const dnsService = clusterDns.known ? asIpAddress(clusterDns.value.service?.clusterIP ?? '') : null
  const { target, namespace, trace } = model.scope
  const object = target.kind === 'object' ? target.object : null
  const fit = pods.value.filter(
    (it) => it.phase === 'Running' && !it.deleting && it.labels['app.kubernetes.io/managed-by'] !== 'hopscope',
  )
  const candidates =
    object?.kind === 'Pod'
      ? fit.filter((it) => it.namespace === object.namespace && it.name === object.name)
      : fit.filter(
          (it) =>
            it.ready &&
            (namespace === it.namespace || !isMachinery(it, model.sources)) &&
            (object === null || object.namespace === null || it.namespace === object.namespace),
        )
  const starts = fit.filter((it) => it.namespace === trace?.from.namespace && it.name === trace.from.pod)
  const behind =
    object === null ? [] : fit.filter((it) => it.namespace === object.namespace && isBehind(it, object, model))
  // A trace looks at one path: out of the pod that it starts from, and into what stands at the other end.
  const own = [...starts, ...behind.filter((it) => !starts.includes(it))]
  const seen = new Set<string>(own.map(workloadOf))
  const others = candidates.filter((it) => !seen.has(workloadOf(it)) && seen.add(workloadOf(it)))
  return [...inTurn(own), ...others].slice(0, most).flatMap((it) => {
    const container = it.containers.find((one) => one.ready) ?? it.containers[0]
    return container === undefined
      ? []
      : [
          {
            namespace: it.namespace,
            pod: it.name,
            container: container.name,
            dnsService,
            name,
            ...(outside === null ? {} : { outside }),
            names: namesFor(it, model),
          },
        ]
  })
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
    spellings(service, pod.namespace, domain).flatMap((it) => {
      const typed = asDnsName(it)
      return typed === null ? [] : [{ service: { namespace: service.namespace, name: service.name }, typed }]
    }),
  )
}

function spellings(
  { namespace, name }: Pick<Service, 'namespace' | 'name'>,
  from: string,
  domain: string,
): readonly string[] {
  return [...(namespace === from ? [name] : []), `${name}.${namespace}`, `${name}.${namespace}.svc.${domain}`]
}

/** Pods of the target's own namespace that it is, makes or leads to. */
function isBehind(pod: Pod, target: Subject, model: Model): boolean {
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
    .flatMap((its) => its.map((it, turn) => ({ it, turn })))
    .toSorted((a, b) => a.turn - b.turn)
    .map(({ it }) => it)
}

function workloadOf(pod: Pod): string {
  return `${pod.namespace}/${pod.owner === null ? pod.name : `${pod.owner.kind}/${pod.owner.name}`}`
}
