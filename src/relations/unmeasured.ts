import { isNotCollected, type Known } from '../model/known.ts'
import type { Model } from '../model/sources.ts'
import { subject, subjectKey, type Subject } from '../model/subject.ts'
import { count, full, some } from '../phrases.ts'
import { routedExcuse, routedGroups } from './gateway/routed-requests.ts'
import { urlOwner } from './gateway/url-owner.ts'
import { wholeHost } from './mesh/mesh-hosts.ts'
import { workloadOfPod } from './workload-of-pod.ts'
import { countEndpoints } from './service/service-endpoints.ts'
import { isBadEnd } from './ingress/http-answers.ts'
import { unjudgedRequests } from './ingress/unjudged-requests.ts'

/**
 * Why a probe that was asked for has measured no node to its end; null when it has, or when none was asked for, or when
 * there is no DNS server to ask, which is for a check to say.
 */
export function unmeasured({ scope, sources: { dnsProbe } }: Model): string | null {
  if (scope.level === 'read') return null
  if (!dnsProbe.known)
    return dnsProbe.why.reason === 'not-asked' || dnsProbe.why.reason === 'not-there' ? null : dnsProbe.why.detail
  const { nodes, missing } = dnsProbe.value
  if (nodes.some((node) => !missing.some((it) => it.node === node))) return null
  const whys = new Set(missing.filter((it) => nodes.includes(it.node)).map((it) => it.why))
  return whys.size === 0 ? 'no probe pod gave a result' : [...whys].join('; ')
}

/**
 * Why what the probe asked of Ingresses says nothing of them, though all of it failed; null where it says something.
 * Like a probe that measured nothing: no fault was seen, and no health either.
 */
export function unheard(model: Model): string | null {
  return unaskedTarget(model) ?? unheardRequests(model)
}

/**
 * Of a Service that was named, and of which nothing could be asked though a probe was: UDP answers nobody who does not
 * know its protocol. Objects alone do not say that it serves.
 */
function unaskedTarget({ scope: { level, target, trace }, sources }: Model): string | null {
  if (level === 'read' || trace !== undefined || target.kind !== 'object' || target.url !== null) return null
  const { kind, namespace, name } = target.object
  const { services, endpointSlices, contacts } = sources
  if (kind !== 'Service' || !services.known || !endpointSlices.known) return null
  const isOwn = (it: { readonly namespace: string; readonly name: string }): boolean =>
    it.namespace === namespace && it.name === name
  const service = services.value.find(isOwn)
  const slices = endpointSlices.value.filter((it) => it.namespace === namespace && it.service === name)
  if (service === undefined || service.ports.length === 0 || countEndpoints(slices).ready.length === 0) return null
  const isAsked = contacts.known
    ? contacts.value.connects.some((it) => isOwn(it.service))
    : contacts.why.reason !== 'not-there'
  const ports = service.ports.map(({ protocol, port }) => `${protocol} ${port}`)
  return isAsked ? null : `nothing was asked of its ${ports.length === 1 ? 'port' : 'ports'} ${some(ports, 3)}`
}

function unheardRequests(model: Model): string | null {
  const silent = unjudgedRequests(model)
  const [first] = silent
  if (first === undefined) return unheardRoutes(model)
  const names = some(
    silent.map((it) => it.ingress),
    3,
  )
  return `every request for ${count(silent.length, 'Ingress', 'Ingresses')} failed (${names}), and ${first.why}`
}

/** The same of routes: of none of them a connection to its data plane was seen. */
function unheardRoutes({ sources: { contacts, dnsProbe }, scope }: Model): string | null {
  if (!contacts.known || scope.target.kind === 'dns') return null
  const excuse = routedExcuse(dnsProbe)
  const silent = routedGroups(contacts.value, scope).flatMap(({ route, http }) => {
    const [why] = http.map((it) => (isBadEnd(it) ? excuse(it) : null))
    const isAll = http.every((it) => isBadEnd(it) && excuse(it) !== null)
    return isAll && why !== null && why !== undefined ? [{ name: `${route.kind} ${full(route)}`, why }] : []
  })
  const [first] = silent
  if (first === undefined) return null
  return `every request for ${some([...new Set(silent.map(({ name }) => name))], 3)} failed, and ${first.why}`
}

/**
 * Why nothing can be said of a URL that somebody asked about: what has its host in a file is of a kind that nobody
 * evaluates, or goes by more than is read of it. Null where it is evaluated.
 */
export function unjudgedTarget({ scope: { target }, sources }: Model): string | null {
  if (target.kind !== 'object' || target.url === null) return null
  const { object } = target
  if (object.kind === 'VirtualService') return unledRoute(object, sources)
  const { beside } = sources
  if (!beside.known) return null
  const url = URL.parse(target.url)
  const own = subjectKey(object)
  const name = `${object.kind} ${object.namespace}/${object.name}`
  if (beside.value.claims.some((it) => subjectKey(subject(it.kind, it.namespace, it.name)) === own))
    return `${name} has this host and is not evaluated`
  const route = (beside.value.ingressRoutes ?? []).find(
    (it) => object.kind === 'IngressRoute' && it.namespace === object.namespace && it.name === object.name,
  )
  if (route === undefined || url === null) return null
  const owner = urlOwner({ host: url.hostname, path: url.pathname }, { routes: [], ingressRoutes: [route] })
  if (owner !== null && owner.pathLength < 0) return `no rule of ${name} was seen that takes this path`
  return route.routes.every((it) => it.more === 'more') ? `${name} goes by more than hosts and paths` : null
}

/** A VirtualService that leads to no Service which was seen: nothing behind it was judged. */
function unledRoute({ namespace, name }: Subject, { mesh, services, clusterDns }: Model['sources']): string | null {
  if (!mesh.known || !services.known) return null
  const domain = (clusterDns.known ? clusterDns.value.domain : null) ?? 'cluster.local'
  const hosts = new Set(services.value.map((it) => wholeHost(it.name, it.namespace, domain)))
  const route = mesh.value.virtualServices.find((it) => it.namespace === namespace && it.name === name)
  if (route === undefined || route.destinations.length === 0) return null
  const isLed = route.destinations.some((it) => hosts.has(wholeHost(it.host, namespace ?? '', domain)))
  return isLed ? null : `no host that VirtualService ${namespace}/${name} leads to is a Service that was seen`
}

/**
 * Why what everything else stands on was not seen, in words: of a scope that has pods and Services, a list of either
 * that was forbidden or cut off leaves nothing to be called well, and of an object that was named, what ties it to its
 * pods. Null where they were read, or nobody asked for them.
 */
export function unseenWhole({ scope, sources }: Model): string | null {
  if (scope.target.kind === 'dns') return null
  const names = ['pods', 'services', ...centralOf(scope, sources)] as const
  for (const name of names) {
    const source: Known<unknown> = sources[name]
    if (!source.known && source.why.reason !== 'not-asked' && !isNotCollected(source.why))
      return `the ${called[name] ?? name} were not seen: ${source.why.detail}`
  }
  return null
}

type Central = 'pods' | 'services' | 'endpointSlices' | 'workloads' | 'gatewayRoutes' | 'ingressControllers'

const called: { readonly [K in Central]?: string } = {
  endpointSlices: 'EndpointSlices',
  gatewayRoutes: 'routes',
  ingressControllers: 'controllers of Ingresses',
}

/** What leads requests by the endpoints of Services, and by what is tied to those. */
const centralOfKind: Readonly<Record<string, readonly Central[]>> = {
  Ingress: ['endpointSlices', 'ingressControllers'],
  IngressRoute: ['endpointSlices'],
  HTTPProxy: ['endpointSlices'],
  Gateway: ['gatewayRoutes'],
  ...Object.fromEntries(
    ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'].map((it) => [it, ['endpointSlices' as const]]),
  ),
}

const makers: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'])

/** Lists without which nothing is known of whether the object that was named serves. What was connected to is seen. */
function centralOf({ target, level }: Model['scope'], sources: Model['sources']): readonly Central[] {
  const { services, pods, contacts } = sources
  if (target.kind !== 'object' || (level !== 'read' && contacts.known)) return []
  const { kind, namespace, name } = target.object
  if (kind === 'Service') {
    const isOwn = services.known && services.value.find((it) => it.namespace === namespace && it.name === name)
    return isOwn && isOwn.type === 'ExternalName' ? [] : ['endpointSlices']
  }
  if (!makers.has(kind)) return (Object.hasOwn(centralOfKind, kind) ? centralOfKind[kind] : undefined) ?? []
  const own = subjectKey(target.object)
  const serves = pods.known && pods.value.some((it) => it.ready && subjectKey(workloadOfPod(it)) === own)
  return serves ? [] : ['workloads']
}
