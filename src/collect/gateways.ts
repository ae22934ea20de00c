import type { ListOptions, RawObject } from '../kube/cluster.ts'
import { gatewayKinds, type GatewayKind } from '../kube/resources.ts'
import type { Gateway, GatewayApi, GatewayRoute, RouteKind } from '../model/gateway.ts'
import { type Known, known } from '../model/known.ts'
import type { Sources } from '../model/sources.ts'
import type { Intern } from '../wire/intern.ts'
import { dataPlanesOf, withPods } from './data-planes.ts'
import type { InScope } from './in-scope.ts'
import type { Reader } from './few-at-once.ts'
import { inOrder, byName } from './order.ts'
import { projectGateway, projectGatewayClass, projectGrant, projectRoute, projectTlsPolicy } from './project/gateway.ts'
import { projectHttpProxy, projectTlsDelegation } from './project/http-proxy.ts'
import { type Serving, servedKinds } from './served-kinds.ts'

type GatewaySources = Pick<
  Sources,
  | 'gatewayApi'
  | 'gatewayClasses'
  | 'gateways'
  | 'gatewayRoutes'
  | 'referenceGrants'
  | 'backendTlsPolicies'
  | 'httpProxies'
  | 'tlsDelegations'
>

type Gathered = { readonly [K in keyof GatewaySources]: Known<GatewaySources[K]> }

const routeKinds: readonly RouteKind[] = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute']

/** What is looked for from a reference alone, so that "may be there" is an answer without it. */
type Referred = 'ReferenceGrant' | 'TLSCertificateDelegation'

/**
 * Gateway API and HTTPProxy, as far as the API server serves them, or a file holds them.
 */
export async function collectGateways(
  cluster: Serving,
  reader: Reader,
  {
    namespace,
    intern,
    inScope,
  }: {
    readonly namespace: string | null
    readonly intern: Intern
    readonly inScope: Pick<InScope, 'allServices' | 'podsWith'>
  },
): Promise<Gathered> {
  const served = await servedKinds(cluster, gatewayKinds, {
    namespace,
    across: ['Gateway', 'ReferenceGrant', 'TLSCertificateDelegation'],
  })
  if (!served.known) {
    return {
      gatewayApi: served,
      gatewayClasses: served,
      gateways: served,
      gatewayRoutes: served,
      referenceGrants: served,
      backendTlsPolicies: served,
      httpProxies: served,
      tlsDelegations: served,
    }
  }
  const { versions, silent, notHeld } = served.value
  const partial = new Set<GatewayKind>()
  const within: ListOptions = namespace === null ? {} : { namespace }

  const read = async <T>(
    kind: GatewayKind,
    options: ListOptions,
    project: (raw: RawObject) => T | null,
  ): Promise<Known<T[]>> => {
    const version = versions.get(kind)
    if (version === undefined) return silent.get(kind) ?? known([])
    return reader.list({ ...gatewayKinds[kind], version }, options, project)
  }
  /** What is referred to from other namespaces: of all, or as much as may be listed. */
  const everywhere = async <T>(kind: GatewayKind, project: (raw: RawObject) => T | null): Promise<Known<T[]>> => {
    const all = await read(kind, {}, project)
    if (all.known && isOfScope(kind)) partial.add(kind)
    if (all.known || namespace === null || !(all.why.reason === 'forbidden' || isOfScope(kind))) return all
    const some = await read(kind, within, project)
    if (some.known) partial.add(kind)
    return some
  }
  /** A file has all of the namespace, and of others none or a part. */
  const isOfScope = (kind: GatewayKind): boolean =>
    versions.has(kind) && !notHeld.includes(kind) && cluster.held?.isWhole(gatewayKinds[kind], null) === false
  /** `isListed` says of which nothing is known. */
  const referred = async <T>(kind: Referred, project: (raw: RawObject) => T | null): Promise<Known<T[]>> =>
    versions.size > 0 && notHeld.includes(kind) && !versions.has(kind) ? known([]) : everywhere(kind, project)

  const [classes, gateways, grants, delegations, policies, proxies, ...routes] = await Promise.all([
    read('GatewayClass', {}, projectGatewayClass),
    everywhere('Gateway', (raw) => projectGateway(raw, intern)),
    referred('ReferenceGrant', (raw) => projectGrant(raw, intern)),
    referred('TLSCertificateDelegation', (raw) => projectTlsDelegation(raw, intern)),
    read('BackendTLSPolicy', within, (raw) => projectTlsPolicy(raw, intern)),
    read('HTTPProxy', within, (raw) => projectHttpProxy(raw, intern)),
    ...routeKinds.map((kind) => read(kind, within, (raw) => projectRoute(kind, raw, intern))),
  ])
  const all = allRoutes(routes.filter((_, index) => isRouteRead(routeKinds[index])))
  const ofScope = concerned(gateways, all, namespace)
  const [unsaid] = versions.size > 0 && notHeld.length > 0 ? [] : silent.values()
  return {
    gatewayApi:
      unsaid ??
      known<GatewayApi>({
        served: [...versions.keys()].toSorted(),
        inScopeOnly: [...partial].toSorted(),
        ...(notHeld.length === 0 ? {} : { notHeld: notHeld.toSorted() }),
        ...(await dataPlanes(ofScope)),
      }),
    gatewayClasses: ordered(
      classes,
      byName((it) => it.name),
    ),
    gateways: ordered(ofScope, inOrder),
    gatewayRoutes: all,
    referenceGrants: ordered(grants, inOrder),
    backendTlsPolicies: ordered(policies, inOrder),
    httpProxies: ordered(proxies, inOrder),
    tlsDelegations: ordered(delegations, inOrder),
  }

  /** Asked for where something routes: in most clusters nothing does. */
  async function dataPlanes(own: Known<readonly Gateway[]>): Promise<Pick<GatewayApi, 'dataPlanes'>> {
    const isRouting = (all.known && all.value.length > 0) || (proxies.known && proxies.value.length > 0)
    if (!isRouting) return {}
    const services = await inScope.allServices()
    if (!services.known) return {}
    const planes = dataPlanesOf(services.value, {
      gateways: own.known ? own.value : [],
      classes: classes.known ? classes.value : [],
      proxies: proxies.known && proxies.value.length > 0 ? 'some' : 'none',
    })
    return { dataPlanes: await withPods(planes, services.value, inScope) }
  }

  /** Of a file with routes, those that it holds are judged; that others are not known is told beside (untold.ts). */
  function isRouteRead(kind: RouteKind | undefined): boolean {
    if (kind === undefined || versions.has(kind)) return true
    return !notHeld.includes(kind) || !routeKinds.some((it) => versions.has(it))
  }
}

/**
 * Of one namespace: its own Gateways, and those elsewhere whose name a route of it bears, so that one which left the
 * namespace out is told where the Gateway is. What befalls others is nobody's question here.
 */
function concerned(
  gateways: Known<Gateway[]>,
  routes: Known<readonly GatewayRoute[]>,
  namespace: string | null,
): Known<Gateway[]> {
  if (!gateways.known || namespace === null || !routes.known) return gateways
  const named = new Set(routes.value.flatMap((it) => it.parents.map((parent) => parent.name)))
  return known(gateways.value.filter((it) => it.namespace === namespace || named.has(it.name)))
}

/** Half of the routes would pass for all of them: one kind that may not be read makes the list unknown. */
function allRoutes(lists: readonly Known<GatewayRoute[]>[]): Known<readonly GatewayRoute[]> {
  const all: GatewayRoute[] = []
  for (const it of lists) {
    if (!it.known) return it
    all.push(...it.value)
  }
  return known(all.toSorted(inOrder))
}

function ordered<T>(its: Known<T[]>, order: (a: T, b: T) => number): Known<readonly T[]> {
  return its.known ? known(its.value.toSorted(order)) : its
}
