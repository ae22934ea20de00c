import type { Ingress, IngressRedirect, NamedSecret } from '../../model/ingress.ts'

type Annotations = Readonly<Record<string, string>>

const nginx = 'nginx.ingress.kubernetes.io/'

/**
 * By which ingress-nginx redirects each request of the Ingress: the first of these two (annotations/redirect/main.go),
 * or that of `/` alone (`app-root`, annotations/rewrite/main.go). Of the URL no query is kept, it may hold a token.
 */
export function redirectOf(annotations: Annotations): Pick<Ingress, 'redirect'> {
  const by = (['temporal-redirect', 'permanent-redirect'] as const).find((it) => annotations[nginx + it])
  const found = by === undefined ? null : toUrl(by, annotations[nginx + by] ?? '')
  if (by !== undefined) return found === null ? {} : { redirect: found }
  const root = annotations[`${nginx}app-root`] ?? ''
  return isPath(root) ? { redirect: { by: 'app-root', to: null, path: root } } : {}
}

/** A host with variables in it leads nowhere that could be judged, nor does a path with others than the whole one. */
function toUrl(by: IngressRedirect['by'], url: string): IngressRedirect | null {
  const [, scheme, host, port, rest = ''] =
    /^(https?):\/\/([a-z0-9._-]{1,253})(?::(\d{1,5}))?((?:[/$]|$)[^?#\s]{0,1024})/i.exec(url) ?? []
  if (scheme === undefined || host === undefined) return null
  const isTls = scheme.toLowerCase() === 'https'
  const usual = isTls ? 443 : 80
  const to = {
    scheme: isTls ? ('https' as const) : ('http' as const),
    host: host.toLowerCase(),
    port: port === undefined ? usual : Number(port),
  }
  if (rest === '$request_uri') return { by, to, path: null }
  const path = rest === '' ? '/' : rest
  return isPath(path) ? { by, to, path } : null
}

/** strconv.ParseBool, by which annotations are read (internal/ingress/annotations/parser). */
function boolOf(annotations: Annotations, key: string): boolean | null {
  const value = annotations[nginx + key] ?? ''
  if (/^(?:1|t|T|true|TRUE|True)$/.test(value)) return true
  return /^(?:0|f|F|false|FALSE|False)$/.test(value) ? false : null
}

/** Whether http is led to https: by force goes first (annotations/rewrite/main.go; lua_ingress.lua). */
export function sslRedirectOf(annotations: Annotations): Pick<Ingress, 'sslRedirect'> {
  if (boolOf(annotations, 'force-ssl-redirect') === true) return { sslRedirect: 'forced' }
  return boolOf(annotations, 'ssl-redirect') === false ? { sslRedirect: 'off' } : {}
}

/** So many names nobody gives a host; what is beyond is not kept. */
const mostAliases = 100

/**
 * Under which names ingress-nginx serves the hosts of an Ingress besides (annotations/alias/main.go: parted by commas;
 * expressions are not kept), and whether it leads from or to `www.` (annotations/redirect/main.go, strconv.ParseBool).
 */
export function namesBesideOf(annotations: Annotations): Pick<Ingress, 'aliases' | 'fromToWww'> {
  const aliases = (annotations[`${nginx}server-alias`] ?? '')
    .slice(0, mostAliases * 254)
    .split(',')
    .map((it) => it.trim().toLowerCase())
    .filter((it) => /^[a-z0-9][a-z0-9._-]{0,252}$/.test(it))
    .slice(0, mostAliases)
  const isWww = boolOf(annotations, 'from-to-www-redirect') === true
  return { ...(aliases.length === 0 ? {} : { aliases }), ...(isWww ? { fromToWww: true as const } : {}) }
}

function isPath(text: string): boolean {
  return text.length <= 1024 && /^\/[^\s$?#]*$/.test(text)
}

/**
 * Secrets that annotations of ingress-nginx name, as `NAME` or `NAMESPACE/NAME` (annotations/auth, authtls, proxyssl:
 * main.go). A Secret for basic authentication is read where `auth-type` asks for it, and by its key `auth`, unless it
 * is a map.
 */
export function secretsOf(annotations: Annotations): Pick<Ingress, 'secrets'> {
  const asks = /^(?:basic|digest)$/.test(annotations[`${nginx}auth-type`] ?? '')
  const isMap = annotations[`${nginx}auth-secret-type`] === 'auth-map'
  const all = [
    ...(asks ? named(annotations, 'auth-secret', isMap ? null : 'auth') : []),
    ...named(annotations, 'auth-tls-secret', 'ca.crt'),
    ...named(annotations, 'proxy-ssl-secret', null),
  ]
  return all.length === 0 ? {} : { secrets: all }
}

function named(annotations: Annotations, by: NamedSecret['by'], key: string | null): readonly NamedSecret[] {
  const [, namespace, name] =
    /^(?:([a-z0-9-]{1,63})\/)?([a-z0-9](?:[a-z0-9.-]{0,252}))$/.exec(annotations[nginx + by] ?? '') ?? []
  return name === undefined ? [] : [{ by, namespace: namespace ?? null, name, key }]
}
