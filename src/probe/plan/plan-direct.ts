import type { Basis, Unasked } from '../../model/contacts.ts'
import type { Pod } from '../../model/pod.ts'
import type { Endpoint, EndpointSlice, Service, ServicePort } from '../../model/service.ts'
import type { Model } from '../../model/sources.ts'
import type { PlannedDirect, PlannedHttp } from './plan.ts'
import { sharersOf } from '../../relations/ingress/canaries.ts'
import { routeOfContact } from '../../relations/ingress/http-of-ingress.ts'
import { targetOf } from '../../relations/service/service-endpoints.ts'
import { inTarget } from './plan-contacts.ts'

const mostEndpoints = 10
const mostDirect = 60
/** URLs of Ingresses that lead to one port. */
const mostRouted = 3
/** From each node: an endpoint that fails half of the time is missed by six in one of sixty. */
export const directTimes = 2

export interface DirectPlan {
  readonly direct: readonly PlannedDirect[]
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
export function planDirect(model: Model, http: readonly PlannedHttp[]): DirectPlan {
  const { services, endpointSlices, ingresses, pods } = model.sources
  if (!services.known || !endpointSlices.known || model.scope.target.kind === 'dns')
    return { direct: [], unasked: [], leftOut: [] }
  const listed = new Map((pods.known ? pods.value : []).map((it) => [`${it.namespace}/${it.name}`, it]))
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
    else if (questions.length === 0) unasked.push({ service: about, protocol: 'TCP', why: 'not-http' })
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
    unasked,
    leftOut:
      bounded === 0
        ? []
        : [`asks some endpoints only of ${bounded} Service ports: ${mostEndpoints} of each, ${mostDirect} in all`],
  }

  function isWanted(service: Service): boolean {
    const slices = endpointSlices.known
      ? endpointSlices.value.filter((it) => it.namespace === service.namespace && it.service === service.name)
      : []
    return (
      service.type !== 'ExternalName' &&
      (inTarget(model, service, slices) || http.some((it) => backs(it, service, null)))
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
    const asked = routed(place.service, place.port)
    const own = declared(place.port, behind, place)
    const root: Question = { scheme: own?.scheme ?? schemeOf(place.port), host: null, path: '/', basis: 'guessed' }
    const unrouted = own === null ? [] : [own, root]
    const all = asked.length > 0 ? asked : unrouted
    return all.filter((it, at) => all.findIndex((one) => one.path === it.path && one.host === it.host) === at)
  }

  /** By the URL that leads there; a path that the controller may rewrite before the pod sees it is no less a GET. */
  function routed(service: Service, port: ServicePort): readonly Question[] {
    return http
      .filter((it) => backs(it, service, port))
      .slice(0, mostRouted)
      .map((it) => ({ scheme: schemeOf(port), host: it.host, path: it.path, basis: it.basis }))
  }

  function backs(asked: PlannedHttp, service: Service, port: ServicePort | null): boolean {
    const all = ingresses.known ? ingresses.value : []
    const ingress = all.find((it) => it.namespace === asked.ingress.namespace && it.name === asked.ingress.name)
    const route = ingress === undefined ? null : routeOfContact(ingress, asked)
    return [...(route === null ? [] : [route]), ...sharersOf(all, route)].some(
      ({ ingress: { namespace }, backend }) =>
        namespace === service.namespace &&
        backend.service === service.name &&
        (port === null || backend.port === port.port || backend.port === port.name),
    )
  }
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

/** gRPC, databases and queues are no HTTP that a GET could ask, and a port without a name may be anything. */
function declared(port: ServicePort, pods: readonly Pod[], { endpoints }: Place): Question | null {
  const at = endpoints[0]?.port ?? port.port
  const probed = pods
    .flatMap((it) => it.containers)
    .flatMap(({ readinessProbe, ports }) => {
      const [, scheme, on, path] = /^(https?)-get :([^/]*)(\/.*)?$/.exec(readinessProbe ?? '') ?? []
      if (scheme === undefined || on === undefined) return []
      const number = /^\d+$/.test(on) ? Number(on) : ports.find((it) => it.name === on)?.port
      return number === at
        ? [
            {
              scheme: scheme === 'https' ? 'https' : 'http',
              host: null,
              path: encodeURI(decoded(path ?? '/')),
              basis: 'declared',
            } as const,
          ]
        : []
    })
  if (probed[0] !== undefined) return probed[0]
  return isHttpName(port) ? { scheme: schemeOf(port), host: null, path: '/', basis: 'guessed' } : null
}

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
  return /^(?:https?|web|www)(?:-|$)/i.test(name ?? '')
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
