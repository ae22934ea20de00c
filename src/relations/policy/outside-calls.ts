import { anyOf } from '../../wire/pattern.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { GatewayRoute } from '../../model/gateway.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { Node } from '../../model/node.ts'
import type { Container, Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { full } from '../../phrases.ts'
import { isWithin } from '../../wire/dns-name.ts'
import { contains } from '../cidr-index.ts'
import { type Answerer, answererOf } from '../dns/answered-zones.ts'
import {
  type Callable,
  callableFrom,
  calledBy,
  isInHosts,
  type ToldCall,
  toldCalls,
} from '../service/called-services.ts'
import { homeOf, takenAddresses } from '../service/gone-addresses.ts'
import { meshOf } from '../service/mesh-sidecar.ts'
import { isOver } from '../service/service-selects-pod.ts'

/** A call that leads out of the cluster, as a pod's spec tells it. */
export interface OutsideCall {
  readonly pod: Pod
  /** The variable or flag; null for a bare word of the command line. */
  readonly by: string | null
  /** As it is told: `10.20.4.15`, `api.stripe.com`, `rds`. */
  readonly told: string
  /** null: a name, whose address is not known. */
  readonly ip: string | null
  readonly port: number | null
  /** null: by either, as far as the spec tells. */
  readonly over: 'TCP' | 'UDP' | null
  /** The Service without a selector, or the ExternalName, that leads there. */
  readonly service: string | null
}

export interface OutsideCalls {
  readonly judged: readonly OutsideCall[]
  /** Calls that lead out, or may, and of which nobody can tell by the objects by which way. */
  readonly unjudged: number
}

interface Seen {
  readonly pods: readonly Pod[]
  readonly services: readonly Service[]
  readonly endpointSlices: Known<readonly EndpointSlice[]>
  readonly nodes: Known<readonly Node[]>
  readonly namespaces: Known<readonly Namespace[]>
  readonly ingresses: Known<readonly Ingress[]>
  readonly gatewayRoutes: Known<readonly GatewayRoute[]>
  readonly clusterDns: Known<ClusterDns>
  readonly scope: Scope
}

/**
 * The calls out of the cluster that specs tell: to an address that nobody here has, to a Service whose endpoints are
 * such addresses, and to names of the world. A proxy or a mesh's sidecar makes another connection of a call: what goes
 * by one is not judged, nor is a name that may be the cluster's own (a host of its Ingresses, a line of its Corefile).
 */
export function outsideCalls(seen: Seen): OutsideCalls {
  const callers = seen.pods.filter((it) => !it.hostNetwork && !isOver(it))
  const around = { ...callableFrom(seen), pods: seen.pods }
  const isOutside = outsideAddresses(seen)
  const literal = callers.flatMap((pod) =>
    pod.containers.flatMap((of) =>
      (of.addresses ?? [])
        .filter(({ ip }) => isOutside(ip))
        .map(({ by, ip, port }) => ({
          call: { pod, by, told: ip, ip, port, over: null, service: null },
          isHidden: goesOtherwise(pod, of, { by, host: ip }),
        })),
    ),
  )
  const leads = leadsOf(seen, around, isOutside)
  const named = toldCalls(callers).flatMap((told) => {
    const of = told.pod.containers.find((it) => it.name === told.container)
    const isHidden = of !== undefined && goesOtherwise(told.pod, of, told.call)
    return leads(told).map((it) => ({ call: it.call, isHidden: isHidden || it.isHidden }))
  })
  const all = [...literal, ...named]
  return {
    judged: all.flatMap((it) => (it.isHidden ? [] : [it.call])),
    unjudged: all.filter((it) => it.isHidden).length,
  }
}

/** An address that no object here has, nor a range of pods or Services; links and metadata are the node's matter. */
function outsideAddresses({ pods, nodes, services, clusterDns, scope }: Seen): (ip: string) => boolean {
  const around = {
    pods,
    nodes: nodes.known ? nodes.value : [],
    services: { known: true, value: services } as const,
    // Endpoints written by hand are the very addresses that are meant.
    endpointSlices: { known: true, value: [] } as const,
    clusterDns,
    isWhole: scope.namespace === null,
  }
  const taken = takenAddresses(around)
  return (ip) => !taken.has(ip) && !contains('169.254.0.0/16', ip) && homeOf(ip, around) === null
}

/** A sidecar, or a proxy of the web: another connects in its place, unless it is the proxy that is called. */
function goesOtherwise(pod: Pod, of: Container, { by, host }: { readonly by: string | null; readonly host: string }) {
  if (meshOf(pod) !== null) return true
  if (of.proxy === undefined) return of.proxyElsewhere === true
  return host !== of.proxy.http && host !== of.proxy.https && !/proxy/i.test(by ?? '')
}

interface Lead {
  readonly call: OutsideCall
  readonly isHidden: boolean
}

function leadsOf(seen: Seen, around: Callable, isOutside: (ip: string) => boolean) {
  const nameKind = outsideNames(seen, around)
  return (told: ToldCall): readonly Lead[] => {
    const { pod, call } = told
    const called = calledBy(pod, call, around)
    const over = call.over ?? (call.scheme === undefined ? null : 'TCP')
    const base = { pod, by: call.by, told: call.host, port: call.port, over, service: null }
    if (called.is === 'elsewhere') {
      const kind = call.key === undefined && !shown.test(call.by ?? '') ? nameKind(pod, call.host) : 'no'
      return kind === 'no' ? [] : [{ call: { ...base, ip: null }, isHidden: kind === 'maybe' }]
    }
    if (called.is !== 'there') return []
    const { service } = called
    if (service.type === 'ExternalName') return ofExternalName(service, { ...base, ip: null }, { isOutside, nameKind })
    const isByHand = Object.keys(service.selector ?? {}).length === 0
    return isByHand ? ofSlices(service, { ...base, ip: null }, { seen, isOutside }) : []
  }
}

/** Addresses of pages for people: `DOCS_URL`, `FRONTEND_URL`. */
const shown = new RegExp(
  `(?:^|[_.-])${anyOf(
    /docs?|home(?:page)?|help|support|terms|privacy|links?|front-?end|ui|site/,
    /share|logo|avatar|cdn|static|assets?|images?/,
  )}[_.-]?(?:ur[li]|host|address|endpoint)?$`,
  'i',
)

/** An ExternalName is an alias of a name (core/v1 types.go, ServiceSpec.externalName): the port stays the caller's. */
function ofExternalName(
  service: Service,
  call: OutsideCall,
  { isOutside, nameKind }: { readonly isOutside: (ip: string) => boolean; readonly nameKind: NameKind },
): readonly Lead[] {
  const to = service.externalName?.toLowerCase().replace(/\.$/, '') ?? ''
  const about = { ...call, service: full(service) }
  if (isAddress.test(to)) return isOutside(to) ? [{ call: { ...about, ip: to }, isHidden: false }] : []
  const kind = nameKind(call.pod, to)
  return kind === 'no' ? [] : [{ call: { ...about, told: to }, isHidden: kind === 'maybe' }]
}

const isAddress = /^\d{1,3}(?:\.\d{1,3}){3}$/

/** Endpoints by hand that are no pod's; with one of a pod among them, there is a way that other checks judge. */
function ofSlices(
  service: Service,
  call: OutsideCall,
  { seen, isOutside }: { readonly seen: Seen; readonly isOutside: (ip: string) => boolean },
): readonly Lead[] {
  if (!seen.endpointSlices.known) return []
  const ports = service.ports.filter((it) => call.port === null || it.port === call.port).map((it) => it.name ?? '')
  const ways = seen.endpointSlices.value
    .filter((it) => it.namespace === service.namespace && it.service === service.name && it.addressType !== 'FQDN')
    .flatMap((slice) => {
      const own = slice.ports.filter((it) => ports.includes(it.name ?? '') && it.protocol !== 'SCTP')
      return slice.endpoints.flatMap((to) => own.map((it) => ({ to, port: it.port, over: it.protocol })))
    })
  if (ways.length === 0 || ways.some(({ to }) => to.pod !== null || !isOutside(to.ip))) return []
  return ways.map(({ to, port, over }) => ({
    call: { ...call, ip: to.ip, port, over: over === 'UDP' ? 'UDP' : 'TCP', service: full(service) },
    isHidden: false,
  }))
}

type NameKind = (pod: Pod, host: string) => 'yes' | 'maybe' | 'no'

/** Whether a name is one of the world's: no name of the cluster's, and none by which whoever is outside comes in. */
function outsideNames({ ingresses, gatewayRoutes, services, nodes, clusterDns }: Seen, { domain }: Callable): NameKind {
  const answerer: (host: string) => Answerer = answererOf(clusterDns)
  const own = new Set([
    ...(ingresses.known ? ingresses.value : []).flatMap((it) => it.rules.flatMap(({ host }) => host ?? [])),
    ...(gatewayRoutes.known ? gatewayRoutes.value : []).flatMap((it) => it.hostnames),
    ...services.flatMap((it) => it.loadBalancer?.addresses ?? []),
  ])
  const ownDomains = new Set([...own].map(domainOf))
  const nodeNames = new Set(nodes.known ? nodes.value.map((it) => it.name) : [])
  return (pod, host) => {
    if (!isWorldly(host) || isInHosts(pod, host) || nodeNames.has(host)) return 'no'
    if (/\.svc(?:\.|$)/.test(host) || isWithin(host, domain ?? 'cluster.local')) return 'no'
    // A host beside those of its Ingresses may lead back into the cluster, past every address outside.
    return ingresses.known && !ownDomains.has(domainOf(host)) && answerer(host) === 'nobody' ? 'yes' : 'maybe'
  }
}

const domainOf = (host: string): string => host.split('.').slice(-2).join('.')

/** Two labels are a Service and its namespace as well, unless the second is a domain that everybody knows. */
function isWorldly(host: string): boolean {
  const labels = host.split('.')
  const last = labels.at(-1) ?? ''
  if (labels.length < 2 || !/^[a-z]{2,}$/.test(last) || nowhere.has(last)) return false
  return labels.length > 2 ? !host.endsWith('.docker.internal') : known.has(last)
}

/** RFC 6761 and 6762: names that no server of the world has. */
const nowhere: ReadonlySet<string> = new Set(['local', 'localhost', 'localdomain', 'test', 'invalid', 'example'])
const known: ReadonlySet<string> = new Set(['com', 'net', 'org', 'io', 'dev', 'cloud', 'app', 'eu', 'gov', 'edu'])
