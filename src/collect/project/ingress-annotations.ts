import type { Ingress, IngressAction, IngressAuth, NginxRouting } from '../../model/ingress.ts'
import { type TlsAnnotation, tlsAnnotations } from '../../model/service.ts'
import { editDistance } from '../../closest.ts'
import { asIpAddress } from '../../wire/dns-name.ts'
import { fields, list, port, stringMap, text } from './json.ts'

type Annotations = Readonly<Record<string, string>>

const albPrefix = 'alb.ingress.kubernetes.io/'
const action = 'alb.ingress.kubernetes.io/actions.'
const nginx = 'nginx.ingress.kubernetes.io/'

/** Prefixes by which vendors tell their annotations apart: whoever writes one means that vendor's controller. */
const prefixes: Readonly<Record<string, string>> = {
  'alb.ingress.kubernetes.io/': 'alb',
  'nginx.ingress.kubernetes.io/': 'nginx',
  'appgw.ingress.kubernetes.io/': 'appgw',
  'networking.gke.io/': 'gce',
  'ingress.gcp.kubernetes.io/': 'gce',
}

/** Those of controllers that are taken for each other; the last was everybody's once. */
const ofControllers = [
  nginx,
  'nginx.org/',
  'nginx.com/',
  'traefik.ingress.kubernetes.io/',
  'haproxy-ingress.github.io/',
  'haproxy.org/',
  'haproxy.com/',
  'konghq.com/',
  'projectcontour.io/',
  'ingress.kubernetes.io/',
]

/** `nginx.ingress.kubernets.io/`: nobody else's prefix is as near to it. */
function isSlip(key: string): boolean {
  const end = key.indexOf('/') + 1
  return Math.abs(end - nginx.length) <= mostSlips && editDistance(key.slice(0, end), nginx) <= mostSlips
}

const mostSlips = 2

/** The API takes 256 KiB of annotations of one object (apimachinery, ValidateAnnotations). */
export function annotatedOf(annotations: Annotations): Pick<Ingress, 'annotated'> {
  const found = Object.keys(annotations).filter((key) => ofControllers.some((it) => key.startsWith(it)) || isSlip(key))
  return found.length === 0 ? {} : { annotated: found.toSorted() }
}

/** More ranges than this nobody judges by eye; what is left out may hold any address. */
const mostRanges = 200

/** Of a list that is longer nothing is kept, as of one with an entry that is no address. */
export function allowedOf(annotations: Annotations): Pick<Ingress, 'allowed' | 'denied'> {
  const allowed = rangesOf(
    annotations[`${nginx}allowlist-source-range`] ?? annotations[`${nginx}whitelist-source-range`],
  )
  const denied = rangesOf(annotations[`${nginx}denylist-source-range`])
  return { ...(allowed === null ? {} : { allowed }), ...(denied === null ? {} : { denied }) }
}

/** null for a text that is none, or too long a list. */
export function rangesOf(value: string | undefined): readonly string[] | null {
  if (value === undefined) return null
  const ranges = value.split(',', mostRanges + 1).map((it) => it.trim())
  const isRange = (it: string): boolean => it.length < 50 && asIpAddress(it.split('/', 1)[0] ?? '') !== null
  return ranges.length > mostRanges || !ranges.every(isRange) ? null : ranges
}

/** No router of Traefik goes through more, and none has a longer name than namespace, name and provider make. */
const mostMiddlewares = 50
const longestMiddleware = 600

/** Parted by commas, in this order (traefik, pkg/provider/kubernetes/ingress/annotations.go). */
export function middlewaresOf(annotations: Annotations): Pick<Ingress, 'middlewares'> {
  const text = annotations['traefik.ingress.kubernetes.io/router.middlewares']
  const found = (text ?? '')
    .split(',', mostMiddlewares)
    .map((it) => it.trim().slice(0, longestMiddleware))
    .filter((it) => it !== '')
  return found.length === 0 ? {} : { middlewares: found }
}

/** Parted by commas; `namespace:name` is one of another namespace (Kong/kubernetes-ingress-controller, annotations). */
export function pluginsOf(annotations: Annotations): Pick<Ingress, 'plugins'> {
  const found = (annotations['konghq.com/plugins'] ?? '')
    .split(',', mostMiddlewares)
    .map((it) => it.trim().slice(0, longestMiddleware))
    .filter((it) => it !== '')
  return found.length === 0 ? {} : { plugins: found }
}

/** Parted by commas too (traefik, pkg/provider/kubernetes/ingress/annotations.go). */
export function entryPointsOf(annotations: Annotations): Pick<Ingress, 'entryPoints'> {
  const found = (annotations['traefik.ingress.kubernetes.io/router.entrypoints'] ?? '')
    .split(',', mostMiddlewares)
    .map((it) => it.trim().slice(0, longestMiddleware))
    .filter((it) => it !== '')
  return found.length === 0 ? {} : { entryPoints: found }
}

/** Written as a number, or by the name of a port of the Service; null = the port of the traffic, or nothing usable. */
export function askedPort(value: string | undefined): number | string | null {
  const said = value?.trim() ?? ''
  if (/^\d{1,5}$/.test(said)) return Number(said) > 0 && Number(said) < 65_536 ? Number(said) : null
  return said !== 'traffic-port' && /^[a-z0-9][a-z0-9-]{0,62}$/i.test(said) ? said : null
}

/**
 * `healthcheck-port` of the AWS Load Balancer Controller (pkg/ingress/model_build_target_group.go), and
 * `health-probe-port` of AGIC, which is a number (docs/annotations.md).
 */
export function healthPortOf(annotations: Annotations): Pick<Ingress, 'healthPort'> {
  const alb = askedPort(annotations[`${albPrefix}healthcheck-port`])
  if (alb !== null) return { healthPort: { by: 'alb', port: alb } }
  const appgw = askedPort(annotations['appgw.ingress.kubernetes.io/health-probe-port'])
  return typeof appgw === 'number' ? { healthPort: { by: 'appgw', port: appgw } } : {}
}

/** A JSON text longer than this is no action that a human wrote. */
const longestAction = 16 * 1024

/** F5's: a master has the host and its TLS, minions have the paths. */
export function mergeableOf(annotations: Annotations): Pick<Ingress, 'mergeable'> {
  const type = annotations['nginx.org/mergeable-ingress-type']
  return type === 'master' || type === 'minion' ? { mergeable: type } : {}
}

export function vendorsOf(annotations: Annotations): Pick<Ingress, 'vendors'> {
  const found = Object.keys(annotations).flatMap((key) =>
    Object.entries(prefixes).flatMap(([prefix, vendor]) => (key.startsWith(prefix) ? [vendor] : [])),
  )
  return found.length === 0 ? {} : { vendors: [...new Set(found)].toSorted() }
}

/**
 * `actions.NAME`: what a backend of port `use-annotation` means (aws-load-balancer-controller,
 * pkg/ingress/enhanced_backend_builder.go).
 */
export function actionsOf(annotations: Annotations): Pick<Ingress, 'actions'> {
  const found = Object.entries(annotations).flatMap(([key, value]) =>
    key.startsWith(action) ? [projectAction(key.slice(action.length), value)] : [],
  )
  return found.length === 0 ? {} : { actions: found }
}

function projectAction(name: string, json: string): IngressAction {
  const raw = parsed(json)
  if (raw === null) return { name, type: 'unreadable', services: [] }
  const type = text(field(raw, 'type'))
  const groups = list(field(field(raw, 'forwardConfig'), 'targetGroups'))
  const services = groups.flatMap((it) => {
    const service = text(field(it, 'serviceName'))
    return service === null ? [] : [{ service, port: portOf(field(it, 'servicePort')) }]
  })
  return {
    name,
    type: type === 'forward' || type === 'redirect' || type === 'fixed-response' ? type : 'other',
    services,
  }
}

/** Written as a text or as a number: `"80"` is port 80 (intstr.Parse). */
function portOf(raw: unknown): number | string | null {
  const it = port(raw)
  return typeof it === 'string' && /^\d{1,5}$/.test(it) ? Number(it) : it
}

/** Go reads the names of fields without case: old manifests write `Type`, `ForwardConfig`. */
function field(raw: unknown, name: string): unknown {
  const all = fields(raw)
  const key =
    Object.keys(all).find((it) => it === name) ?? Object.keys(all).find((it) => it.toLowerCase() === name.toLowerCase())
  return key === undefined ? undefined : all[key]
}

function parsed(json: string): unknown {
  if (json.length > longestAction) return null
  try {
    return JSON.parse(json) as unknown
  } catch {
    return null
  }
}

/** `https` and `grpcs` of most; `h1-ssl` of HAProxy Ingress; `true` of those that are a switch. */
export function tlsByOf(annotations: Annotations): { readonly tlsBy?: readonly TlsAnnotation[] } {
  const found = tlsAnnotations.filter((it) => {
    const value = annotations[it]?.trim() ?? ''
    const isSwitch = it.endsWith('/server-ssl') || it.endsWith('/secure-backends')
    return isSwitch ? /^(?:true|on|enabled|1)$/i.test(value) : /^(?:https|grpcs|tls|wss|h[12]-ssl)$/i.test(value)
  })
  return found.length === 0 ? {} : { tlsBy: found }
}

/** A name alone: it is looked for in the Ingress's own namespace (annotations/defaultbackend/main.go). */
export function pagesOf(annotations: Annotations): Pick<Ingress, 'pages'> {
  const name = annotations[`${nginx}default-backend`]?.trim() ?? ''
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(name) ? { pages: name } : {}
}

/** A host with variables in it is none that could be judged. */
export function authOf(annotations: Annotations): Pick<Ingress, 'auth'> {
  const auth = askedBy(text(annotations[`${nginx}auth-url`]))
  return auth === null ? {} : { auth }
}

/** Of a URL the host and the port; null for what is none, and for a host with variables in it. */
export function askedBy(url: string | null): IngressAuth | null {
  const [, scheme, host, port] =
    /^(https?):\/\/(?:[^/@\s]{0,512}@)?([a-z0-9._-]{1,253})(?::(\d{1,5}))?(?:[/?#]|$)/i.exec(url ?? '') ?? []
  if (scheme === undefined || host === undefined) return null
  return { host, port: port === undefined ? usualPort(scheme) : Number(port) }
}

function usualPort(scheme: string): number {
  return scheme.toLowerCase() === 'https' ? 443 : 80
}

/** strconv.ParseBool, by which the annotation is read (internal/ingress/annotations/parser). */
function isTrue(value: string | undefined): boolean {
  return /^(?:1|t|T|true|TRUE|True)$/.test(value ?? '')
}

export function nginxRouting(annotations: Annotations): Pick<Ingress, 'nginx'> {
  const [rewrite, regex, canary, protocol] = ['rewrite-target', 'use-regex', 'canary', 'backend-protocol'].map((key) =>
    text(annotations[`${nginx}${key}`]),
  )
  const [, vhost] = /^([a-z0-9._-]{1,253})(?::\d{1,5})?$/i.exec(text(annotations[`${nginx}upstream-vhost`]) ?? '') ?? []
  const passthrough = isTrue(annotations[`${nginx}ssl-passthrough`])
  const connection = connectionOf(annotations)
  if (
    connection === null &&
    vhost === undefined &&
    !passthrough &&
    [rewrite, regex, canary, protocol].every((it) => it === null)
  )
    return {}
  return {
    nginx: {
      rewrite: rewrite ?? null,
      regex: regex === 'true',
      canary: canary === 'true',
      ...(canary === 'true' && isIdle(annotations) ? { idle: true } : {}),
      protocol: protocol?.toUpperCase() ?? null,
      ...(passthrough ? { passthrough: true as const } : {}),
      ...(vhost === undefined ? {} : { vhost: vhost.toLowerCase() }),
      ...connection,
    },
  }
}

/** Ten minutes: no answer is waited for that long, WebSockets are (docs/user-guide/miscellaneous.md: over 3600). */
const long = 600

/**
 * ingress-nginx sends `Connection: $connection_upgrade`, which a text of `connection-proxy-header` replaces
 * (rootfs/etc/ nginx/template/nginx.tmpl), by HTTP/1.1: an upgrade is none of HTTP/1.0's (RFC 9110, 7.8). Of other
 * texts than these nothing is kept.
 */
function connectionOf(annotations: Annotations): Pick<NginxRouting, 'noUpgrade' | 'isLong'> | null {
  const header = text(annotations[`${nginx}connection-proxy-header`])?.trim() ?? ''
  const version = text(annotations[`${nginx}proxy-http-version`])?.trim()
  const isLong = Number(annotations[`${nginx}proxy-read-timeout`] ?? 0) >= long ? { isLong: true as const } : {}
  if (/^(?:keep-alive|close)$/i.test(header))
    return { noUpgrade: { by: 'connection-proxy-header', value: header.toLowerCase() }, ...isLong }
  return version === '1.0' ? { noUpgrade: { by: 'proxy-http-version', value: version }, ...isLong } : null
}

/**
 * Chosen by a header, a cookie, or a share of `canary-weight` (0 where it is absent or no number): balancer.lua
 * route_to_alternative_balancer, annotations/canary/main.go.
 */
function isIdle(annotations: Annotations): boolean {
  const [weight, ...chosenBy] = ['canary-weight', 'canary-by-header', 'canary-by-cookie'].map((key) =>
    text(annotations[`${nginx}${key}`]),
  )
  return chosenBy.every((it) => it === null || it === '') && !/^\+?0*[1-9]\d*$/.test(weight ?? '')
}

/** As ingress-gce writes it (pkg/annotations/ingress.go, StatusPrefix): `{"k8s1-…-web-80-…":"UNHEALTHY"}`. */
const backends = 'ingress.kubernetes.io/backends'

const mostBackends = 500

/** What is not known yet counts as a backend, and as no sick one. */
export function healthOf(annotations: Readonly<Record<string, string>>): Pick<Ingress, 'health'> {
  const written = annotations[backends]
  if (written === undefined || written.length > 64 * 1024) return {}
  let read: unknown
  try {
    read = JSON.parse(written)
  } catch {
    return {}
  }
  const states = Object.entries(stringMap(read)).slice(0, mostBackends)
  if (states.length === 0) return {}
  const unhealthy = states.flatMap(([name, state]) => (state.toUpperCase() === 'UNHEALTHY' ? [{ name }] : []))
  return { health: { backends: states.length, unhealthy } }
}
