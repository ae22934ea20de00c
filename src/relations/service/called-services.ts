import type { Known } from '../../model/known.ts'
import type { Call, Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { subjectKey } from '../../model/subject.ts'
import { answererOf, type Answerer, type Answering, clusterSet } from '../dns/answered-zones.ts'
import { isClusterFirst } from '../dns/pod-resolvers.ts'
import { once, put } from '../once.ts'
import { ownHostName } from '../own-host-name.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { isDockerDesktops, isWorldly, likeItsPod, mayBeWorlds, memberCalled, nameBySet } from './two-labels.ts'
import { nearNamespace, nearService, servicesByOwnName } from './near-services.ts'
import { declaredPorts, targetPortIn } from './service-endpoints.ts'
import { hasPairs } from '../selector.ts'
import { isLive, isOver, podsOfServices, selectorOf } from './service-selects-pod.ts'

/** What there is to call, as far as it was read. */
export interface Callable {
  readonly services: readonly Service[]
  /** null: not read. */
  readonly namespaces: readonly string[] | null
  /** null: not known, so that no name is said to be of another. */
  readonly domain: string | null
  readonly scope: Pick<Scope, 'namespace'>
  /** Who answers for a whole name; absent where names of other domains are not judged. */
  readonly answerer?: (host: string) => Answerer
  /** The DNS servers name endpoints by their pods (`endpoint_pod_names`), or nobody knows whether they do. */
  readonly podNames?: 'maybe'
  /** Absent where it does not matter on which ports the pods of headless Services listen. */
  readonly pods?: readonly Pod[]
}

/** What a check is given of it; of the domain and the namespaces, what was read. */
export function callableFrom({ services, namespaces, clusterDns, scope }: CallableSources): Callable {
  return {
    services,
    namespaces: namespaces.known ? namespaces.value.map((it) => it.name) : null,
    domain: clusterDns.known ? clusterDns.value.domain : null,
    answerer: answererOf(clusterDns),
    scope,
  }
}

interface CallableSources extends Pick<Callable, 'services' | 'scope'> {
  readonly namespaces: Known<readonly { readonly name: string }[]>
  readonly clusterDns: Known<Answering>
}

/** What becomes of a call, by the objects alone. `elsewhere`: no name of this cluster's, or not to be told. */
export type Called =
  | { readonly is: 'elsewhere' }
  | { readonly is: 'there'; readonly service: Service }
  | { readonly is: 'no-port'; readonly service: Service; readonly port: number; readonly isGuess?: true }
  /** The Service has that port for another protocol alone. */
  | { readonly is: 'other-protocol'; readonly service: Service; readonly port: number; readonly over: 'TCP' | 'UDP' }
  /** An SRV record of a port by a name that no port of the Service has. `near`: that of its only one. */
  | { readonly is: 'no-srv'; readonly service: Service; readonly srv: string; readonly near: string | null }
  /** A port of a headless Service, whose pods listen on another: nobody maps the one to the other. */
  | { readonly is: 'unmapped'; readonly service: Service; readonly port: number; readonly target: number }
  /** A pod by its own name below a Service that does not name it. */
  | {
      readonly is: 'no-pod-name'
      readonly service: Service
      readonly pod: string
      readonly near: string | null
      /** The StatefulSet that it belongs to. */
      readonly set: string | null
    }
  /** A pod of a StatefulSet that has fewer. */
  | {
      readonly is: 'no-pod'
      readonly service: Service
      readonly set: string
      readonly near: string
      readonly pods: number
    }
  | {
      readonly is: 'no-service'
      readonly namespace: string
      readonly name: string
      readonly near: string | null
      /** By a short name, which the nodes' own search domains may have, in a URL that can be for nobody else. */
      readonly isGuess?: true
    }
  | {
      readonly is: 'no-namespace'
      readonly namespace: string
      readonly name: string
      readonly near: string | null
      /** The world may have a domain of that name. */
      readonly isGuess?: true
    }
  /** `host.docker.internal`: a name that Docker Desktop gives its own containers, and no other cluster has. */
  | { readonly is: 'docker'; readonly isGuess: true }
  /** `near`: the name that the Service of that name and namespace has here, where there is one. */
  | { readonly is: 'other-domain'; readonly told: string; readonly near: string | null }
  /** `cart.shop.cluster.local`: the cluster's domain without the `svc` in which Services have their names. */
  | { readonly is: 'no-svc'; readonly service: Service; readonly near: string }
  /** `cart.svc`, `cart.svc.cluster.local`: a Service's name without its namespace. */
  | { readonly is: 'left-out'; readonly name: string; readonly near: string | null; readonly isGuess?: true }

/** How far it goes that nobody is told wrongly. */
export const spelledOut = 'of what the specs spell out; ConfigMaps are read of a file alone, Secrets never'

/** A call with the container and the pod whose spec tells it. */
export interface ToldCall {
  readonly pod: Pod
  readonly container: string
  readonly call: Call
}

/** What the pods' specs tell them to call, each once a workload: its pods have one template, but for a rollout. */
export function toldCalls(pods: readonly Pod[]): readonly ToldCall[] {
  const all: ToldCall[] = []
  // No text is made for each call: what names none twice would hold as much again as the calls themselves.
  const seen = new Map<string, Map<string, Call[]>>()
  for (const pod of pods) {
    if (isOver(pod) || pod.containers.every((it) => it.calls === undefined)) continue
    const on = subjectKey(workloadOfPod(pod))
    for (const { name: container, calls = [] } of pod.containers) {
      const hosts = put(seen, `${on} ${container}`, () => new Map<string, Call[]>())
      for (const call of calls) {
        const others = hosts.get(call.host)
        if (others?.some((it) => it.by === call.by && it.port === call.port)) continue
        // A list that is pushed to has room for seventeen.
        if (others === undefined) hosts.set(call.host, [call])
        else others.push(call)
        all.push({ pod, container, call })
      }
    }
  }
  return all
}

const usualDomain = 'cluster.local'

const elsewhere: Called = { is: 'elsewhere' }

const byPlace = once(
  (services: readonly Service[]) => new Map(services.map((it) => [place(it.namespace, it.name), it])),
)

/**
 * What the host and port of a call lead to. A name with `svc` in it can only be meant for this cluster; a short one may
 * be found by the nodes' own search domains, so that it counts as a slip only where a Service of nearly that name, or
 * of that name elsewhere, is there.
 */
export function calledBy(pod: Pod, call: Call, around: Callable): Called {
  const asked = podInOwn(pod, call.host, around) ?? serviceName(call.host, pod.namespace, around)
  if (isInHosts(pod, call.host)) return elsewhere
  const unnamed = call.srv === undefined ? podUnnamed(call, pod.namespace, around) : null
  if (unnamed !== null) return unnamed
  if (asked === null) return isDockerDesktops(pod, call.host, around) ? { is: 'docker', isGuess: true } : elsewhere
  if ('bare' in asked) return leftOut(pod, call.host, asked.bare, around)
  if ('told' in asked) return ofOtherDomain(pod, call.host, asked, around)
  if ('short' in asked) return withoutSvc(call.host, asked.short, around)
  const { namespace, name } = asked
  const service = byPlace(around.services).get(place(namespace, name))
  if (service !== undefined) {
    if (call.srv !== undefined) return ofSrv(service, { ...call, srv: call.srv }, around)
    return asked.isPod === true ? ofPod(service, call, around) : portOf(service, call, around.pods)
  }
  return noService(pod, call, asked, around)
}

function noService(pod: Pod, call: Call, asked: Sought, around: Callable): Called {
  const { namespace, name, sure } = asked
  const { namespaces, scope } = around
  const found = sure ? null : bySearch(pod, call, around)
  if (found !== null) return portOf(found, call, around.pods)
  if (namespaces?.includes(namespace) === false) return inNoNamespace(pod, call, asked, around)
  // Services of other namespaces were not read.
  if (scope.namespace !== null && scope.namespace !== namespace) return elsewhere
  const own = around.pods === undefined ? null : memberCalled(pod, { name, namespace }, around.pods)
  const near = own ?? nearService(name, namespace, around.services)
  if (sure || near !== null) return { is: 'no-service', namespace, name, near }
  return isForHere(pod, call, { namespace, name }, around)
    ? { is: 'no-service', namespace, name, near, isGuess: true }
    : elsewhere
}

/** By a search list of its own: `stock` with `warehouse.svc.cluster.local` in `dnsConfig.searches`. */
function bySearch(pod: Pod, { host }: Call, around: Callable): Service | null {
  for (const search of pod.dnsConfig?.searches ?? []) {
    const asked = serviceName(`${host}.${search.replace(/\.$/, '')}`, pod.namespace, around)
    if (asked === null || !('namespace' in asked)) continue
    const service = byPlace(around.services).get(place(asked.namespace, asked.name))
    if (service !== undefined) return service
  }
  return null
}

/**
 * A URL with its port, of a name that the pod's search list makes one of the cluster's: `http://stock:8080`, and
 * `http://stock.shop:8080` where namespace `shop` is there and is no domain of the world's. What a mounted file says
 * by a bare word may be an example, and a proxy's name the nodes' own.
 */
function isForHere(
  pod: Pod,
  call: Call,
  { namespace, name }: Place,
  { namespaces, answerer, domain }: Callable,
): boolean {
  if (call.isUrl !== true || namespaces === null || !isClusterFirst(pod)) return false
  if ((pod.dnsConfig?.searches.length ?? 0) > 0 || /proxy/i.test(call.by ?? '')) return false
  const isDotted = call.host.includes('.')
  if (isDotted ? isWorldly(namespace) : call.key !== undefined) return false
  return answerer?.(`${name}.${namespace}.svc.${domain ?? usualDomain}`) !== 'maybe'
}

interface Place {
  readonly namespace: string
  readonly name: string
}

function inNoNamespace(pod: Pod, call: Call, { namespace, name, sure }: Sought, around: Callable): Called {
  const near = nearNamespace(name, namespace, around)
  if (sure || near !== null) return { is: 'no-namespace', namespace, name, near }
  return movedService(pod, call, { namespace, name }, around) ?? podOfNobody(pod, call, around)
}

interface Sought extends Place {
  readonly sure: boolean
}

/** `http://payments.billing:8080`, where a Service `payments` is, and no namespace `billing` any more. */
function movedService(pod: Pod, call: Call, { namespace, name }: Place, around: Callable): Called | null {
  const [other, ...more] = servicesByOwnName(around.services).get(name) ?? []
  if (other === undefined || mayBeWorlds(namespace) || !isForHere(pod, call, { namespace, name }, around)) return null
  const near = more.length > 0 ? null : `${name}.${other.namespace}`
  return { is: 'no-namespace', namespace, name, near, isGuess: true }
}

/** `mongo-0.mongo`, a pod below a Service: no namespace has the second name, and neither has a Service here. */
function podOfNobody(pod: Pod, call: Call, around: Callable): Called {
  const [hostname = '', name = '', ...more] = call.host.split('.')
  const place = { namespace: pod.namespace, name }
  if (more.length > 0 || !/-\d{1,3}$/.test(hostname) || mayBeWorlds(name)) return elsewhere
  if (around.scope.namespace !== null && around.scope.namespace !== pod.namespace) return elsewhere
  const near = byPlace(around.services).has(`${pod.namespace}/${name}`) ? null : nameBySet(pod, call, around)
  if (near !== null) return { is: 'no-service', ...place, near }
  const asked = likeItsPod(call) ? { ...call, isUrl: true as const } : call
  return isForHere(pod, asked, place, around) ? { is: 'no-service', ...place, near: null, isGuess: true } : elsewhere
}

/** Names that DNS need not answer: hostAliases, and the pod itself. */
export function isInHosts(pod: Pod, host: string): boolean {
  return (
    host === ownHostName(pod) ||
    (pod.hostAliases ?? []).some((it) => it.names.some((one) => one.toLowerCase() === host))
  )
}

type Asked =
  | { readonly namespace: string; readonly name: string; readonly sure: boolean; readonly isPod?: boolean }
  | { readonly told: string; readonly before: string }
  /** The one label before `svc`: the namespace is left out. */
  | { readonly bare: string }
  /** What stands before the cluster's domain, with no `svc` in it. */
  | { readonly short: string }

/** `cart`, `cart.shop`, `cart.shop.svc`, `db-0.db.shop.svc.cluster.local`; null for what is no name of a Service's. */
function serviceName(host: string, home: string, { domain, answerer }: Callable): Asked | null {
  const own = domain ?? usualDomain
  const [, before, after] = /^(.+)\.svc(?:\.(.+))?$/.exec(host) ?? []
  if (before === undefined) {
    if (host.endsWith(`.${own}`)) return { short: host.slice(0, -own.length - 1) }
    const [name = '', namespace, ...more] = host.split('.')
    return more.length > 0 ? null : { namespace: namespace ?? home, name, sure: false }
  }
  // A Corefile may give its `kubernetes` more than one domain.
  if (after !== undefined && after !== own && answerer?.(host) !== 'cluster') return { told: after, before }
  const labels = before.split('.')
  const [name, namespace] = labels.slice(-2)
  if (labels.length === 1) return { bare: before }
  if (labels.length > 3 || name === undefined || namespace === undefined) return null
  return { namespace, name, sure: true, isPod: labels.length === 3 }
}

/**
 * `postgres-0.postgres`: a pod below a Service of the caller's own namespace, which comes first in a pod's search list
 * (pkg/kubelet/network/dns/dns.go, generateSearchesForDNSClusterFirst), before a Service `postgres-0` of a namespace
 * `postgres`. Which pods there are is not always read, and a StatefulSet's may be none now: a number is a pod's where
 * no such Service is.
 */
function podInOwn(pod: Pod, host: string, { services, pods }: Callable): Asked | null {
  const [hostname = '', name = '', ...more] = host.split('.')
  const service = byPlace(services).get(place(pod.namespace, name))
  if (more.length > 0 || service === undefined || service.type === 'ExternalName' || !isClusterFirst(pod)) return null
  const beside = pods === undefined ? [] : (byHome(pods).get(pod.namespace) ?? [])
  const isThere = beside.some((it) => isLive(it) && it.subdomain === name && (it.hostname ?? it.name) === hostname)
  const isFree = /-\d{1,5}$/.test(hostname) && !byPlace(services).has(place(name, hostname))
  return isThere || isFree ? { namespace: pod.namespace, name, sure: true, isPod: true } : null
}

/** A pod's own name gives the pod's own address, behind whatever Service: that one's ports are none of it. */
function ofPod(service: Service, call: Call, { pods }: Callable): Called {
  return service.clusterIP === 'None' ? portOf(service, call, pods) : { is: 'there', service }
}

/**
 * A name under a domain that the cluster's DNS does not have. `cluster.local` is nobody's but a cluster's. Any other
 * may be another cluster's, which whoever stands behind `forward` knows: it counts where the pod asks this cluster's
 * DNS, no line of the Corefile may have the name, and a Service of that very name and namespace is here.
 */
function ofOtherDomain(pod: Pod, host: string, { told, before }: AskedElsewhere, around: Callable): Called {
  const answerer = around.answerer?.(host) ?? 'unread'
  const service = serviceAt(before.split('.').slice(-2), around)
  const { domain } = around
  const near = service === null ? null : `${before}.svc.${domain ?? usualDomain}`
  if (answerer === 'maybe') return elsewhere
  if (told === usualDomain) return { is: 'other-domain', told, near }
  // The nodes' own search list may put the rest behind it.
  const isCut = domain !== null && domain !== usualDomain && domain.startsWith(`${told}.`)
  if (answerer !== 'nobody' || isCut || !isClusterFirst(pod)) return elsewhere
  // Who takes the pod's lookups on their way, as Istio's proxy does, may know the names of the whole set.
  if (told === clusterSet) return pod.dnsHop === undefined ? { is: 'other-domain', told, near } : elsewhere
  if (near === null) return elsewhere
  return { is: 'other-domain', told, near }
}

type AskedElsewhere = Extract<Asked, { readonly told: string }>

/** The plugin `kubernetes` has the whole domain, and below it no names but those in `svc` and `pod`. */
function withoutSvc(host: string, short: string, around: Callable): Called {
  const service = serviceAt(short.split('.'), around)
  if (service === null || around.answerer?.(host) !== 'cluster') return elsewhere
  return { is: 'no-svc', service, near: `${short}.svc.${around.domain ?? usualDomain}` }
}

/**
 * `redis.svc` and `redis.svc.cluster.local`: names of Services have their namespace before `svc` (DNS specification
 * 2.3.1). The domain of a whole namespace, as search lists have it, is none; and where a namespace `svc` is,
 * `redis.svc` may be a Service of it.
 */
function leftOut(pod: Pod, host: string, name: string, around: Callable): Called {
  const { services, namespaces, domain, answerer } = around
  const isWhole = host !== `${name}.svc`
  const whole = isWhole ? host : `${host}.${domain ?? usualDomain}`
  const isAsked = isWhole || (isClusterFirst(pod) && (pod.dnsConfig?.searches.length ?? 0) === 0)
  if (!isAsked || namespaces === null || namespaces.includes('svc') || answerer?.(whole) === 'maybe') return elsewhere
  const alike = servicesByOwnName(services).get(name) ?? []
  const meant = alike.find((it) => it.namespace === pod.namespace) ?? (alike.length === 1 ? alike[0] : undefined)
  if (meant !== undefined) return { is: 'left-out', name, near: `${name}.${meant.namespace}${host.slice(name.length)}` }
  return namespaces.includes(name) ? elsewhere : { is: 'left-out', name, near: null, isGuess: true }
}

function serviceAt(labels: readonly string[], { services }: Callable): Service | null {
  const [name, namespace, ...more] = labels
  if (name === undefined || namespace === undefined || more.length > 0) return null
  return byPlace(services).get(place(namespace, name)) ?? null
}

/**
 * `mongo-0.mongodb`, of a pod that is there: DNS has that name where the endpoint bears the host name, which it does if
 * the pod's subdomain is the Service (endpointslice/utils.go, podToEndpoint). Another pod of that StatefulSet tells it
 * of one that is not there now.
 */
function podUnnamed(call: Call, home: string, { pods, services, podNames, domain }: Callable): Called | null {
  if (pods === undefined || podNames === 'maybe') return null
  const [before = '', after = ''] = call.host.split('.svc')
  if (after !== '' && after !== `.${domain ?? usualDomain}`) return null
  const [hostname = '', name = '', namespace = home, ...more] = before.split('.')
  const service = byPlace(services).get(place(namespace, name))
  if (more.length > 0 || service === undefined || service.type === 'ExternalName' || service.selector === null)
    return null
  return ofItsPods(call, hostname, { service, pods, services })
}

interface Below {
  readonly service: Service
  readonly pods: readonly Pod[]
  readonly services: readonly Service[]
}

/** A pod of this name, or of the StatefulSet that it would be of. */
function ofItsPods(call: Call, hostname: string, { service, pods, services }: Below): Called | null {
  const beside = byHome(pods).get(service.namespace) ?? []
  const [, stem] = /^(.+)-\d{1,5}$/.exec(hostname) ?? []
  const its = beside.filter((it) => isLive(it) && (it.name === hostname || (stem !== undefined && setOf(it) === stem)))
  const [first] = its
  if (first === undefined) return stem === undefined ? null : ofOtherPods(hostname, stem, { service, pods })
  const named = its.filter((it) => it.subdomain === service.name)
  if (named.length > 0) return beyondLast(hostname, named, service) ?? undeclared(service, call, named)
  return { is: 'no-pod-name', service, pod: hostname, near: nameBelow(first, hostname, services), set: setOf(first) }
}

/** `redis-0.redis`, where the pods behind that Service are no StatefulSet's: Deployments' pods have no numbers. */
function ofOtherPods(
  hostname: string,
  stem: string,
  { service, pods }: { readonly service: Service; readonly pods: readonly Pod[] },
): Called | null {
  const live = byPods(pods)(service).filter(isLive)
  const isOther =
    live.length > 0 && live.every((it) => it.owner?.kind === 'ReplicaSet' || it.owner?.kind === 'DaemonSet')
  return isOther && stem.startsWith(service.name)
    ? { is: 'no-pod-name', service, pod: hostname, near: null, set: null }
    : null
}

/** Pods may listen on more than they declare, so that it is a guess: of pods that declare some ports, and not this. */
function undeclared(service: Service, { port, isUrl, portBy }: Call, pods: readonly Pod[]): Called | null {
  if (isUrl !== true && portBy === undefined) return null
  const live = pods.filter(isLive)
  if (port === null || live.length === 0 || service.ports.some((it) => it.port === port || it.targetPort === port))
    return null
  const all = live.flatMap((it) => it.containers)
  const isSaid = (it: Pod): boolean => it.containers.some((one) => one.ports.length > 0)
  const isHeld = all.some((it) => [...it.ports, ...(it.listens ?? [])].some((one) => one.port === port))
  return isHeld || !live.every(isSaid) ? null : { is: 'no-port', service, port, isGuess: true }
}

/** A pod that comes anew has a number below its number of pods, or the next one: that far it may be under way. */
function beyondLast(hostname: string, named: readonly Pod[], service: Service): Called | null {
  const asked = ordinalOf(hostname)
  const [first] = named
  const set = first === undefined ? null : setOf(first)
  const last = Math.max(...named.map((it) => ordinalOf(it.name) ?? 0))
  if (set === null || asked === null || asked <= last || named.some((it) => !it.ready)) return null
  return { is: 'no-pod', service, set, near: `${set}-${last}.${service.name}.${service.namespace}`, pods: named.length }
}

function ordinalOf(name: string): number | null {
  const told = /-(\d{1,5})$/.exec(name)?.[1]
  return told === undefined ? null : Number(told)
}

function setOf({ owner }: Pod): string | null {
  return owner?.kind === 'StatefulSet' ? owner.name : null
}

/** The name that the pod has: its subdomain may be a Service that is not there, or that leaves it out (SVC211). */
function nameBelow(pod: Pod, hostname: string, services: readonly Service[]): string | null {
  if (pod.subdomain === undefined) return null
  const governing = byPlace(services).get(place(pod.namespace, pod.subdomain))
  const pairs = governing === undefined || governing.type === 'ExternalName' ? null : selectorOf(governing)
  return pairs === null || !hasPairs(pairs, pod.labels) ? null : `${hostname}.${pod.subdomain}.${pod.namespace}`
}

const byHome = once((pods: readonly Pod[]) => Map.groupBy(pods, (it) => it.namespace))

/** What an ExternalName leads to is not read. */
function portOf(service: Service, call: Call, pods: readonly Pod[] | undefined): Called {
  const { port } = call
  if (port === null || service.type === 'ExternalName') return { is: 'there', service }
  const own = service.ports.find((it) => it.port === port)
  if (service.clusterIP === 'None') {
    if (own === undefined || pods === undefined)
      return (pods === undefined ? null : undeclared(service, call, byPods(pods)(service))) ?? { is: 'there', service }
    const target = unmappedTarget(service, own, pods)
    return target === null ? { is: 'there', service } : { is: 'unmapped', service, port, target }
  }
  if (own === undefined) return { is: 'no-port', service, port }
  const over = call.scheme === undefined ? call.over : 'TCP'
  const isOther = over !== undefined && service.ports.every((it) => it.port !== port || it.protocol !== over)
  return isOther ? { is: 'other-protocol', service, port, over } : { is: 'there', service }
}

/**
 * CoreDNS has an SRV record of each port that has a name, by that name (plugin/kubernetes, matchPortAndProtocol); of
 * endpoints that somebody wrote down, by the names that he gave them.
 */
function ofSrv(service: Service, call: Call & { readonly srv: string }, { answerer, domain }: Callable): Called {
  const [name, protocol] = call.srv.replaceAll('_', '').split('.')
  const { type, clusterIP, selector, ports } = service
  const isOthers = type === 'ExternalName' || (clusterIP === 'None' && selector === null)
  const has = ports.some((it) => it.name === name && it.protocol.toLowerCase() === protocol)
  const asked = `${call.srv}.${service.name}.${service.namespace}.svc.${domain ?? usualDomain}`
  if (isOthers || has || answerer?.(asked) === 'maybe') return { is: 'there', service }
  const [only, ...more] = ports.filter((it) => it.name !== null && it.protocol.toLowerCase() === protocol)
  const near = only === undefined || more.length > 0 ? null : `_${only.name}._${protocol}.${call.host}`
  return { is: 'no-srv', service, srv: call.srv, near }
}

/**
 * A headless Service gives out its pods' addresses: clients connect to the very port that they ask for, and every port
 * of a pod may be called. The number where all pods are said to listen, where it is another than the Service's, and no
 * pod declares that one.
 */
function unmappedTarget(service: Service, port: ServicePort, pods: readonly Pod[]): number | null {
  const live = byPods(pods)(service).filter(isLive)
  const targets = new Set(live.map((it) => targetPortIn(it, port)))
  const [target = null] = targets
  const isOpen = live.some((it) => declaredPorts(it, port.protocol).some((one) => one.port === port.port))
  return targets.size !== 1 || target === port.port || isOpen ? null : target
}

const byPods = once((pods: readonly Pod[]) => podsOfServices(pods))

function place(namespace: string, name: string): string {
  return `${namespace}/${name}`
}
