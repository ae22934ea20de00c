import type { ControllerConfig } from '../../model/ingress-config.ts'
import type { NginxConf } from '../../wire/nginx-conf.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { once } from '../once.ts'
import { portOfBackend, servicesByName } from './ingress-routes-to-service.ts'
import { type LiveRoute, type LiveSeen, liveRoutes } from './live-config.ts'

/** A controller's own list of what is behind a Service's port, against the EndpointSlices. */
export interface LiveEndpoints {
  readonly config: ControllerConfig
  readonly service: { readonly namespace: string; readonly name: string }
  readonly port: number
  readonly routes: readonly LiveRoute[]
  readonly live: readonly string[]
  /** In the controller's list, and ready in no slice. */
  readonly stale: readonly string[]
  /** Ready in a slice, and not in the controller's list. */
  readonly absent: readonly string[]
}

export interface EndpointsSeen extends LiveSeen {
  readonly services: readonly Service[]
  readonly endpointSlices: readonly EndpointSlice[]
}

/**
 * ingress-nginx takes the ready addresses of the slice's port that bears the Service port's name (internal/ingress/
 * controller/endpointslices.go). Left out is what has another rule: `service-upstream` (the list is the Service's own
 * address), ExternalName, and Services whose endpoints moved while they were looked at.
 */
export function liveEndpoints(seen: EndpointsSeen): readonly LiveEndpoints[] {
  const { changed } = seen.ingressConfigs
  if (!changed.known) return []
  const moved = new Set(
    changed.value.filter((it) => it.kind === 'Service').map(({ namespace, name }) => `${namespace}/${name}`),
  )
  const serviceOf = servicesByName(seen.services)
  const slicesOf = Map.groupBy(seen.endpointSlices, (it) => `${it.namespace}/${it.service ?? ''}`)
  const groups = Map.groupBy(
    liveRoutes(seen).filter((it) => it.state.kind === 'same'),
    ({ config, route, state }) =>
      `${config.namespace}/${config.pod} ` +
      `${upstreamOf(state) ?? ''} ${route.ingress.namespace}/${route.backend.service} ${route.backend.port}`,
  )
  return [...groups.values()].flatMap((routes): readonly LiveEndpoints[] => {
    const [first] = routes
    if (first === undefined) return []
    const { config, route, state } = first
    const service = serviceOf(route.ingress.namespace, route.backend.service)
    const upstream = upstreamOf(state)
    if (service === null || upstream === null || service.type === 'ExternalName') return []
    const port = portOfBackend(service, route.backend)
    const key = `${service.namespace}/${service.name}`
    if (port === null || moved.has(key)) return []
    const live = listOf(config, upstream)
    if (live === null || isServiceItself(live, service)) return []
    const ready = readyAt(slicesOf.get(key) ?? [], port.name)
    const stale = live.filter((it) => !ready.has(it))
    const listed = new Set(live)
    const absent = [...ready].filter((it) => !listed.has(it))
    return [
      {
        config,
        service: { namespace: service.namespace, name: service.name },
        port: port.port,
        routes,
        live,
        stale,
        absent,
      },
    ]
  })
}

function upstreamOf(state: LiveRoute['state']): string | null {
  return state.kind === 'same' ? state.location.upstream : null
}

/** null where the list was not read, or has no entry that could be told from "not yet": F5's has a placeholder then. */
function listOf(config: ControllerConfig, upstream: string): readonly string[] | null {
  if (config.product === 'f5-nginx') {
    if (!config.conf.known) return null
    const found = upstreamsOf(config.conf.value).get(upstream)
    return found?.filter((it) => !/^(?:unix:|127\.0\.0\.1:8181$)/.test(it)) ?? null
  }
  if (!config.backends.known) return null
  // A backend that the controller dropped has no servers: Lua answers 503 (balancer.lua).
  return config.backends.value.find((it) => it.upstream === upstream)?.endpoints ?? []
}

const upstreamsOf = once((conf: NginxConf) => new Map(conf.upstreams.map((it) => [it.name, it.addresses])))

function isServiceItself(live: readonly string[], { clusterIP }: Service): boolean {
  return clusterIP !== null && live.length > 0 && live.every((it) => it.startsWith(`${withBrackets(clusterIP)}:`))
}

function readyAt(slices: readonly EndpointSlice[], portName: string | null): ReadonlySet<string> {
  return new Set(
    slices.flatMap(({ ports, endpoints, addressType }) =>
      addressType === 'FQDN'
        ? []
        : ports
            .filter((it) => (it.name ?? '') === (portName ?? '') && it.port !== null)
            .flatMap((it) => endpoints.filter((one) => one.ready).map((one) => `${withBrackets(one.ip)}:${it.port}`)),
    ),
  )
}

function withBrackets(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip
}
