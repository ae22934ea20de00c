import type {
  IngressRoute,
  StreamRoute,
  TlsOption,
  TraefikRoute,
  TraefikService,
  TraefikTarget,
} from '../../model/beside.ts'
import { routeRule } from '../../wire/traefik-rule.ts'
import { ruleForm } from '../../wire/traefik-rule-set.ts'
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
  const labels = stringMap(it.metadata['labels'])
  return {
    group,
    namespace: it.namespace,
    name: it.name,
    className: text(stringMap(it.metadata['annotations'])['kubernetes.io/ingress.class']),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(entryPoints.length === 0 ? {} : { entryPoints }),
    routes: list(spec['routes']).map((one, index) => projectRoute(one, `spec.routes[${index}]`)),
    tls: isObject(spec['tls']) ? tlsOf(fields(spec['tls'])) : null,
  }
}

function tlsOf(tls: Fields): IngressRoute['tls'] {
  const resolver = text(tls['certResolver'])
  const options = fields(tls['options'])
  const name = text(options['name'])
  return {
    secret: text(tls['secretName']),
    ...(resolver === null ? {} : { resolver }),
    ...(name === null ? {} : { options: { namespace: text(options['namespace']), name } }),
  }
}

/** `ServersTransport` of either group; null for what is none. */
export function projectTransport(raw: unknown, intern: Intern): { namespace: string; name: string } | null {
  const it = identity(raw, intern)
  const { apiVersion, kind } = fields(raw)
  if (it === null || kind !== 'ServersTransport') return null
  return isOfTraefik(apiVersion) ? { namespace: it.namespace, name: it.name } : null
}

/** A `TLSOption` of either group; null for what is none. */
export function projectTlsOption(raw: unknown, intern: Intern): TlsOption | null {
  const it = identity(raw, intern)
  const { apiVersion, kind, spec } = fields(raw)
  if (it === null || kind !== 'TLSOption' || !isOfTraefik(apiVersion)) return null
  const clients = fields(fields(spec)['clientAuth'])
  const verifies = /^(?:RequireAndVerifyClientCert|VerifyClientCertIfGiven)$/.test(
    text(clients['clientAuthType']) ?? '',
  )
  return {
    namespace: it.namespace,
    name: it.name,
    authorities: texts(clients['secretNames']),
    ...(verifies ? { verifies: true as const } : {}),
  }
}

/** A `TraefikService` of either group; null for what is none. */
export function projectTraefikService(raw: unknown, intern: Intern): TraefikService | null {
  const it = identity(raw, intern)
  const { apiVersion, kind, spec } = fields(raw)
  if (it === null || kind !== 'TraefikService' || !isOfTraefik(apiVersion)) return null
  const members = (of: 'weighted' | 'mirroring' | 'highestRandomWeight', key: 'services' | 'mirrors') =>
    list(fields(fields(spec)[of])[key]).flatMap((one, at) =>
      target(one, 'Service').map((to) => ({ ...to, path: `spec.${of}.${key}[${at}]` })),
    )
  const mirrored = target(fields(spec)['mirroring'], 'Service').map((to) => ({ ...to, path: 'spec.mirroring' }))
  return {
    namespace: it.namespace,
    name: it.name,
    to: [
      ...members('weighted', 'services'),
      ...members('highestRandomWeight', 'services'),
      ...mirrored,
      ...members('mirroring', 'mirrors'),
    ],
  }
}

function isOfTraefik(apiVersion: unknown): boolean {
  return /^traefik\.(?:io|containo\.us)\//.test(text(apiVersion) ?? '')
}

/** `IngressRouteTCP` and `IngressRouteUDP` of either group; null for what is neither, or has nothing that is read. */
export function projectStreamRoute(raw: unknown, intern: Intern): StreamRoute | null {
  const it = identity(raw, intern)
  const { apiVersion, kind, spec } = fields(raw)
  if (it === null || !isOfTraefik(apiVersion)) return null
  const entryPoints = texts(fields(spec)['entryPoints'])
  if (kind !== 'IngressRouteTCP' && kind !== 'IngressRouteUDP') return null
  const unseenHosts = kind === 'IngressRouteTCP' && !isObject(fields(spec)['tls']) ? hostsOfTls(fields(spec)) : []
  if (entryPoints.length === 0 && unseenHosts.length === 0) return null
  return {
    kind,
    namespace: it.namespace,
    name: it.name,
    entryPoints,
    ...(unseenHosts.length === 0 ? {} : { unseenHosts }),
  }
}

/** Of each rule the first host, as Traefik looks (pkg/server/router/tcp); one that excludes a host is let be. */
function hostsOfTls(spec: Fields): NonNullable<StreamRoute['unseenHosts']> {
  return list(spec['routes']).flatMap((it, at) => {
    const rule = (text(fields(it)['match']) ?? '').slice(0, longestRule)
    const [, host] = /\bHostSNI\s{0,5}\(\s{0,5}[`"]([^`"]{1,253})[`"]/.exec(rule) ?? []
    return host === undefined || host === '*' || rule.includes('!') ? [] : [{ path: `spec.routes[${at}]`, host }]
  })
}

const longestRule = 8192

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
    form: ruleForm(rule),
    weight: weightOf(one['priority'], rule),
    ...(odd.length === 0 ? {} : { odd }),
    ...(syntax === undefined ? {} : { syntax }),
  }
}

/** Without a priority, or with 0, the rule's own length in bytes (traefik, pkg/muxer/http, GetRulePriority). */
function weightOf(priority: unknown, rule: string): number {
  const isGiven = typeof priority === 'number' && Number.isSafeInteger(priority) && priority !== 0
  return isGiven ? priority : new TextEncoder().encode(rule).length
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
