import type { Cluster } from '../kube/cluster.ts'
import { ingresses } from '../kube/resources.ts'
import type { Ingress } from '../model/ingress.ts'
import { type Known, mapKnown } from '../model/known.ts'
import { type Route, routeFor } from '../relations/ingress/ingress-routes-to-service.ts'
import { nearRoutes } from '../relations/ingress/near-route.ts'
import { createIntern } from '../wire/intern.ts'
import { inOrder } from './order.ts'
import { projectIngress } from './project/ingress.ts'

export interface IngressForUrl {
  readonly ingress: Ingress | null
  /** Where none takes it: the one with the rule that nearly does. */
  readonly nearest: Ingress | null
}

/**
 * The Ingress that a request for the URL belongs to, over every namespace that may be listed: all of them, else the
 * one given. The most specific host wins, then the longest path, then the first by name, so that the answer is one.
 */
export async function ingressFor(
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
