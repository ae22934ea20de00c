import type { Cluster } from '../kube/cluster.ts'
import { ingresses } from '../kube/resources.ts'
import type { Ingress } from '../model/ingress.ts'
import { type Known, mapKnown } from '../model/known.ts'
import { type Route, routeFor, takesHost } from '../relations/ingress/ingress-routes-to-service.ts'
import { createIntern } from '../wire/intern.ts'
import { inOrder } from './order.ts'
import { projectIngress } from './project/ingress.ts'

export interface IngressForUrl {
  readonly ingress: Ingress | null
  /** Every host that some rule names, for a near miss. */
  readonly hosts: readonly string[]
  /** What the host has, where none of it takes the path. */
  readonly untaken: readonly Untaken[]
}

/** A path of the very host that was asked for; null where a rule of it has none. */
export interface Untaken {
  readonly ingress: { readonly namespace: string; readonly name: string }
  readonly path: string | null
  readonly pathType: string
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
  const routes = all
    .toSorted(inOrder)
    .map((it) => routeFor(it, url.hostname, decoded(url.pathname)))
    .filter((it) => it !== null)
  const [best] = routes.toSorted((a, b) => hostRank(b) - hostRank(a) || pathLength(b) - pathLength(a))
  return {
    ingress: best?.ingress ?? null,
    hosts: [...new Set(all.flatMap((it) => it.rules.flatMap((rule) => rule.host ?? [])))],
    untaken: best === undefined ? all.toSorted(inOrder).flatMap((it) => pathsFor(it, url.hostname)) : [],
  }
}

function pathsFor(ingress: Ingress, host: string): readonly Untaken[] {
  return ingress.rules
    .filter((rule) => takesHost(rule.host, host))
    .flatMap(({ paths }): readonly Untaken[] =>
      paths.length === 0
        ? [{ ingress, path: null, pathType: '' }]
        : paths.map(({ path, pathType }) => ({ ingress, path, pathType })),
    )
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
