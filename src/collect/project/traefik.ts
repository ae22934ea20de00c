import type { IngressRoute, StreamRoute, TraefikRoute, TraefikTarget } from '../../model/beside.ts'
import { routeRule } from '../../wire/traefik-rule.ts'
import { ruleFaults } from '../../wire/traefik-rule-faults.ts'
import type { Intern } from '../../wire/intern.ts'
import { identity } from './identity.ts'
import { type Fields, fields, isObject, list, port, stringMap, text, texts } from './json.ts'

/** `IngressRoute` of either group, `traefik.io` and the older one (traefik, pkg/provider/kubernetes/crd). */
export function projectIngressRoute(raw: unknown, group: string, intern: Intern): IngressRoute | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  const entryPoints = texts(spec['entryPoints'])
  return {
    group,
    namespace: it.namespace,
    name: it.name,
    className: text(stringMap(it.metadata['annotations'])['kubernetes.io/ingress.class']),
    ...(entryPoints.length === 0 ? {} : { entryPoints }),
    routes: list(spec['routes']).map((one, index) => projectRoute(one, `spec.routes[${index}]`)),
    tls: isObject(spec['tls']) ? tlsOf(fields(spec['tls'])) : null,
  }
}

function tlsOf(tls: Fields): IngressRoute['tls'] {
  const resolver = text(tls['certResolver'])
  return { secret: text(tls['secretName']), ...(resolver === null ? {} : { resolver }) }
}

/** `ServersTransport` of either group; null for what is none. */
export function projectTransport(raw: unknown, intern: Intern): { namespace: string; name: string } | null {
  const it = identity(raw, intern)
  const { apiVersion, kind } = fields(raw)
  if (it === null || kind !== 'ServersTransport') return null
  return /^traefik\.(?:io|containo\.us)\//.test(text(apiVersion) ?? '')
    ? { namespace: it.namespace, name: it.name }
    : null
}

/** `IngressRouteTCP` and `IngressRouteUDP` of either group; null for what is neither, or names no entry point. */
export function projectStreamRoute(raw: unknown, intern: Intern): StreamRoute | null {
  const it = identity(raw, intern)
  const { apiVersion, kind, spec } = fields(raw)
  if (it === null || !/^traefik\.(?:io|containo\.us)\//.test(text(apiVersion) ?? '')) return null
  const entryPoints = texts(fields(spec)['entryPoints'])
  if (entryPoints.length === 0 || (kind !== 'IngressRouteTCP' && kind !== 'IngressRouteUDP')) return null
  return { kind, namespace: it.namespace, name: it.name, entryPoints }
}

function projectRoute(raw: unknown, path: string): TraefikRoute {
  const one = fields(raw)
  const rule = text(one['match']) ?? ''
  const odd = ruleFaults(rule)
  const syntax = syntaxes.find((it) => it === one['syntax'])
  return {
    ...routeRule(rule),
    services: list(one['services']).flatMap((it) => target(it, 'Service')),
    middlewares: list(one['middlewares']).flatMap((it) => target(it, 'Middleware')),
    path,
    ...(odd.length === 0 ? {} : { odd }),
    ...(syntax === undefined ? {} : { syntax }),
  }
}

const syntaxes = ['v2', 'v3'] as const

const schemes = ['http', 'https', 'h2c'] as const

function target(raw: unknown, usual: TraefikTarget['kind']): readonly TraefikTarget[] {
  const one = fields(raw)
  const name = text(one['name'])
  if (name === null) return []
  const kind = one['kind'] === 'TraefikService' ? 'TraefikService' : usual
  const scheme = schemes.find((it) => it === one['scheme'])
  const to = { kind, namespace: text(one['namespace']), name, port: port(one['port']) }
  const transport = usual === 'Service' ? text(one['serversTransport']) : null
  return [{ ...to, ...(scheme === undefined ? {} : { scheme }), ...(transport === null ? {} : { transport }) }]
}
