import type { Cluster, RawObject, Resource } from '../kube/cluster.ts'
import { gatewayKinds, ingresses, meshKinds } from '../kube/resources.ts'
import type { Beside } from '../model/beside.ts'
import type { Ingress } from '../model/ingress.ts'
import { known, type Known, mapKnown } from '../model/known.ts'
import { type Route, routeFor } from '../relations/ingress/ingress-routes-to-service.ts'
import { nearRoutes } from '../relations/ingress/near-route.ts'
import { createIntern } from '../wire/intern.ts'
import { type Subject, subject } from '../model/subject.ts'
import { routesOfUrl } from '../relations/gateway/routes-of-url.ts'
import { claimant, hostOwner, type UrlOwner, urlOwner } from '../relations/gateway/url-owner.ts'
import { inOrder } from './order.ts'
import { projectGateway, projectRoute } from './project/gateway.ts'
import { projectHttpProxy } from './project/http-proxy.ts'
import { projectIngress } from './project/ingress.ts'
import { projectVirtualService } from './project/istio.ts'

/** `beside`: of a file, what a cluster is not asked for. */
type Listing = Pick<Cluster, 'list'> & { readonly beside?: Beside }

/**
 * What a request for the URL belongs to: an Ingress, a route of Gateway API, an HTTPProxy, a VirtualService, and in a
 * file an IngressRoute, whichever fits most closely; else an object of another kind in the file that has the host.
 * Where none takes it, the Ingress whose rule nearly does: the finding about that one is the answer (ING330).
 */
export async function ownerOf(url: URL, cluster: Listing, namespace: string | null): Promise<Known<Subject | null>> {
  const [byIngress, { byGateway, byHost }] = await Promise.all([
    ingressFor(url, cluster, namespace),
    gatewayOwner(url, cluster, namespace),
  ])
  const byClaim = claimant(url.hostname, cluster.beside?.claims ?? [])
  const other = byGateway?.object ?? byClaim
  const unled = other ?? byHost
  if (!byIngress.known) return unled === null && cluster.beside === undefined ? byIngress : known(unled)
  const { ingress, nearest } = byIngress.value
  const route = ingress === null ? null : routeFor(ingress, url.hostname, decoded(url.pathname))
  const closer =
    byGateway !== null &&
    (route === null ||
      byGateway.hostRank > hostRank(route) ||
      (byGateway.hostRank === hostRank(route) && byGateway.pathLength > pathLength(route)))
  if (closer) return known(byGateway.object)
  // What is not evaluated, and has the host, may be what takes the URL: no rule of another is the one that was meant.
  if (ingress === null && byClaim !== null) return known(byClaim)
  const best = ingress ?? nearest
  return known(best === null ? byHost : subject('Ingress', best.namespace, best.name))
}

interface ByGateway {
  readonly byGateway: UrlOwner | null
  /** Where no rule takes the path: the route that has the host. */
  readonly byHost: Subject | null
}

/** CRDs that are not served, or may not be read, own nothing that could be told. */
async function gatewayOwner(url: URL, cluster: Listing, namespace: string | null): Promise<ByGateway> {
  const intern = createIntern()
  const all = async <T>(resource: Resource, project: (raw: RawObject) => T | null): Promise<readonly T[]> => {
    const everywhere = await cluster.list(resource, {}, project)
    if (everywhere.known) return everywhere.value
    if (namespace === null || everywhere.why.reason !== 'forbidden') return []
    const own = await cluster.list(resource, { namespace }, project)
    return own.known ? own.value : []
  }
  const [http, grpc, tls, proxies, virtualServices, gateways] = await Promise.all([
    all(gatewayKinds.HTTPRoute, (raw) => projectRoute('HTTPRoute', raw, intern)),
    all(gatewayKinds.GRPCRoute, (raw) => projectRoute('GRPCRoute', raw, intern)),
    // A name in TLS leads only what speaks TLS.
    url.protocol === 'https:' ? all(gatewayKinds.TLSRoute, (raw) => projectRoute('TLSRoute', raw, intern)) : [],
    all(gatewayKinds.HTTPProxy, (raw) => projectHttpProxy(raw, intern)),
    all(meshKinds.VirtualService, (raw) => projectVirtualService(raw, intern)),
    all(gatewayKinds.Gateway, (raw) => projectGateway(raw, intern)),
  ])
  const read = [...http, ...grpc, ...tls].toSorted(inOrder)
  const routes = routesOfUrl(read, gateways, url)
  const byGateway = urlOwner(
    { host: url.hostname, path: decoded(url.pathname), scheme: url.protocol === 'https:' ? 'https' : 'http' },
    {
      routes,
      proxies: proxies.toSorted(inOrder),
      virtualServices: virtualServices.toSorted(inOrder),
      ingressRoutes: cluster.beside?.ingressRoutes ?? [],
    },
  )
  return { byGateway, byHost: hostOwner(url.hostname, routes) }
}

interface IngressForUrl {
  readonly ingress: Ingress | null
  /** Where none takes it: the one with the rule that nearly does. */
  readonly nearest: Ingress | null
}

/**
 * The Ingress that a request for the URL belongs to, over every namespace that may be listed: all of them, else the
 * one given. The most specific host wins, then the longest path, then the first by name, so that the answer is one.
 */
async function ingressFor(
  url: URL,
  cluster: Pick<Cluster, 'list'>,
  namespace: string | null,
): Promise<Known<IngressForUrl>> {
  const intern = createIntern()
  const everywhere = await cluster.list(ingresses, {}, (raw) => projectIngress(raw, intern))
  const listed =
    everywhere.known || namespace === null
      ? everywhere
      : await cluster.list(ingresses, { namespace }, (raw) => projectIngress(raw, intern))
  return mapKnown(listed, (all) => bestFor(url, all))
}

function bestFor(url: URL, all: readonly Ingress[]): IngressForUrl {
  const [sorted, path] = [all.toSorted(inOrder), decoded(url.pathname)]
  const routes = sorted.map((it) => routeFor(it, url.hostname, path)).filter((it) => it !== null)
  const [best] = routes.toSorted((a, b) => hostRank(b) - hostRank(a) || pathLength(b) - pathLength(a))
  return {
    ingress: best?.ingress ?? null,
    nearest: best === undefined ? (nearRoutes(sorted, url.hostname, path)[0]?.ingress ?? null) : null,
  }
}

function hostRank(route: Route): number {
  if (route.host === null) return 0
  return route.host.startsWith('*.') ? 1 : 2
}

/** A default backend is behind every path. */
function pathLength(route: Route): number {
  return route.path === null ? -1 : route.path.length
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
