import { check } from '../../findings/check.ts'
import { finding, ok } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { isTarget } from '../../relations/asked-about.ts'
import { noneHere } from '../../relations/mesh/mesh-kinds.ts'
import { type HiddenRoute, hiddenRoutes, virtualHosts } from '../../relations/mesh/virtual-hosts.ts'
import { matchLines, matchText, routedServices } from './mesh-words.ts'

/**
 * Envoy asks the closest virtual host alone (route.proto, VirtualHost.domains): what none of its rules takes is
 * answered 404, whatever a wildcard beside it has. Istio puts VirtualServices of one and the same host together, and
 * never those of a host with those of a wildcard (istio 55475, 58396).
 */
export default check({
  code: 'MSH829',
  slug: 'mesh/host-hides-wildcard',
  title: 'a host of a VirtualService hides routes of a wildcard',
  fine: 'no host of a VirtualService hides paths of a wildcard at the same Gateway',
  severity: 'warning',
  needs: ['mesh'],
  remedies: [],
  decides: [],

  run({ mesh, scope }) {
    if (mesh.virtualServices.length === 0) return noneHere(mesh, ['VirtualService'], 'no VirtualService is here')
    const found = virtualHosts(mesh).flatMap((it) => hiddenRoutes(it))
    if (found.length === 0) return ok(mesh.virtualServices.length)
    const byRoute = Map.groupBy(found, ({ route, by }) => `${full(route)} ${full(by.gateway)}`)
    return [...byRoute.values()].flatMap(([first, ...more]) =>
      first === undefined ? [] : [verdict(first, [first, ...more], (it) => isTarget(scope, it))],
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Requests for ${some(args.hosts, 3)} never meet ${some(args.paths, 3)} of VirtualService ${full(on)}: that ` +
      `host is VirtualService ${some(args.by, 3)}'s, which has no rule for it.`,
    detail: ({ args }) => `${some(args.wildcards, 3)} · Gateway ${args.gateway}`,
    note: () =>
      'the proxy asks the closest host alone, and answers 404 to what its rules leave out; other hosts of the ' +
      'wildcard are served, and it may be meant so',
    help: ({ subject: on, args }) => [
      `write ${args.hosts[0] ?? 'the host'} into spec.hosts of VirtualService ${full(on)} as well: those of one host ` +
        'are put together; or give the closer one these rules',
      `kubectl -n ${on.namespace} edit virtualservices.networking.istio.io ${on.name}`,
    ],
  },
})

function verdict(
  first: HiddenRoute,
  all: readonly HiddenRoute[],
  isAsked: (it: ReturnType<typeof subject>) => boolean,
) {
  const { route, by } = first
  const on = subject('VirtualService', route.namespace, route.name)
  const hiders = [...new Set(all.flatMap((it) => it.by.routes))]
  const also = hiders.map((it) => subject('VirtualService', it.namespace, it.name))
  const lost = [...new Map(all.flatMap((it) => it.lost).map((it) => [matchText(it), it])).values()]
  // A page for whatever nobody has is mostly not missed where somebody has the host.
  const isRest = lost.every((it) => it.path === '/' && it.type === 'prefix')
  return finding({
    subject: on,
    also: [...also, ...routedServices(route)],
    confidence: 'possible',
    severity: isRest && !isAsked(on) ? 'info' : 'warning',
    args: {
      hosts: [...new Set(all.map((it) => it.by.host))],
      paths: lost.map(matchText),
      by: hiders.map(full),
      wildcards: [...new Set(all.map((it) => `host ${it.wildcard}`))],
      gateway: full(by.gateway),
    },
    evidence: [
      { kind: 'fact', label: `rules of ${full(route)} for ${first.wildcard}`, value: matchLines(route.takes ?? []) },
      ...hiders.slice(0, 3).map((it) => ({
        kind: 'fact' as const,
        label: `rules of ${full(it)} for ${first.by.host}`,
        value: matchLines(it.takes ?? []),
      })),
    ],
  })
}
