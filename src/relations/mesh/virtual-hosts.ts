import type { Mesh, MeshGateway, MeshHttpMatch, VirtualService } from '../../model/mesh.ts'
import { full } from '../../phrases.ts'
import { mayTake } from './http-match.ts'
import { hostTakes } from './mesh-hosts.ts'

/** What a proxy of Istio makes of a host at a server of a Gateway: rules of all VirtualServices of this very host. */
export interface VirtualHost {
  readonly gateway: MeshGateway
  readonly port: number
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly routes: readonly VirtualService[]
}

/** The virtual hosts of one server, by their hosts. */
export type HostsOfServer = ReadonlyMap<string, VirtualHost>

/**
 * A host of a VirtualService is cut with those of the server, and the narrower one of both is the virtual host;
 * VirtualServices that come to the same one are put together (istio, pilot/pkg/networking/core/gateway.go,
 * buildGatewayHTTPRouteConfig: `intersectingHosts`, `vHostDedupMap`). TLS that is passed through goes by no rule for
 * HTTP. A VirtualService of an old recording, which does not say what its rules take, leaves its Gateways out.
 */
export function virtualHosts({ virtualServices, gateways }: Mesh): readonly HostsOfServer[] {
  const byGateway = new Map<string, VirtualService[]>()
  for (const it of virtualServices)
    for (const name of new Set(it.gateways.map((one) => wholeName(one, it.namespace))))
      byGateway.set(name, [...(byGateway.get(name) ?? []), it])
  return gateways.flatMap((gateway) => {
    const routes = (byGateway.get(full(gateway)) ?? []).filter((it) => it.takes !== undefined)
    return gateway.servers.map((server) => {
      const scheme = schemeOf(server)
      const found = new Map<string, VirtualHost>()
      if (scheme === null) return found
      for (const route of routes)
        for (const host of intersection(server.hosts, route)) {
          const before = found.get(host)?.routes ?? []
          found.set(host, { gateway, port: server.port, scheme, host, routes: [...before, route] })
        }
      return found
    })
  })
}

/** Wildcards that would take the host, the closest one first; Envoy asks the first alone that is there. */
export function widerHosts(host: string): readonly string[] {
  if (host === '*') return []
  const labels = host.replace(/^\*\./, '').split('.')
  // No name has more labels (RFC 1035 2.3.4).
  if (labels.length > 127) return ['*']
  const wider = labels.map((_, at) => `*.${labels.slice(at).join('.')}`)
  return [...wider.slice(1), '*']
}

/** The virtual host that has requests for the host, whole: the exact one, else the closest wildcard. */
export function hostOfServer(hosts: HostsOfServer, host: string): VirtualHost | null {
  for (const one of [host.toLowerCase(), ...widerHosts(host.toLowerCase())]) {
    const found = hosts.get(one)
    if (found !== undefined) return found
  }
  return null
}

/** Matches of all rules of a virtual host. */
export const matchesOf = ({ routes }: Pick<VirtualHost, 'routes'>): readonly MeshHttpMatch[] =>
  routes.flatMap((it) => it.takes ?? [])

/** A VirtualService of a wildcard that a closer host hides: what of its rules nobody has there. */
export interface HiddenRoute {
  readonly route: VirtualService
  readonly by: VirtualHost
  readonly wildcard: string
  readonly lost: readonly MeshHttpMatch[]
}

/** Of each closer host, the VirtualServices of wider ones at the same server whose paths it leaves out. */
export function hiddenRoutes(hosts: HostsOfServer): readonly HiddenRoute[] {
  return [...hosts.values()].flatMap((by) => {
    const taken = matchesOf(by)
    if (taken.some((it) => it.type === 'regex')) return []
    return widerHosts(by.host).flatMap((wildcard) =>
      (hosts.get(wildcard)?.routes ?? []).flatMap((route): readonly HiddenRoute[] => {
        if (by.routes.includes(route)) return []
        const lost = (route.takes ?? []).filter((it) => it.type !== 'regex' && !mayTake(taken, it.path))
        return lost.length === 0 ? [] : [{ route, by, wildcard, lost }]
      }),
    )
  })
}

/** A server of a Gateway may be for VirtualServices of one namespace alone: `./host`, `shop/host`. */
function intersection(servers: readonly string[], route: VirtualService): ReadonlySet<string> {
  const found = new Set<string>()
  for (const server of servers) {
    const [namespace = '', name = ''] = server.includes('/') ? server.split('/') : ['*', server]
    if (namespace !== '*' && namespace !== '.' && namespace !== route.namespace) continue
    for (const host of route.hosts) {
      const [a, b] = [name.toLowerCase(), host.toLowerCase()]
      if (hostTakes(b, a)) found.add(a)
      else if (hostTakes(a, b)) found.add(b)
    }
  }
  return found
}

function schemeOf({ protocol, credential }: MeshGateway['servers'][number]): 'http' | 'https' | null {
  if (/^HTTP2?$/i.test(protocol)) return 'http'
  return /^HTTPS$/i.test(protocol) && credential !== undefined ? 'https' : null
}

function wholeName(gateway: string, namespace: string): string {
  return gateway === 'mesh' || gateway.includes('/') ? gateway : `${namespace}/${gateway}`
}
