import type { Finding } from '../findings/finding.ts'
import type { Ingress } from '../model/ingress.ts'
import type { Known } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import type { Service } from '../model/service.ts'
import type { Model } from '../model/sources.ts'
import { type Subject, subject, subjectKey } from '../model/subject.ts'
import { isRoutingKind, routings, servicesRoutedBy } from './gateway/routed-services.ts'
import { frontOf } from './ingress/front-of.ts'
import { sharersOfIngress } from './ingress/canaries.ts'
import { routesOf } from './ingress/ingress-routes-to-service.ts'
import { isAtCallee, objectsIn, placesIn, type Touching } from './named-in.ts'
import { policiesOfPods } from './policy/policy-applies-to-pod.ts'
import { selects } from './selector.ts'
import { calleesOfPods } from './service/callees-of-pods.ts'
import { byLabels, isOver, podsOfServices, selectorOf } from './service/service-selects-pod.ts'
import { topWorkloads, workloadOfPod } from './workload-of-pod.ts'

/**
 * Which findings touch `target`: what stands before it (Ingresses, Services), behind it (pods, workloads, their
 * nodes), in its way (policies), what it is told to call, and what names one of these. Findings about the cluster's own
 * DNS always do: everything looks names up.
 */
export function relatedTo(model: Model, target: Subject): (finding: Touching) => boolean {
  const { keys, core, called } = touching(model, target)
  const ofDns = concernsDns(model)
  return (finding) => {
    // A node whose fault is that of some pods alone touches no other pod of it.
    const isOfSome =
      finding.subject.kind === 'Node' && target.kind !== 'Node' && Array.isArray(finding.args?.['onlyFor'])
    const named = objectsIn(finding).filter((it) => it.namespace !== null || (it === finding.subject && !isOfSome))
    if (named.some((it) => keys.has(subjectKey(it)))) return true
    if ((finding.also ?? []).some((it) => keys.has(subjectKey(it)) || ofDns({ code: '', subject: it }))) return true
    // Without pods nobody knows what leads to them: what is beside the target may be of it.
    if (!model.sources.pods.known && finding.subject.namespace === target.namespace && target.namespace !== null)
      return true
    return ofDns(finding) || placesIn(finding).some((it) => core.has(it)) || isAtCallee(finding, called)
  }
}

/** Everything looks names up: findings about the cluster's own DNS touch whatever is asked about. */
export function concernsDns(model: Model): (finding: Pick<Finding, 'code' | 'subject'>) => boolean {
  const keys = dnsObjects(model)
  const { clusterDns } = model.sources
  const home = (clusterDns.known ? clusterDns.value.service?.namespace : undefined) ?? 'kube-system'
  return ({ code, subject: of }) =>
    code.startsWith('DNS') &&
    (of.namespace === null || of.namespace === home || keys.has(subjectKey(of)) || touchesAll.has(code))
}

/** A Service that takes the address of the servers' upstream takes it from every pod, wherever it stands. */
const touchesAll: ReadonlySet<string> = new Set(['DNS182'])

interface Around {
  readonly keys: ReadonlySet<string>
  /** The target itself and what it is made of, `shop/web`: not what it shares with others. */
  readonly core: ReadonlySet<string>
  /** What its pods are told to call. */
  readonly called: ReadonlySet<string>
}

function touching(model: Model, target: Subject): Around {
  const pods = listed(model.sources.pods).filter((it) => !isOver(it))
  const services = listed(model.sources.services)
  const ingresses = listed(model.sources.ingresses)
  const [podsOf, policiesOf] = [podsOfServices(pods), policiesOfPods(listed(model.sources.networkPolicies))]
  const keys = new Set([subjectKey(target), ...(target.namespace === null ? [] : [`Namespace/${target.namespace}`])])

  const routed = routedFrom(model, target)
  const named = services.filter((it) => isService(it, target) || routed.has(`${it.namespace}/${it.name}`))
  const behind = new Set(startsChain(target) ? named.flatMap(podsOf) : pods.filter(isBehind(model, target)))
  const before = startsChain(target) ? named : services.filter((it) => podsOf(it).some((pod) => behind.has(pod)))
  const makersOf = makersOfServices(model)
  for (const service of before) {
    keys.add(subjectKey(subject('Service', service.namespace, service.name)))
    if (startsChain(target)) for (const top of makersOf(service)) keys.add(subjectKey(top))
  }
  for (const pod of behind) {
    keys.add(`Pod/${pod.namespace}/${pod.name}`)
    keys.add(subjectKey(workloadOfPod(pod)))
    if (pod.node !== null) keys.add(`Node/${pod.node}`)
    for (const policy of [...policiesOf(pod, 'Ingress'), ...policiesOf(pod, 'Egress')])
      keys.add(`NetworkPolicy/${policy.namespace}/${policy.name}`)
  }
  const names = new Set(before.map((it) => `${it.namespace}/${it.name}`))
  for (const it of ingressKeys(model, target, names)) keys.add(it)
  for (const it of besideTarget(ingresses, target)) keys.add(it)
  for (const it of routingKeys(model, target, names)) keys.add(it)
  const workloads = [...behind].map(workloadOfPod)
  const core = new Set([target, ...before, ...behind, ...workloads].map((it) => `${it.namespace}/${it.name}`))
  return { keys, core, called: calleesOfPods(model, [...behind]) }
}

/** Ingresses that are the target or lead to it, and what their requests come through. */
function ingressKeys(model: Model, target: Subject, services: ReadonlySet<string>): readonly string[] {
  const isTarget = (it: Ingress): boolean =>
    target.kind === 'Ingress' && it.namespace === target.namespace && it.name === target.name
  const leadsHere = (it: Ingress): boolean =>
    !startsRouting(target) && routesOf(it).some(({ backend }) => services.has(`${it.namespace}/${backend.service}`))
  const its = listed(model.sources.ingresses).filter((it) => isTarget(it) || leadsHere(it))
  return [
    ...its.map((it) => `Ingress/${it.namespace}/${it.name}`),
    ...its.flatMap((it) => (isTarget(it) && it.className !== null ? [`IngressClass/${it.className}`] : [])),
    ...frontOf(model, its),
  ]
}

/** Canaries of an Ingress have a share of its requests. */
function besideTarget(ingresses: readonly Ingress[], target: Subject): readonly string[] {
  if (target.kind !== 'Ingress') return []
  return ingresses
    .filter((it) => it.namespace === target.namespace && it.name === target.name)
    .flatMap((it) => sharersOfIngress(ingresses, it))
    .map(({ ingress }) => `Ingress/${ingress.namespace}/${ingress.name}`)
}

/** Routes and HTTPProxies that are the target or lead to it, with their Gateways. */
function routingKeys(model: Model, target: Subject, services: ReadonlySet<string>): readonly string[] {
  return routings(model).flatMap((it) => {
    const isTarget = subjectKey(it.object) === subjectKey(target)
    const leadsHere = !startsRouting(target) && it.services.some((one) => services.has(`${one.namespace}/${one.name}`))
    return isTarget || leadsHere ? [it.object, ...it.before].map(subjectKey) : []
  })
}

function startsRouting({ kind }: Subject): boolean {
  return kind === 'Ingress' || isRoutingKind(kind)
}

/** Services and Ingresses lead on to pods; pods and workloads are led to. */
function startsChain(target: Subject): boolean {
  return target.kind === 'Service' || startsRouting(target)
}

function routedFrom(model: Model, target: Subject): ReadonlySet<string> {
  if (target.kind !== 'Ingress')
    return new Set(servicesRoutedBy(model, target).map((it) => `${it.namespace}/${it.name}`))
  const own = listed(model.sources.ingresses).filter(
    (it) => it.namespace === target.namespace && it.name === target.name,
  )
  const shared = own.flatMap((it) => sharersOfIngress(listed(model.sources.ingresses), it))
  return new Set(
    [...own.flatMap((it) => routesOf(it)), ...shared].map((it) => `${it.ingress.namespace}/${it.backend.service}`),
  )
}

function isBehind(model: Model, target: Subject): (pod: Pod) => boolean {
  const named = listed(model.sources.networkPolicies).filter(
    (it) => it.namespace === target.namespace && it.name === target.name,
  )
  const key = subjectKey(target)
  return (pod) => {
    if (target.kind === 'Node') return pod.node === target.name
    if (pod.namespace !== target.namespace) return false
    switch (target.kind) {
      case 'Pod':
        return pod.name === target.name
      case 'NetworkPolicy':
        return named.some((it) => selects(it.podSelector, pod.labels))
      default:
        return (
          (pod.owner?.kind === target.kind && pod.owner.name === target.name) || subjectKey(workloadOfPod(pod)) === key
        )
    }
  }
}

function isService(service: Service, target: Subject): boolean {
  return target.kind === 'Service' && service.namespace === target.namespace && service.name === target.name
}

/** Also workloads that have no pods now: scaled to 0, or unable to make them. */
function makersOfServices(model: Model): (service: Service) => readonly Subject[] {
  const tops = topWorkloads(listed(model.sources.workloads)).flatMap((top) =>
    top.templates.map((labels) => ({ namespace: top.namespace, labels, top })),
  )
  const find = byLabels(tops, (it) => it)
  return (service) => {
    const pairs = selectorOf(service)
    return pairs === null
      ? []
      : find(service.namespace, pairs).map(({ top }) => subject(top.kind, top.namespace, top.name))
  }
}

function dnsObjects(model: Model): ReadonlySet<string> {
  if (!model.sources.clusterDns.known) return new Set()
  const { service, workload, pods } = model.sources.clusterDns.value
  return new Set([
    ...(service === null ? [] : [`Service/${service.namespace}/${service.name}`]),
    ...(workload === null ? [] : [`${workload.kind}/${workload.namespace}/${workload.name}`]),
    ...pods.map((it) => `Pod/${it.namespace}/${it.name}`),
  ])
}

function listed<T>(source: Known<readonly T[]>): readonly T[] {
  return source.known ? source.value : []
}
