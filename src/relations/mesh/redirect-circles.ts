import type { Mesh, MeshHttpMatch, MeshHttpRule, MeshRedirect, VirtualService } from '../../model/mesh.ts'
import { everyRequest, fitsPath } from './http-match.ts'
import { hostTakes } from './mesh-hosts.ts'

/** A rule of a VirtualService to which its own redirect leads. */
export interface MeshCircle {
  readonly route: VirtualService
  readonly index: number
  readonly redirect: MeshRedirect
  readonly host: string
  readonly path: string
  /** null = whatever the request has. */
  readonly scheme: Scheme | null
  /** A rule before it has some of the requests below that path. */
  readonly others: 'none' | 'some'
}

type Scheme = 'http' | 'https'

interface Place {
  readonly scheme: Scheme | null
  readonly host: string
  readonly path: string
}

/** A browser gives up after 20. */
const longest = 8

/**
 * The first rule that fits has a request (networking/v1 virtual_service.proto). A redirect of which nothing is said
 * stays with the request's scheme, host and path. What headers, ports or expressions decide is not followed, nor a
 * host that several VirtualServices have at one Gateway.
 */
export function meshCircles(mesh: Mesh): readonly MeshCircle[] {
  return mesh.virtualServices.flatMap((route) => {
    const { http = [] } = route
    return http.flatMap((rule, index) =>
      rule.redirect === null ? [] : circlesOf(route, { index, redirect: rule.redirect }, mesh).slice(0, 1),
    )
  })
}

function circlesOf(
  route: VirtualService,
  { index, redirect }: Pick<MeshCircle, 'index' | 'redirect'>,
  mesh: Mesh,
): readonly MeshCircle[] {
  const { http = [], hosts, gateways } = route
  const starts = matchesOf(http[index]).filter((it) => it.type !== 'regex' && it.more === 'nothing')
  return gateways.flatMap((gateway) =>
    hosts.flatMap((host) => {
      const schemes = schemesAt(route, { gateway, host }, mesh)
      const others = mesh.virtualServices.filter((it) => it !== route && sharesGateway(it, route))
      return starts.flatMap(({ path }) =>
        (schemes ?? [null]).flatMap((scheme): readonly MeshCircle[] => {
          const at = followed({ scheme, host: host.toLowerCase(), path }, index, {
            route,
            schemes: schemes ?? [],
            others,
          })
          if (at === null) return []
          const before = http.slice(0, index).filter((it) => it.redirect === null)
          const isParted = before.some((it) => matchesOf(it).some((one) => one.path.startsWith(at.path)))
          return [{ route, index, redirect, ...at, others: isParted ? 'some' : 'none' }]
        }),
      )
    }),
  )
}

interface Around {
  readonly route: VirtualService
  readonly schemes: readonly Scheme[]
  readonly others: readonly VirtualService[]
}

function followed(start: Place, index: number, { route, schemes, others }: Around): Place | null {
  const been = new Set<string>()
  for (let at: Place | null = start; at !== null && been.size < longest;) {
    const { host }: Place = at
    if (others.some((it) => it.hosts.some((one) => hostTakes(one, host)))) return null
    const taker = takerOf(route.http ?? [], at.path)
    if (taker === null) return null
    const key = JSON.stringify(at)
    if (been.has(key)) return taker.index === index ? at : null
    been.add(key)
    at = nextOf(at, taker.redirect, { route, schemes, others })
  }
  return null
}

/** null = it leads away: to a host that is not of this VirtualService, or to where no server takes it. */
function nextOf(at: Place, redirect: MeshRedirect, { route, schemes }: Around): Place | null {
  const host = redirect.authority ?? at.host
  const scheme = redirect.scheme ?? at.scheme
  const isHeard = scheme === at.scheme || (scheme !== null && schemes.includes(scheme))
  if (!isHeard || !route.hosts.some((it) => hostTakes(it, host))) return null
  return { scheme, host, path: redirect.uri ?? at.path }
}

/** null = it serves, or what decides is not the path alone. */
function takerOf(rules: readonly MeshHttpRule[], path: string): Pick<MeshCircle, 'index' | 'redirect'> | null {
  const index = rules.findIndex((rule) => matchesOf(rule).some((it) => it.type === 'regex' || fitsPath(it, path)))
  const rule = rules[index]
  if (rule === undefined || rule.redirect === null) return null
  const isSure = matchesOf(rule).some((it) => it.type !== 'regex' && it.more === 'nothing' && fitsPath(it, path))
  return isSure ? { index, redirect: rule.redirect } : null
}

function matchesOf(rule: MeshHttpRule | undefined): readonly MeshHttpMatch[] {
  return rule === undefined || rule.matches.length === 0 ? everyRequest : rule.matches
}

function sharesGateway(a: VirtualService, b: VirtualService): boolean {
  const names = new Set(a.gateways.map((it) => wholeName(it, a.namespace)))
  return b.gateways.some((it) => names.has(wholeName(it, b.namespace)))
}

function wholeName(gateway: string, namespace: string): string {
  return gateway === 'mesh' || gateway.includes('/') ? gateway : `${namespace}/${gateway}`
}

/**
 * By what a Gateway takes requests for a host; null where it is not seen. TLS that it passes through goes by no rule
 * for HTTP: it ends TLS where it has a certificate.
 */
function schemesAt(
  { namespace }: VirtualService,
  { gateway, host }: { readonly gateway: string; readonly host: string },
  { gateways }: Mesh,
): readonly Scheme[] | null {
  if (gateway === 'mesh') return ['http']
  const found = gateways.find((it) => `${it.namespace}/${it.name}` === wholeName(gateway, namespace))
  if (found === undefined) return null
  const taking = found.servers.filter((it) => it.hosts.some((one) => hostTakes(one.slice(one.indexOf('/') + 1), host)))
  const schemes = taking.flatMap(({ protocol, credential }): readonly Scheme[] => {
    if (/^HTTP2?$/i.test(protocol)) return ['http']
    return /^HTTPS$/i.test(protocol) && credential !== undefined ? ['https'] : []
  })
  return schemes.length === 0 ? null : [...new Set(schemes)]
}
