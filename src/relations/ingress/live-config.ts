import type { Ingress, IngressClass, IngressController } from '../../model/ingress.ts'
import type { ControllerConfig, IngressConfigs } from '../../model/ingress-config.ts'
import type { ConfLocation, ConfServer, NginxConf } from '../../wire/nginx-conf.ts'
import type { Known } from '../../model/known.ts'
import type { Scope } from '../../model/sources.ts'
import { withoutTrailing } from '../../wire/trim-end.ts'
import { once } from '../once.ts'
import { type Route, routesOf } from './ingress-routes-to-service.ts'

/** What a controller runs for a path of an Ingress. */
export type LiveState =
  | { readonly kind: 'same'; readonly location: ConfLocation }
  /** No server for the host. */
  | { readonly kind: 'no-host' }
  | { readonly kind: 'no-path'; readonly server: ConfServer }
  /** Another Ingress has the path, and declares it too, or stands where this run does not look. */
  | { readonly kind: 'rival'; readonly location: ConfLocation; readonly rival: Named }
  /** The location names an Ingress that does not declare the path: it was changed, or is gone. */
  | { readonly kind: 'left-over'; readonly location: ConfLocation }
  | { readonly kind: 'other-backend'; readonly location: ConfLocation }
  | { readonly kind: 'denied'; readonly location: ConfLocation }
  /** Not compared, and why. */
  | { readonly kind: 'unknown'; readonly why: string }

interface Named {
  readonly namespace: string
  readonly name: string
}

export interface LiveRoute {
  readonly route: Route
  readonly config: ControllerConfig
  readonly state: LiveState
}

export interface LiveSeen {
  readonly ingresses: readonly Ingress[]
  readonly ingressClasses: Known<readonly IngressClass[]>
  readonly ingressControllers: Known<readonly IngressController[]>
  readonly ingressConfigs: IngressConfigs
  readonly scope: Scope
}

/** Each declared path of each Ingress, in each controller that takes its class and whose configuration was read. */
export function liveRoutes(seen: LiveSeen): readonly LiveRoute[] {
  const { ingresses, ingressConfigs, scope } = seen
  const moved = new Set(
    ingressConfigs.changed.known
      ? ingressConfigs.changed.value
          .filter((it) => it.kind === 'Ingress')
          .map(({ namespace, name }) => `${namespace}/${name}`)
      : [],
  )
  return ingressConfigs.controllers.flatMap((config) => {
    const { conf } = config
    if (!conf.known) return []
    const live = indexed(conf.value)
    const owned = ingresses.filter((it) => takes(config, it, seen))
    const declared = Map.groupBy(owned.flatMap(comparable), routeKey)
    return owned.flatMap((ingress) =>
      comparable(ingress).map((route): LiveRoute => {
        if (moved.has(`${ingress.namespace}/${ingress.name}`))
          return { route, config, state: { kind: 'unknown', why: 'the Ingress was changed while it was looked at' } }
        return { route, config, state: stateOf(route, live, { declared: declared.get(routeKey(route)) ?? [], scope }) }
      }),
    )
  })
}

/** A canary stands behind another Ingress's location, and a backend that is no Service has none. */
function comparable(ingress: Ingress): readonly Route[] {
  if (ingress.nginx?.canary === true) return []
  return routesOf(ingress).filter(
    (it) => it.path !== null && it.backend.service !== '' && ingress.actions === undefined,
  )
}

const routeKey = ({ host, path }: Route): string => `${host ?? ''} ${pathKey(path ?? '/')}`

/** Older releases write the path of a prefix with the slash that they put behind it. */
const pathKey = (path: string): string => withoutTrailing(path, '/') || '/'

/** By its class, as the controller itself decides (internal/ingress/controller/store: GetIngressClass). */
function takes(
  config: ControllerConfig,
  ingress: Ingress,
  seen: Pick<LiveSeen, 'ingressClasses' | 'ingressControllers'>,
): boolean {
  const controllers = seen.ingressControllers.known ? seen.ingressControllers.value : []
  const own = controllers.find((it) => it.namespace === config.namespace && it.pod === config.pod)
  if (own === undefined) return false
  if (own.watches !== undefined && !own.watches.includes(ingress.namespace)) return false
  if (ingress.className === null) return own.classNames.includes('')
  const named = seen.ingressClasses.known
    ? seen.ingressClasses.value.find((it) => it.name === ingress.className)
    : undefined
  return named === undefined ? own.classNames.includes(ingress.className) : named.controller === own.controller
}

interface Indexed {
  readonly complete: boolean
  readonly servers: ReadonlyMap<string, ConfServer>
  readonly locations: ReadonlyMap<ConfServer, ReadonlyMap<string, readonly ConfLocation[]>>
}

/** By host and by the path as its Ingress has it. */
const indexed = once((conf: NginxConf): Indexed => {
  const servers = new Map<string, ConfServer>()
  // The first of a name is the one that nginx takes.
  for (const it of conf.servers)
    for (const name of it.serverNames) if (!servers.has(name.toLowerCase())) servers.set(name.toLowerCase(), it)
  const locations = new Map(
    conf.servers.map((it) => [
      it,
      Map.groupBy(
        it.locations.filter((one) => !one.internal && one.ingress !== null),
        (one) => pathKey(one.declared ?? one.path),
      ),
    ]),
  )
  return { complete: conf.complete, servers, locations }
})

interface Around {
  readonly declared: readonly Route[]
  readonly scope: Scope
}

function stateOf(route: Route, { complete, servers, locations }: Indexed, { declared, scope }: Around): LiveState {
  const { ingress, host, path } = route
  const server = servers.get(host === null || host === '' ? '_' : host.toLowerCase())
  const cutOff = { kind: 'unknown', why: 'nginx.conf was read in part: it may stand in the rest' } as const
  if (server === undefined) return complete ? { kind: 'no-host' } : cutOff
  const there = locations.get(server)?.get(pathKey(path ?? '/')) ?? []
  const own = there.filter((it) => it.ingress?.namespace === ingress.namespace && it.ingress.name === ingress.name)
  const [first] = there
  if (first === undefined) return complete ? { kind: 'no-path', server } : cutOff
  const [mine] = own
  if (mine === undefined) {
    const owner = first.ingress
    const isOutOfSight = owner !== null && scope.namespace !== null && owner.namespace !== scope.namespace
    const isDeclared = declared.some(
      (it) => it.ingress.namespace === owner?.namespace && it.ingress.name === owner.name,
    )
    return owner !== null && (isDeclared || isOutOfSight)
      ? { kind: 'rival', location: first, rival: owner }
      : { kind: 'left-over', location: first }
  }
  const denied = own.find((it) => it.denied !== null)
  if (denied !== undefined) return { kind: 'denied', location: denied }
  const fitting = own.find((it) =>
    isBackendOf(
      it,
      declared.filter((one) => one.ingress === ingress),
    ),
  )
  return fitting === undefined ? { kind: 'other-backend', location: mine } : { kind: 'same', location: fitting }
}

/** One path may stand twice in an Ingress, with two types. */
function isBackendOf({ service, servicePort }: ConfLocation, routes: readonly Route[]): boolean {
  return routes.some(
    ({ backend }) =>
      (service === null || service === backend.service) &&
      (servicePort === null || servicePort === '' || backend.port === null || servicePort === `${backend.port}`),
  )
}

export const isDifferent = ({ state }: LiveRoute): boolean =>
  state.kind === 'no-host' || state.kind === 'no-path' || state.kind === 'left-over' || state.kind === 'other-backend'
