import { eachDirective } from './nginx-tokens.ts'

/**
 * What a running nginx.conf says of hosts and paths, as ingress-nginx's template writes it (rootfs/etc/nginx/template/
 * nginx.tmpl), and as F5's does (nginx/kubernetes-ingress: internal/configs/version1/nginx.ingress.tmpl). Each location
 * of the first says in variables which Ingress it is for; of the second, each server does.
 *
 * The file holds what tenants wrote into snippets, credentials with it: only lines of a list are kept, in words that
 * are known to be none, and the others are counted.
 */
export interface NginxConf {
  readonly checksum: string | null
  readonly servers: readonly ConfServer[]
  readonly upstreams: readonly { readonly name: string; readonly addresses: readonly string[] }[]
  /** Read to its last brace: what is not in it is not there. */
  readonly complete: boolean
  /** The first `error_log` outside of all servers; absent where none was seen, and in old recordings. */
  readonly errorLog?: ErrorLog
  /** `error_page` outside of all servers, which holds in each that has none of its own; absent where there is none. */
  readonly errorPages?: readonly ConfSetting[]
}

/** Where nginx's words on failed requests go, and from which level on: they are of the level `error`. */
export interface ErrorLog {
  /** Into the container's own log: `stderr`, or the file that the images link to it. */
  readonly place: 'container' | 'elsewhere'
  readonly level: ErrorLevel
}

export const errorLevels = ['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg'] as const
export type ErrorLevel = (typeof errorLevels)[number]

export interface ConfServer {
  readonly line: number
  readonly end: number
  /** As `server_name` has them: `web.example.com`, `*.example.com`, `_` for any host, `~…` for an expression. */
  readonly serverNames: readonly string[]
  readonly tls: boolean
  readonly settings: readonly ConfSetting[]
  /** Lines that are not kept: they may hold a credential. */
  readonly hidden: number
  readonly locations: readonly ConfLocation[]
}

export interface ConfSetting {
  readonly line: number
  readonly setting: string
}

export interface ConfLocation {
  readonly line: number
  readonly end: number
  /** `=`, `~`, `~*`, `^~`, or '' for a plain prefix. */
  readonly modifier: string
  readonly path: string
  readonly ingress: { readonly namespace: string; readonly name: string } | null
  readonly service: string | null
  /** A number or a name, as the Ingress has it. */
  readonly servicePort: string | null
  /** The path as the Ingress has it. */
  readonly declared: string | null
  /** `shop-web-80`: the key into the list of back ends. */
  readonly upstream: string | null
  /** Why the controller answers 503 in the backend's place. */
  readonly denied: string | null
  /** Seconds. */
  readonly timeouts: { readonly connect: number | null; readonly send: number | null; readonly read: number | null }
  readonly rewrite: string | null
  /** Only nginx itself asks it: authentication, error pages. */
  readonly internal: boolean
  readonly settings: readonly ConfSetting[]
  readonly hidden: number
}

const mostLocations = 50_000
const mostSettings = 40
const longestText = 300
/** What a name or a path of the API may have, and then some. */
const longestName = 1024

/** Directives whose words say how a request is handled, and hold no credential. */
const keptSettings: ReadonlySet<string> = new Set([
  'listen',
  'server_name',
  'proxy_connect_timeout',
  'proxy_send_timeout',
  'proxy_read_timeout',
  'grpc_connect_timeout',
  'grpc_send_timeout',
  'grpc_read_timeout',
  'client_max_body_size',
  'proxy_pass',
  'grpc_pass',
  'fastcgi_pass',
  'rewrite',
  'return',
  'auth_request',
  'allow',
  'deny',
  'satisfy',
  'internal',
  'limit_req',
  'limit_conn',
  'proxy_buffering',
  'proxy_buffer_size',
  'proxy_http_version',
  'proxy_next_upstream',
  'proxy_next_upstream_timeout',
  'proxy_next_upstream_tries',
  'proxy_redirect',
  'proxy_intercept_errors',
  'proxy_ssl_verify',
  'proxy_ssl_name',
  'proxy_ssl_server_name',
  'error_page',
  'mirror',
  'ssl_reject_handshake',
  'ssl_verify_client',
])

/** Variables that the templates set, and nobody else. */
const keptVariables: ReadonlySet<string> = new Set([
  '$namespace',
  '$ingress_name',
  '$service_name',
  '$service_port',
  '$location_path',
  '$proxy_upstream_name',
  '$resource_type',
  '$resource_name',
  '$resource_namespace',
  '$service',
])

type Open<T> = { -readonly [K in keyof T]: T[K] }

interface Making extends Open<ConfLocation> {
  settings: ConfSetting[]
  timeouts: Open<ConfLocation['timeouts']>
}

interface MakingServer extends Open<ConfServer> {
  settings: ConfSetting[]
  locations: Making[]
  serverNames: string[]
  owner: { namespace: string | null; name: string | null }
}

type Block =
  | { readonly kind: 'server'; readonly server: MakingServer }
  | { readonly kind: 'location'; readonly location: Making; readonly server: MakingServer }
  | { readonly kind: 'upstream'; readonly addresses: string[] }
  | { readonly kind: 'other' }

/** `cutOff`: there was more of the file than is read. */
export function parseNginxConf(text: string, cutOff = false): NginxConf {
  const servers: MakingServer[] = []
  const upstreams: { name: string; addresses: string[] }[] = []
  const open: Block[] = []
  let checksum: string | null = null
  let errorLog: ErrorLog | null = null
  const errorPages: ConfSetting[] = []
  let locations = 0

  const ended = eachDirective(text, {
    comment(said) {
      checksum ??= /^ ?Configuration checksum: (\w{1,40})/.exec(said)?.[1] ?? null
      const inside = open.at(-1)
      // Template: `# Location denied. Reason: "…"`, and `return 503` below it.
      if (inside?.kind === 'location' && said.startsWith(' Location denied. Reason:'))
        inside.location.denied ??= unquoted(said.slice(' Location denied. Reason:'.length).trim()).slice(0, longestText)
    },
    directive({ words, line, opens, raw }) {
      const [name = '', ...rest] = words
      const inside = open.at(-1)
      if (opens) {
        open.push(opened(name, rest, line, inside))
        return
      }
      if (inside?.kind === 'server') ofServer(inside.server, { name, rest, line, raw })
      if (inside?.kind === 'location') ofLocation(inside.location, { name, rest, line, raw })
      if (inside?.kind === 'upstream' && name === 'server' && inside.addresses.length < 1000)
        inside.addresses.push((rest[0] ?? '').slice(0, longestName))
      if (!open.some((it) => it.kind !== 'other')) ofHttp({ name, rest, line, raw })
      // What `if` and the like hold belongs to what they stand in.
      if (inside?.kind === 'other') hide(open)
    },
    close(line) {
      const block = open.pop()
      if (block?.kind === 'server') block.server.end = line
      if (block?.kind === 'location') block.location.end = line
    },
  })

  function ofHttp({ name, rest, line, raw }: Said): void {
    if (name === 'error_log') errorLog ??= errorLogOf(rest)
    if (name === 'error_page' && open.length === 1 && errorPages.length < mostSettings)
      errorPages.push(settingOf(line, raw))
  }

  function opened(name: string, rest: readonly string[], line: number, inside: Block | undefined): Block {
    const server = inside?.kind === 'server' || inside?.kind === 'location' ? inside.server : null
    if (name === 'server' && server === null && inside?.kind !== 'upstream') {
      const made = newServer(line)
      servers.push(made)
      return { kind: 'server', server: made }
    }
    if (name === 'location' && server !== null && locations < mostLocations) {
      locations += 1
      const location = newLocation(rest, line)
      server.locations.push(location)
      return { kind: 'location', location, server }
    }
    if (name === 'upstream') {
      const addresses: string[] = []
      upstreams.push({ name: (rest[0] ?? '').slice(0, longestName), addresses })
      return { kind: 'upstream', addresses }
    }
    return { kind: 'other' }
  }

  return {
    checksum,
    servers: servers.map(finished),
    upstreams,
    complete: ended && !cutOff && open.length === 0 && locations < mostLocations,
    ...(errorLog === null ? {} : { errorLog }),
    ...(errorPages.length === 0 ? {} : { errorPages }),
  }
}

/** `error_log /var/log/nginx/error.log notice`; without a level it is `error` (ngx_core, error_log). */
function errorLogOf([place = '', level]: readonly string[]): ErrorLog {
  return {
    place: place === 'stderr' || place === '/dev/stderr' || place === linked ? 'container' : 'elsewhere',
    level: errorLevels.find((it) => it === level) ?? 'error',
  }
}

/** rootfs/Dockerfile of ingress-nginx, build/Dockerfile of F5's: a link to /dev/stderr. */
const linked = '/var/log/nginx/error.log'

function hide(open: readonly Block[]): void {
  const around = open.findLast((it) => it.kind === 'location' || it.kind === 'server')
  if (around?.kind === 'location') around.location.hidden += 1
  if (around?.kind === 'server') around.server.hidden += 1
}

interface Said {
  readonly name: string
  readonly rest: readonly string[]
  readonly line: number
  readonly raw: string
}

function ofServer(server: MakingServer, said: Said): void {
  const { name, rest } = said
  if (name === 'server_name') for (const it of rest) server.serverNames.push(hostOf(it))
  if (name === 'listen' && rest.includes('ssl')) server.tls = true
  if (name === 'set' && rest[0] === '$resource_name') server.owner.name ??= rest[1] ?? null
  if (name === 'set' && rest[0] === '$resource_namespace') server.owner.namespace ??= rest[1] ?? null
  keep(server, said)
}

/** ingress-nginx writes `*.example.com` as an expression for one label (template.go, buildServerName). */
function hostOf(name: string): string {
  const some = name.slice(0, longestName)
  const head = '~^(?<subdomain>[\\w-]+)\\.'
  return some.startsWith(head) && some.endsWith('$') ? `*.${some.slice(head.length, -1).replaceAll('\\.', '.')}` : some
}

function ofLocation(location: Making, said: Said): void {
  const { name, rest } = said
  if (name === 'set') ofVariable(location, rest[0] ?? '', rest[1] ?? '')
  if (name === 'internal') location.internal = true
  if (name === 'rewrite') location.rewrite ??= rest[1] ?? null
  const timed = /^(?:proxy|grpc)_(connect|send|read)_timeout$/.exec(name)?.[1]
  if (timed === 'connect' || timed === 'send' || timed === 'read') location.timeouts[timed] = seconds(rest[0])
  // F5's locations name their upstream in the address.
  if (name === 'proxy_pass' || name === 'grpc_pass') {
    const target = /^(?:https?|grpcs?):\/\/([^/$]{1,300})/.exec(rest[0] ?? '')?.[1]
    if (target !== undefined && target !== 'upstream_balancer') location.upstream ??= target
  }
  keep(location, said)
}

/** The first of each counts: the template's stand before what a snippet may set. */
function ofVariable(location: Making, variable: string, value: string): void {
  const held = value.slice(0, longestName)
  if (variable === '$namespace') location.ingress ??= { namespace: held, name: '' }
  if (variable === '$ingress_name' && location.ingress?.name === '')
    location.ingress = { namespace: location.ingress.namespace, name: held }
  if (variable === '$resource_name') location.ingress ??= { namespace: '', name: held }
  if (variable === '$resource_namespace' && location.ingress?.namespace === '')
    location.ingress = { namespace: held, name: location.ingress.name }
  if (variable === '$service_name' || variable === '$service') location.service ??= held
  if (variable === '$service_port') location.servicePort ??= held
  // escapeLiteralDollar of the template.
  if (variable === '$location_path') location.declared ??= held.replaceAll('${literal_dollar}', '$')
  if (variable === '$proxy_upstream_name') location.upstream ??= held
}

function settingOf(line: number, raw: string): ConfSetting {
  return { line, setting: raw.length > longestText ? `${raw.slice(0, longestText)}…` : raw }
}

function keep(block: { settings: ConfSetting[]; hidden: number }, { name, rest, line, raw }: Said): void {
  const isKept = name === 'set' ? keptVariables.has(rest[0] ?? '') : keptSettings.has(name)
  if (isKept && block.settings.length < mostSettings) block.settings.push(settingOf(line, raw))
  else block.hidden += 1
}

function newServer(line: number): MakingServer {
  return {
    line,
    end: line,
    serverNames: [],
    tls: false,
    settings: [],
    hidden: 0,
    locations: [],
    owner: { namespace: null, name: null },
  }
}

function newLocation(rest: readonly string[], line: number): Making {
  const [first = '', second] = rest
  return {
    line,
    end: line,
    modifier: second === undefined ? '' : first.slice(0, 2),
    path: (second ?? first).slice(0, longestName),
    ingress: null,
    service: null,
    servicePort: null,
    declared: null,
    upstream: null,
    denied: null,
    timeouts: { connect: null, send: null, read: null },
    rewrite: null,
    internal: false,
    settings: [],
    hidden: 0,
  }
}

function finished({ owner, locations, ...server }: MakingServer): ConfServer {
  const { namespace, name } = owner
  const inherited = namespace === null || name === null ? null : { namespace, name }
  return {
    ...server,
    locations: locations.map((it) => {
      const own = it.ingress === null || it.ingress.name === '' ? null : it.ingress
      return { ...it, ingress: own ?? inherited, service: it.service === '' ? null : it.service }
    }),
  }
}

/** `60s`, `1m`, `500ms`, `60` (core/ngx_parse.c: ngx_parse_time). */
function seconds(text: string | undefined): number | null {
  const [, digits, unit] = /^(\d{1,9})(ms|s|m|h|d)?$/.exec(text ?? '') ?? []
  if (digits === undefined) return null
  const factors: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }
  return Number(digits) * (factors[unit ?? 's'] ?? 1)
}

function unquoted(text: string): string {
  return text.startsWith('"') && text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text
}
