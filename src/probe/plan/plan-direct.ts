import type { Basis, Unasked } from '../../model/contacts.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Container, Pod } from '../../model/pod.ts'
import type { Endpoint, EndpointSlice, Service, ServicePort } from '../../model/service.ts'
import type { Model, Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { isTarget } from '../../relations/asked-about.ts'
import type { PlannedDirect, PlannedHttp, PlannedRouted } from './plan.ts'
import { full } from '../../phrases.ts'
import { sharersOf } from '../../relations/ingress/canaries.ts'
import { backendsOf } from '../../relations/ingress/ingress-routes-to-service.ts'
import { routeOfContact } from '../../relations/ingress/http-of-ingress.ts'
import { calledBy, callableFrom, toldCalls } from '../../relations/service/called-services.ts'
import { podsByName } from '../../relations/pods-by-name.ts'
import { ownAddress, targetOf } from '../../relations/service/service-endpoints.ts'
import { anyOf } from '../../wire/pattern.ts'
import { inTarget } from './plan-contacts.ts'

const mostEndpoints = 10
const mostDirect = 60
/** URLs of Ingresses that lead to one port. */
const mostRouted = 3
/** Sent to all of a plan's endpoints, where they are few. */
const directAsks = 36

/**
 * How often each place is asked, by their number: an endpoint that fails half of the time (two processes at one port,
 * a cache that is right now and then) is missed by two GETs in one of two runs, by six in one of thirty.
 */
export function directTimes({ direct, through }: Pick<DirectPlan, 'direct' | 'through'>): number {
  return Math.max(2, Math.min(6, Math.floor(directAsks / Math.max(1, direct.length + through.length))))
}

export interface DirectPlan {
  readonly direct: readonly PlannedDirect[]
  /** The same at the Service's own address: of the URL that the user named alone. */
  readonly through: readonly PlannedDirect[]
  /** Ports that are connected to at most: the report says so. */
  readonly unasked: readonly Unasked[]
  readonly leftOut: readonly string[]
}

interface Place {
  readonly service: Service
  readonly port: ServicePort
  readonly endpoints: readonly { readonly endpoint: Endpoint; readonly port: number }[]
}

/**
 * One GET at each ready endpoint of what speaks HTTP: the backends of Ingresses, by the same URL, and ports that say so
 * by name or by a pod's own readiness probe. Users are sent to all of them: one of three that answers 500 must be seen.
 */
export function planDirect(
  model: Model,
  http: readonly PlannedHttp[],
  routes: readonly PlannedRouted[] = [],
): DirectPlan {
  const { services, endpointSlices, ingresses, pods } = model.sources
  if (!services.known || !endpointSlices.known || model.scope.target.kind === 'dns')
    return { direct: [], through: [], unasked: [], leftOut: [] }
  const all = ingresses.known ? ingresses.value : []
  const byName = new Map(all.map((it) => [full(it), it]))
  /** Services that an Ingress leads to which lets in only whom it knows. */
  const guarded = new Set(
    all
      .filter(isGuarded)
      .flatMap((it) =>
        backendsOf(it).flatMap(({ backend: { service } }) =>
          service === null ? [] : [full({ namespace: it.namespace, name: service })],
        ),
      ),
  )
  const listed = podsByName(pods.known ? pods.value : [])
  const [tells, isRouted] = [httpCalls(model), routedPorts(model)]
  const places = services.value.flatMap((service) =>
    placesOf(service, endpointSlices.value).filter(({ endpoints }) => endpoints.length > 0 && isWanted(service)),
  )
  const planned: PlannedDirect[] = []
  const unasked: Unasked[] = []
  for (const place of places) {
    const { service, port } = place
    const about = { namespace: service.namespace, name: service.name, port: port.port }
    const behind = podsOf(place)
    const questions = port.protocol === 'TCP' ? questionsOf(place, behind) : []
    const room = mostDirect - planned.length
    if (port.protocol !== 'TCP') unasked.push({ service: about, protocol: port.protocol, why: 'not-tcp' })
    else if (questions.length === 0)
      unasked.push({ service: about, protocol: 'TCP', why: guarded.has(full(place.service)) ? 'guarded' : 'not-http' })
    else if (behind.some(hasSidecar)) unasked.push({ service: about, protocol: 'TCP', why: 'mesh' })
    else {
      const most = Math.max(0, Math.min(mostEndpoints, Math.floor(room / questions.length)))
      if (place.endpoints.length > most) unasked.push({ service: about, protocol: 'TCP', why: 'bound' })
      planned.push(
        ...place.endpoints.slice(0, most).flatMap(({ endpoint, port: at }) =>
          questions.map((question): PlannedDirect => ({
            service: about,
            pod: endpoint.pod,
            ip: endpoint.ip,
            port: at,
            ...question,
            host: question.host ?? `${service.name}.${service.namespace}`,
          })),
        ),
      )
    }
  }
  const bounded = unasked.filter((it) => it.why === 'bound').length
  return {
    direct: planned,
    through: planned
      .filter((it) => it.basis === 'url')
      .flatMap(throughService)
      .slice(0, 1),
    unasked,
    leftOut:
      bounded === 0
        ? []
        : [`asks some endpoints only of ${bounded} Service ports: ${mostEndpoints} of each, ${mostDirect} in all`],
  }

  function throughService(it: PlannedDirect): readonly PlannedDirect[] {
    const { namespace, name, port } = it.service
    const service = services.known
      ? services.value.find(
          (one) => one.namespace === namespace && one.name === name && model.scope.serviceUrl !== undefined,
        )
      : undefined
    const ip = service === undefined ? null : ownAddress(service)
    return ip === null ? [] : [{ ...it, pod: null, ip, port }]
  }

  function isWanted(service: Service): boolean {
    const slices = endpointSlices.known
      ? endpointSlices.value.filter((it) => it.namespace === service.namespace && it.service === service.name)
      : []
    return (
      service.type !== 'ExternalName' &&
      (inTarget(model, service, slices) ||
        http.some((it) => backs(it, service, null)) ||
        routes.some((it) => isBehind(it, service, null)))
    )
  }

  function podsOf({ service, endpoints }: Place): readonly Pod[] {
    return endpoints.flatMap(({ endpoint }) => listed.get(`${service.namespace}/${endpoint.pod ?? ''}`) ?? [])
  }

  /**
   * What users ask for, then what the kubelet asks for, then the root: a readiness page is often a page apart, which
   * says that all is well while each user gets an error.
   */
  function questionsOf(place: Place, behind: readonly Pod[]): readonly Question[] {
    const exact = byUrl(model.scope, place)
    if (exact !== null) return [exact]
    const asked = routed(place.service, place.port)
    const own = declared(place, { pods: behind, told: tells(place), isRouted: isRouted(place) })
    const root: Question = { scheme: own?.scheme ?? schemeOf(place.port), host: null, path: '/', basis: 'guessed' }
    const unrouted = [...behindRoutes(place.service, place.port), ...(own === null ? [] : [own, root])]
    // What the kubelet asks without a password may be asked; the page behind the password may not, nor the root.
    if (asked.length === 0 && guarded.has(full(place.service)))
      return own === null || own.basis === 'guessed' ? [] : [own]
    const chosen = asked.length > 0 ? asked : unrouted
    return chosen.filter((it, at) => chosen.findIndex((one) => one.path === it.path && one.host === it.host) === at)
  }

  /** By the URL that leads there; a path that the controller may rewrite before the pod sees it is no less a GET. */
  function routed(service: Service, port: ServicePort): readonly Question[] {
    return http
      .filter((it) => backs(it, service, port) && !isGuarded(byName.get(full(it.ingress))))
      .slice(0, mostRouted)
      .map((it) => ({ scheme: schemeOf(port), host: it.host, path: it.path, basis: it.basis }))
  }

  /** What a Gateway leads there as it came; whether the path is one of theirs nobody knows. */
  function behindRoutes(service: Service, port: ServicePort): readonly Question[] {
    return routes
      .filter((it) => it.isPlain && isBehind(it, service, port))
      .slice(0, mostRouted)
      .map((it) => ({ scheme: schemeOf(port), host: it.host, path: it.path, basis: 'guessed' }))
  }

  function isBehind({ backends }: PlannedRouted, { namespace, name }: Service, port: ServicePort | null): boolean {
    return backends.some(
      (it) => it.namespace === namespace && it.name === name && (port === null || it.port === port.port),
    )
  }

  function backs(asked: PlannedHttp, service: Service, port: ServicePort | null): boolean {
    const ingress = byName.get(full(asked.ingress))
    const route = ingress === undefined ? null : routeOfContact(ingress, asked)
    return [...(route === null ? [] : [route]), ...sharersOf(all, route)].some(
      ({ ingress: { namespace }, backend }) =>
        namespace === service.namespace &&
        backend.service === service.name &&
        (port === null || backend.port === port.port || backend.port === port.name),
    )
  }
}

/**
 * Annotations by which nginx controllers ask who comes, or from where: a password, a certificate, a token, a service
 * that decides, a list of addresses. A GET past them does what only a few may do.
 */
const guards = new RegExp(
  anyOf(
    /\/auth-(?:type|url|secret|realm|tls-secret|signin|snippet)/,
    /\/(?:enable-)?global-auth/,
    /\/(?:basic-auth|jwt|policies)/,
    /\/(?:white|allow|deny)list-source-range/,
  ),
)

function isGuarded(ingress: Ingress | undefined): boolean {
  return ingress?.auth !== undefined || (ingress?.annotated ?? []).some((it) => guards.test(it))
}

interface Question {
  readonly scheme: 'http' | 'https'
  readonly host: string | null
  readonly path: string
  readonly basis: Basis
}

/** Ready ones alone: one that is not gets no traffic, and need not answer. */
function placesOf(service: Service, slices: readonly EndpointSlice[]): readonly Place[] {
  const own = slices.filter(
    (it) => it.namespace === service.namespace && it.service === service.name && it.addressType !== 'FQDN',
  )
  return service.ports.map((port) => {
    const all = own.flatMap((slice) => {
      const at = port.protocol === 'TCP' ? targetOf(slice, port) : port.port
      return at === null
        ? []
        : slice.endpoints.filter((it) => it.ready && !it.terminating).map((endpoint) => ({ endpoint, port: at }))
    })
    return { service, port, endpoints: all }
  })
}

/** The URL that the user named, as it is written: of this Service, and of this port of it. */
function byUrl({ serviceUrl, target }: Scope, { service, port }: Place): Question | null {
  const url = serviceUrl === undefined ? null : URL.parse(serviceUrl)
  if (url === null || !isTarget({ target }, subject('Service', service.namespace, service.name))) return null
  const scheme = url.protocol === 'https:' ? 'https' : 'http'
  const asked = url.port === '' ? defaultPorts[scheme] : Number(url.port)
  return asked === port.port ? { scheme, host: url.host, path: `${url.pathname}${url.search}`, basis: 'url' } : null
}

const defaultPorts = { http: 80, https: 443 }

type Scheme = Question['scheme']

/** What URLs of the web programs are told to call at a Service's port; the path of one may do something. */
function httpCalls({ scope, sources }: Model): (place: Place) => Scheme | null {
  const { pods, services, namespaces, clusterDns } = sources
  const schemes = new Map<string, Scheme>()
  if (pods.known && services.known) {
    const around = callableFrom({ services: services.value, namespaces, clusterDns, scope })
    for (const { pod, call } of toldCalls(pods.value)) {
      const called = call.scheme === undefined ? null : calledBy(pod, call, around)
      if (called?.is === 'there' && call.scheme !== undefined)
        schemes.set(`${full(called.service)}:${call.port}`, call.scheme)
    }
  }
  return ({ service, port }) => schemes.get(`${full(service)}:${port.port}`) ?? null
}

/** Whether an Ingress or an HTTPRoute leads there, whoever serves it. */
function routedPorts({ sources: { ingresses, gatewayRoutes } }: Model): (place: Place) => boolean {
  const keyOf = (namespace: string, name: string | null, port: number | string | null): string =>
    JSON.stringify([namespace, name, port])
  const routes = (gatewayRoutes.known ? gatewayRoutes.value : []).filter((it) => it.kind === 'HTTPRoute')
  const byIngress = (ingresses.known ? ingresses.value : []).flatMap((it) =>
    backendsOf(it).map(({ backend }) => keyOf(it.namespace, backend.service, backend.port)),
  )
  const byRoute = routes.flatMap(({ namespace, rules }) =>
    rules
      .flatMap((it) => it.backends)
      .filter((it) => it.kind === 'Service' && it.port !== null)
      .map((it) => keyOf(it.namespace ?? namespace, it.name, it.port)),
  )
  const found = new Set([...byIngress, ...byRoute])
  return ({ service: { namespace, name }, port }) =>
    [port.port, port.name].some((it) => found.has(keyOf(namespace, name, it)))
}

interface Signs {
  readonly pods: readonly Pod[]
  /** A program is told to call it by such a URL. */
  readonly told: Scheme | null
  /** An Ingress or an HTTPRoute leads there. */
  readonly isRouted: boolean
}

/** gRPC, databases and queues are no HTTP that a GET could ask, and a port of which nothing says so may be anything. */
function declared({ port, endpoints }: Place, { pods, told, isRouted }: Signs): Question | null {
  const at = endpoints[0]?.port ?? port.port
  const probes = pods.flatMap((it) => it.containers).flatMap((it) => httpProbes(it, at))
  const ready = probes.find((it) => it.of === 'readiness')
  if (ready !== undefined)
    return { scheme: ready.scheme, host: null, path: encodeURI(decoded(ready.path)), basis: 'declared' }
  if (isHttpName(port)) return { scheme: schemeOf(port), host: null, path: '/', basis: 'guessed' }
  const numbers = pods.flatMap((it) => it.containers).flatMap(({ ports }) => ports.filter((it) => it.port === at))
  const names = [port.appProtocol ?? port.name ?? '', ...numbers.map((it) => it.name ?? '')]
  if ([port.port, at].some((it) => otherPorts.has(it)) || names.some((it) => grpcName.test(it))) return null
  const scheme = probes[0]?.scheme ?? told
  if (scheme !== null) return { scheme, host: null, path: '/', basis: 'guessed' }
  if (names.some((it) => otherName.test(it)) || !(isRouted || names.some((it) => httpName.test(it)))) return null
  const isTls = names.some((it) => /^https(?:-|$)/i.test(it))
  return { scheme: isTls ? 'https' : schemeOf(port), host: null, path: '/', basis: 'guessed' }
}

interface HttpProbe {
  readonly of: 'readiness' | 'other'
  readonly scheme: Scheme
  readonly path: string
}

/** What the kubelet asks of this port over HTTP; what it asks before readiness first. */
function httpProbes(
  { readinessProbe, livenessProbe, startupProbe, ports }: Container,
  at: number,
): readonly HttpProbe[] {
  const told = [readinessProbe, livenessProbe, startupProbe]
  return told.flatMap((text, index) => {
    const [, scheme, on, path] = /^(https?)-get :([^/]*)(\/.*)?$/.exec(text ?? '') ?? []
    if (scheme === undefined || on === undefined) return []
    const number = /^\d+$/.test(on) ? Number(on) : ports.find((it) => it.name === on)?.port
    const of = index === 0 ? 'readiness' : 'other'
    return number === at ? [{ of, scheme: scheme === 'https' ? 'https' : 'http', path: path ?? '/' }] : []
  })
}

/** Ports that speak something else, whatever somebody calls them: these are asked for a URL that the user names. */
const otherPorts: ReadonlySet<number> = new Set(
  [
    // SSH, Telnet, mail, DNS, LDAP.
    [21, 22, 23, 25, 53, 110, 143, 389, 465, 587, 636, 853, 993, 995],
    // Databases: SQL Server, Oracle, MySQL, PostgreSQL and pgbouncer, Redis, Cassandra, MongoDB.
    [1433, 1521, 3306, 5432, 6432, 6379, 26_379, 9042, 27_017, 27_018, 27_019],
    // Queues and caches: MQTT, NATS, AMQP, STOMP, Kafka, Pulsar, memcached.
    [1883, 8883, 4222, 6222, 5671, 5672, 61_613, 9092, 6650, 11_211],
    // ZooKeeper, NFS, Elasticsearch among its nodes.
    [2181, 2888, 3888, 2049, 9300],
    // gRPC: OpenTelemetry, Jaeger, examples. Its URLs begin with http:// as well.
    [4317, 14_250, 50_051],
  ].flat(),
)

const httpName = /^(?:https?|web|www)(?:-|$)/i

/** gRPC, and HTTP/2 without TLS: their servers end a GET of HTTP/1.1 in as many ways as there are of them. */
const grpcName = /^(?:grpc(?!-web)|h2c|http2|otlp-grpc|kubernetes\.io\/h2c)/i

/** Protocols of databases and queues; `tcp` and `tls`, as Istio reads them. */
const otherName = new RegExp(
  anyOf(
    /^(?:tcp|tls|udp|mongo|mysql|mariadb|redis|postgres|pg|sql|db|jdbc|amqp|kafka|mqtt|nats|stomp)(?:[-\d]|$)/,
    /^(?:ldap|smtp|imap|pop3|ssh|ftp|thrift|memcached?|zookeeper|etcd|raft|gossip|peer)(?:[-\d]|$)/,
  ),
  'i',
)

function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return '/'
  }
}

/** Istio's and Kubernetes's convention: the protocol, alone or before a dash (appProtocol knows the same words). */
function isHttpName({ name, appProtocol }: ServicePort): boolean {
  if (appProtocol !== undefined) return /^https?$/i.test(appProtocol)
  return httpName.test(name ?? '')
}

function schemeOf({ name, port, appProtocol }: ServicePort): 'http' | 'https' {
  return /^https(?:-|$)/i.test(appProtocol ?? name ?? '') || port === 443 || port === 8443 ? 'https' : 'http'
}

/** A mesh's proxy takes the pod's connections, and hangs up on whoever is not of the mesh. */
function hasSidecar(pod: Pod): boolean {
  return pod.containers.some(
    (it) =>
      it.name === 'istio-proxy' ||
      it.name === 'linkerd-proxy' ||
      it.name === 'kuma-sidecar' ||
      it.name === 'consul-dataplane',
  )
}
