import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Mesh } from '../../model/mesh.ts'
import type { Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { mayTake } from '../../relations/mesh/http-match.ts'
import { mayBeElsewhere } from '../../relations/mesh/mesh-kinds.ts'
import {
  type HostsOfServer,
  hostOfServer,
  matchesOf,
  type VirtualHost,
  virtualHosts,
  widerHosts,
} from '../../relations/mesh/virtual-hosts.ts'
import { percentDecoded } from '../../wire/percent.ts'
import { matchLines, matchText, routedServices } from './mesh-words.ts'

/**
 * A request that no rule of its virtual host takes is answered 404 by the proxy (flag NR), and no pod is asked. Envoy
 * chooses the closest host first, and never comes back to a wildcard (route.proto, VirtualHost.domains).
 */
export default check({
  code: 'MSH836',
  slug: 'mesh/url-not-taken',
  title: 'no rule of a VirtualService takes the URL that was asked about',
  fine: 'a rule of a VirtualService takes the URL',
  severity: 'error',
  needs: ['mesh'],
  remedies: [],
  decides: [],

  run({ mesh, scope }) {
    const asked = askedIn(scope)
    if (asked === null) return notApplicable('no URL of a VirtualService was asked about')
    const { host, path, scheme } = asked
    const servers = virtualHosts(mesh)
    const at = servers
      .flatMap((it) => hostOfServer(it, host) ?? [])
      .filter((it) => it.scheme === scheme && it.routes.some((one) => isSame(one, asked.route)))
    const [first] = at
    if (first === undefined) return notApplicable('no Gateway that was seen serves this host by these rules')
    if (at.some((it) => mayTake(matchesOf(it), path))) return ok(at.length)
    return verdict(first, asked, { hidden: hiddenIn(servers, first, path), isWhole: isWhole(mesh) })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `No rule takes ${args.host}${args.path}: ${
        args.hidden === null
          ? `VirtualService ${full(on)} has this host, and ${some(args.has, 3)} alone`
          : `VirtualService ${full(on)} has ${args.of}, with ${some(args.has, 3)} alone, and VirtualService ` +
            `${args.hidden}, which has the path for ${args.wildcard}, is not asked`
      }.`,
    detail: ({ args }) => `Gateway ${args.gateway} · ${args.of}`,
    note: ({ args }) =>
      'the proxy of the Gateway answers 404 (flag NR), and no pod is asked' +
      (args.hidden === null ? '' : '; it goes by the closest host alone, and comes back to no wildcard'),
    help: ({ subject: on, args }) =>
      args.hidden === null
        ? [
            'add a rule for the path, or a last one without a match',
            `kubectl -n ${on.namespace} edit virtualservices.networking.istio.io ${on.name}`,
          ]
        : [
            `write ${args.host} into spec.hosts of VirtualService ${args.hidden} as well: those of one host are put ` +
              'together',
            `kubectl -n ${args.hidden.split('/')[0]} edit virtualservices.networking.istio.io ` +
              `${args.hidden.split('/')[1]}`,
          ],
  },
})

interface Asked {
  readonly host: string
  readonly path: string
  readonly scheme: 'http' | 'https'
  readonly route: { readonly namespace: string | null; readonly name: string }
}

function askedIn({ target }: Scope): Asked | null {
  if (target.kind !== 'object' || target.url === null || target.object.kind !== 'VirtualService') return null
  const url = URL.parse(target.url)
  if (url === null) return null
  const scheme = url.protocol === 'https:' ? 'https' : 'http'
  return { host: url.hostname, path: percentDecoded(url.pathname), scheme, route: target.object }
}

function isSame(a: Asked['route'], b: Asked['route']): boolean {
  return a.namespace === b.namespace && a.name === b.name
}

/** Another VirtualService of this host, which was not read, may have the path. */
const isWhole = (mesh: Mesh): boolean => !mayBeElsewhere(mesh, 'VirtualService')

/** The VirtualService of a wildcard that would have taken the path. */
function hiddenIn(servers: readonly HostsOfServer[], by: VirtualHost, path: string) {
  const [own] = servers.filter((it) => it.get(by.host) === by)
  if (own === undefined) return null
  for (const wildcard of widerHosts(by.host)) {
    const route = own.get(wildcard)?.routes.find((it) => mayTake(it.takes ?? [], path))
    if (route !== undefined) return { route, wildcard }
  }
  return null
}

interface Around {
  readonly hidden: ReturnType<typeof hiddenIn>
  readonly isWhole: boolean
}

function verdict(by: VirtualHost, { host, path, route }: Asked, around: Around) {
  const on = subject('VirtualService', route.namespace, route.name)
  const { hidden } = around
  const others = [...by.routes.filter((it) => !isSame(it, route)), ...(hidden === null ? [] : [hidden.route])]
  return finding({
    subject: on,
    also: [
      ...others.map((it) => subject('VirtualService', it.namespace, it.name)),
      ...by.routes.flatMap((it) => routedServices(it)),
    ],
    confidence: around.isWhole ? 'inferred' : 'possible',
    ...(around.isWhole ? {} : { severity: 'warning' as const }),
    args: {
      host,
      path,
      of: `host ${by.host}`,
      has: matchesOf(by).map(matchText),
      hidden: hidden === null ? null : full(hidden.route),
      wildcard: hidden === null ? null : `host ${hidden.wildcard}`,
      gateway: full(by.gateway),
    },
    evidence: [...by.routes, ...(hidden === null ? [] : [hidden.route])].slice(0, 4).map((it) => ({
      kind: 'fact' as const,
      label: `rules of VirtualService ${full(it)} for ${some(it.hosts, 2)}`,
      value: matchLines(it.takes ?? []),
    })),
  })
}
