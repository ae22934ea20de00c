import type { AskedService, Decider, DeciderKind, KongPlugin } from '../../model/beside.ts'
import type { Ingress, IngressAuth } from '../../model/ingress.ts'
import { identity } from './identity.ts'
import { askedBy } from './ingress-annotations.ts'
import { type Fields, fields, list, portNumber, text } from './json.ts'
import type { Intern } from '../../wire/intern.ts'

const groups: Readonly<Record<DeciderKind, string>> = {
  SecurityPolicy: 'gateway.envoyproxy.io',
  ExtensionService: 'projectcontour.io',
  KongPlugin: 'configuration.konghq.com',
}

/**
 * Whom an object has asked about each request: `spec.extAuth` of Envoy Gateway's SecurityPolicy, the Services of
 * Contour's ExtensionService, and `opa_host` or a URL of a plugin of Kong's that hands authentication on. null for what
 * asks nobody in the cluster.
 */
export function projectDecider(raw: unknown, intern: Intern): Decider | null {
  const it = identity(raw, intern)
  const { apiVersion, kind: written } = fields(raw)
  const kind = (Object.keys(groups) as readonly DeciderKind[]).find((one) => one === written)
  if (it === null || kind === undefined || (text(apiVersion) ?? '').split('/', 1)[0] !== groups[kind]) return null
  const asks = readers[kind](fields(raw)).slice(0, mostAsked)
  const isOpen = kind === 'SecurityPolicy' && fields(fields(fields(raw)['spec'])['extAuth'])['failOpen'] === true
  return asks.length === 0
    ? null
    : { kind, namespace: it.namespace, name: it.name, asks, ...(isOpen ? { lets: 'all' as const } : {}) }
}

/** By its name alone; null for what is no plugin of Kong's. */
export function projectKongPlugin(raw: unknown): KongPlugin | null {
  const { apiVersion, kind, metadata } = fields(raw)
  const [name, namespace] = [text(fields(metadata)['name']), text(fields(metadata)['namespace'])]
  if ((text(apiVersion) ?? '').split('/', 1)[0] !== groups.KongPlugin || name === null) return null
  if (kind === 'KongClusterPlugin') return { namespace: null, name }
  return kind === 'KongPlugin' && namespace !== null ? { namespace, name } : null
}

const mostAsked = 20

const readers: Readonly<Record<DeciderKind, (raw: Fields) => readonly AskedService[]>> = {
  SecurityPolicy: ({ spec }) => {
    const auth = fields(fields(spec)['extAuth'])
    const deciders = ['http', 'grpc'].flatMap((by) => {
      const at = fields(auth[by])
      const several = list(at['backendRefs'])
      const refs = several.length > 0 ? several : [at['backendRef']]
      return refs.map(fields).flatMap((ref, index) => {
        const field = `spec.extAuth.${by}.${several.length > 0 ? `backendRefs[${index}]` : 'backendRef'}`
        return (text(ref['kind']) ?? 'Service') === 'Service' ? named(ref, field) : []
      })
    })
    return [...deciders, ...keysOf(fields(spec))]
  },
  ExtensionService: ({ spec }) =>
    list(fields(spec)['services'])
      .map(fields)
      .flatMap((it, index) => named({ name: it['name'], port: it['port'] }, `spec.services[${index}]`)),
  KongPlugin: ({ plugin, config }) => {
    const [name, set] = [text(plugin) ?? '', fields(config)]
    if (name === 'opa') {
      const host = text(set['opa_host'])
      return host === null || !isHost.test(host)
        ? []
        : [ofHost({ host, port: portNumber(set['opa_port']) ?? 8181 }, 'config.opa_host')]
    }
    if (!/(?:forward|external|ext)[-_]?auth/.test(name)) return []
    return ['url', 'uri', 'address', 'auth_url'].flatMap((key) => {
      const asked = askedBy(text(set[key]))
      return asked === null ? [] : [ofHost(asked, `config.${key}`)]
    })
  },
}

/** Whence the keys come that tokens are checked with (`jwt.providers[].remoteJWKS`): without them each is refused. */
function keysOf({ jwt }: Fields): readonly AskedService[] {
  return list(fields(jwt)['providers']).flatMap((it, at) => {
    const asked = askedBy(text(fields(fields(it)['remoteJWKS'])['uri']))
    return asked === null ? [] : [ofHost(asked, `spec.jwt.providers[${at}].remoteJWKS.uri`)]
  })
}

const isHost = /^[a-z0-9.-]{1,253}$/i

function named({ namespace, name: written, port }: Fields, field: string): readonly AskedService[] {
  const name = text(written)
  return name === null ? [] : [{ namespace: text(namespace), name, host: null, port: portNumber(port), field }]
}

function ofHost({ host, port }: IngressAuth, field: string): AskedService {
  return { namespace: null, name: null, host, port, field }
}

const haproxy = ['haproxy-ingress.github.io/auth-url', 'ingress.kubernetes.io/auth-url']

/**
 * HAProxy Ingress asks `svc://[namespace/]service:port/path`, or a URL (haproxy-ingress.github.io, "External
 * authentication").
 */
export function deciderOf(annotations: Readonly<Record<string, string>>): Pick<Ingress, 'asks'> {
  const by = haproxy.find((it) => annotations[it] !== undefined)
  const url = by === undefined ? '' : (annotations[by] ?? '')
  const [, namespace, name, port] =
    /^svc:\/\/(?:([a-z0-9-]{1,63})\/)?([a-z0-9-]{1,63})(?::([a-z0-9-]{1,63}))?(?:\/|$)/.exec(url) ?? []
  if (by === undefined) return {}
  if (name !== undefined) {
    // A port by its name is not judged.
    const number = /^\d{1,5}$/.test(port ?? '') ? Number(port) : null
    return { asks: { namespace: namespace ?? null, name, host: null, port: number, field: by } }
  }
  const asked = askedBy(url)
  return asked === null ? {} : { asks: ofHost(asked, by) }
}
