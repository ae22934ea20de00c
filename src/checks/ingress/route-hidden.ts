import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { IngressRoute, TraefikRoute } from '../../model/beside.ts'
import type { IngressController } from '../../model/ingress.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { isHidden, type Placed } from '../../relations/ingress/traefik-order.ts'
import { whyUnread } from '../../relations/ingress/traefik-reads.ts'

/**
 * Traefik asks its routes in the order of their priorities, which are the lengths of their rules where none is given
 * (traefik, pkg/muxer/http: GetRulePriority, sorted downwards). What a route of more weight takes never comes to the
 * others, and no status and no log says so.
 */
export default check({
  code: 'ING414',
  slug: 'ingress/route-hidden',
  title: 'a route of Traefik that one with a higher priority hides',
  fine: 'no route of Traefik has all of its requests taken by another',
  severity: 'warning',
  needs: ['beside', 'ingressControllers'],
  remedies: [],
  decides: [],

  run({ beside, ingressControllers, scope }) {
    const all = beside.ingressRoutes ?? []
    const here = all.filter((it) => scope.namespace === null || it.namespace === scope.namespace)
    if (here.length === 0) return notApplicable('no IngressRoute is here')
    const traefiks = ingressControllers.filter((it) => it.crd !== undefined)
    if (traefiks.length === 0) return cannotTell('ambiguous', 'no pod was recognised as Traefik')
    const found = hiddenOf(here, all, traefiks)
    return found.length === 0 ? ok(here.length) : found
  },

  words: {
    headline: ({ subject: on, args }) =>
      `A route of IngressRoute ${full(on)} is never asked: one of ${args.by} takes ${args.of} before it.`,
    detail: ({ args }) => `${args.own} has priority ${args.weight}; ${args.path} of ${args.by} ${args.byWeight}`,
    note: () =>
      'the highest priority is asked first; without one it is the length of the rule, so that a wide rule that is ' +
      'spelled long comes before a narrow one',
    help: ({ subject: on, args }) => [
      'give the narrower route the higher `priority`, or take the priority of the wide one away',
      `kubectl -n ${on.namespace} get ingressroutes ${on.name} -o yaml`,
      `kubectl -n ${args.home} get ingressroutes ${args.name} -o yaml`,
    ],
  },
})

/** Each once: of the routes that may stand before another, those of a host apart. */
function hiddenOf(here: readonly IngressRoute[], all: readonly IngressRoute[], traefiks: readonly IngressController[]) {
  const readers = new Map(all.map((it) => [it, traefiks.map((one) => whyUnread(it, one) === null)]))
  const isReadWith = (it: IngressRoute, other: IngressRoute): boolean =>
    (readers.get(it) ?? []).every((isRead, at) => !isRead || readers.get(other)?.[at] === true)
  const isRead = (it: IngressRoute): boolean => readers.get(it)?.includes(true) === true
  const placed = all.flatMap((route) => route.routes.map((one) => ({ route, one })))
  const wide = placed.filter(({ one }) => one.hosts.length === 0)
  const ofHost = Map.groupBy(
    placed.flatMap((it) => it.one.hosts.map((host) => ({ host, it }))),
    ({ host }) => host,
  )
  return here.filter(isRead).flatMap((route) =>
    route.routes.flatMap((one) => {
      const same = ofHost.get(one.hosts[0] ?? '') ?? []
      const isBefore = (by: Placed): boolean => isHidden({ route, one }, by) && isReadWith(route, by.route)
      const by = same.find(({ it }) => isBefore(it))?.it ?? wide.find(isBefore)
      return by === undefined ? [] : [verdict({ route, one }, by)]
    }),
  )
}

function verdict({ route, one }: Placed, { route: other, one: by }: Placed) {
  const own = subject('IngressRoute', route.namespace, route.name)
  const on = subject('IngressRoute', other.namespace, other.name)
  return finding({
    subject: own,
    confidence: 'inferred',
    args: {
      by: full(on),
      home: other.namespace,
      name: other.name,
      of: requestsOf(one),
      own: one.path,
      path: by.path,
      weight: weightOf(one),
      byWeight: weightOf(by),
    },
    evidence: [
      { kind: 'fact', label: `${full(on)}, ${by.path}`, value: `${requestsOf(by)}; priority ${weightOf(by)}` },
      { kind: 'fact', label: `${full(own)}, ${one.path}`, value: `${requestsOf(one)}; priority ${weightOf(one)}` },
    ],
  })
}

const weightOf = ({ weight = 0 }: TraefikRoute): number => weight

function requestsOf({ hosts, paths }: TraefikRoute): string {
  const host = hosts.length === 0 ? 'any host' : some(hosts)
  const path = paths.map((it) => (it.type === 'prefix' ? `${it.path}…` : it.path))
  return path.length === 0 ? host : `${host}, ${some(path)}`
}
