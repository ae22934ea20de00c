import { type Setting, settingsIn, type Syntax } from './config-lines.ts'
import type { Listen, ListenHost } from './listens.ts'
import { anyOf } from './pattern.ts'

/** Servers whose files say where they listen. */
export type ConfigKind = keyof typeof servers

/** Where a file tells its server to listen, with the line. */
export type ConfigListen = Pick<Listen, 'by' | 'host' | 'port' | 'portBy' | 'isDefault' | 'only'> & {
  readonly line: number
}

interface Server {
  readonly syntax: Syntax
  /** The paths from which the program, or the image that most use, reads it unasked. */
  readonly reads: RegExp
  /** What such a file is called where the command line names it. */
  readonly named: RegExp
  readonly port: number
  readonly sections?: RegExp
  readonly hosts: RegExp
  /** Set to true it goes before the host's. */
  readonly all?: RegExp
  /** Absent where the host's own setting holds it. */
  readonly ports?: RegExp
  /** It listens on the loopback where its file says nothing. */
  readonly isLocal?: true
}

const never = /^(?!)/

/**
 * By their own manuals: redis.conf(5), PostgreSQL "Connections and Authentication" (`listen_addresses` is localhost
 * where nothing sets it), MySQL "Server System Variables", MongoDB "Configuration File Options" (net), RabbitMQ
 * "Networking", mosquitto.conf(5), ngx_http_core_module `listen`, httpd mod_mpm_common `Listen`, HAProxy `bind`, Spring
 * Boot "Common Application Properties", Grafana "Configure", Elasticsearch "Networking".
 */
const servers = {
  redis: {
    syntax: 'words',
    reads: /^\/opt\/bitnami\/(?:redis|valkey)\/(?:mounted-)?etc\/(?:redis|valkey)\.conf$/,
    named: /(?:redis|valkey)[^/]*\.conf$/,
    port: 6379,
    hosts: /^bind$/i,
    ports: /^port$/i,
  },
  postgres: {
    syntax: 'ini',
    reads: /^(?:\/var\/lib\/postgresql\/data|\/opt\/bitnami\/postgresql\/conf(?:\/conf\.d)?)\/[^/]+\.conf$/,
    named: /postgres[^/]*\.conf$/,
    port: 5432,
    hosts: /^listen_addresses$/i,
    ports: /^port$/i,
    isLocal: true,
  },
  mysql: {
    syntax: 'ini',
    reads: new RegExp(
      anyOf(
        /^\/etc\/(?:mysql\/)?my\.cnf$/,
        /^\/etc\/(?:mysql\/(?:conf|mysql\.conf|mariadb\.conf)|my\.cnf)\.d\/[^/]+\.cnf$/,
        /^\/opt\/bitnami\/(?:mysql|mariadb)\/conf\/my(?:_custom)?\.cnf$/,
      ),
    ),
    named: /\.cnf$/,
    port: 3306,
    sections: /^(?:mysqld|mariadbd?|server)(?:-[\d.]+)?$/,
    hosts: /^bind[-_]address$/,
    ports: /^port$/,
  },
  mongod: {
    syntax: 'yaml',
    reads: never,
    named: /mongo[^/]*\.(?:conf|ya?ml)$/,
    port: 27_017,
    hosts: /^net\.bindIp$/,
    all: /^net\.bindIpAll$/,
    ports: /^net\.port$/,
  },
  rabbitmq: {
    syntax: 'ini',
    reads: /^\/etc\/rabbitmq\/(?:rabbitmq\.conf|conf\.d\/[^/]+\.conf)$/,
    named: /rabbitmq[^/]*\.conf$/,
    port: 5672,
    hosts: /^listeners\.tcp\.\w+$/,
  },
  mosquitto: {
    syntax: 'words',
    reads: /^\/mosquitto\/config\/mosquitto\.conf$/,
    named: /mosquitto[^/]*\.conf$/,
    port: 1883,
    hosts: /^(?:listener|port)$/,
  },
  nginx: {
    syntax: 'words',
    reads: /^\/etc\/nginx\/(?:nginx\.conf|conf\.d\/[^/]+\.conf|templates\/default\.conf\.template)$/,
    named: /nginx[^/]*\.conf$/,
    port: 80,
    hosts: /^listen$/,
  },
  httpd: {
    syntax: 'words',
    reads: /^\/usr\/local\/apache2\/conf\/httpd\.conf$/,
    named: /httpd[^/]*\.conf$/,
    port: 80,
    hosts: /^listen$/i,
  },
  haproxy: {
    syntax: 'words',
    reads: /^\/usr\/local\/etc\/haproxy\/haproxy\.cfg$/,
    named: /haproxy[^/]*\.cfg$/,
    port: 80,
    hosts: /^bind$/,
  },
  spring: {
    syntax: 'yaml',
    reads: /\/config\/application\.ya?ml$/,
    named: /application\.ya?ml$/,
    port: 8080,
    hosts: /^server\.address$/,
    ports: /^server\.port$/,
  },
  springProperties: {
    syntax: 'ini',
    reads: /\/config\/application\.properties$/,
    named: /application\.properties$/,
    port: 8080,
    hosts: /^server\.address$/,
    ports: /^server\.port$/,
  },
  grafana: {
    syntax: 'ini',
    reads: /^\/etc\/grafana\/grafana\.ini$/,
    named: /grafana[^/]*\.ini$/,
    port: 3000,
    sections: /^server$/,
    hosts: /^http_addr$/,
    ports: /^http_port$/,
  },
  elasticsearch: {
    syntax: 'yaml',
    reads: /^\/usr\/share\/elasticsearch\/config\/elasticsearch\.yml$/,
    named: never,
    port: 9200,
    hosts: /^(?:network|http)\.host$/,
    ports: /^http\.port$/,
  },
} as const satisfies Readonly<Record<string, Server>>

/** Which server reads a mounted file. `isGuess`: by a path that depends on where the program was started. */
interface ConfigOf {
  readonly kind: ConfigKind
  readonly isGuess: boolean
  /** The command line names it: no other file comes before or behind it but those it includes. */
  readonly isNamed: boolean
}

/** Who reads a file at a path, by the words of the command line and the paths that programs read. */
export function configOf(path: string, words: readonly string[]): ConfigOf | null {
  if (path.length > 400) return null
  const isNamed = words.some((it) => it.length < 100_000 && namesPath(it, path))
  for (const kind of kinds) {
    const { reads, named } = servers[kind]
    if (isNamed && named.test(path)) return { kind, isGuess: false, isNamed }
    if (reads.test(path)) return { kind, isGuess: kind.startsWith('spring'), isNamed }
  }
  return null
}

const kinds = Object.keys(servers).filter((it): it is ConfigKind => Object.hasOwn(servers, it))

/** `--config=/x/y.conf`, `-c config_file=/x/y.conf`, `redis-server /x/y.conf`, and within a script. */
function namesPath(word: string, path: string): boolean {
  const at = word.indexOf(path)
  return at !== -1 && !/[\w/.-]/.test(word[at - 1] ?? ' ') && !/[\w/.-]/.test(word[at + path.length] ?? ' ')
}

/**
 * Where the file of a server tells it to listen; empty where it says nothing, or what nobody can tell (a variable, a
 * profile, a file that it includes). Linear; never throws.
 */
export function listensInConfig({ kind, isNamed }: Omit<ConfigOf, 'isGuess'>, text: string): readonly ConfigListen[] {
  const server: Server = servers[kind]
  const settings = settingsIn(server.syntax, text).filter((it) => server.sections?.test(it.section) ?? true)
  // Another file, or a server of settings, may say otherwise.
  if (kind.startsWith('spring') && settings.some(({ key }) => isProfile.test(key))) return []
  if (kind !== 'nginx' && includesIn(settings).length > 0) return []
  if (server.ports === undefined) return placesOf(kind, settings)
  const [host, port] = [server.hosts, server.ports].map((of) => settings.findLast((it) => of.test(it.key)))
  const told = port === undefined ? null : portOf(port.value)
  if (port !== undefined && told === null) return []
  const all = settings.findLast((it) => server.all?.test(it.key) === true && it.value === 'true')
  if (all !== undefined) return [{ by: all.key, host: '0.0.0.0', port: told ?? server.port, line: all.line }]
  const portBy = port === undefined || host === undefined ? {} : { portBy: port.key }
  if (host !== undefined) {
    const on = hostOf(host.value)
    const place = { by: host.key, host: on, port: told ?? server.port, ...portBy, line: host.line }
    return on === null ? [] : [{ ...place, host: on, ...onlyOf(kind, host.value) }]
  }
  if (server.isLocal === true && isNamed)
    return [{ by: 'listen_addresses', host: 'localhost', port: told ?? server.port, isDefault: true, line: 1 }]
  return port === undefined ? [] : [{ by: port.key, host: null, port: told, line: port.line }]
}

/** Those whose one setting has both, as often as they like. One that can't be read leaves all of them open. */
function placesOf(kind: ConfigKind, settings: readonly Setting[]): readonly ConfigListen[] {
  const server: Server = servers[kind]
  const all = settings.filter((it) => server.hosts.test(it.key))
  const read = all.map(({ key, value, line }) => {
    const [first = '', second = ''] = (value.split(';', 1)[0] ?? '').split(/\s+/, 2)
    if (/^(?:unix|abns)[:@/]|^\//.test(first)) return null
    const only = kind === 'nginx' ? ofNginx(first, value) : {}
    if (kind !== 'mosquitto') return { ...placeOf(first, server.port), ...only, by: key, line }
    const isEvery = second === '' || hostOf(second) === null
    return { host: isEvery ? ('0.0.0.0' as const) : hostOf(second), port: portOf(first), by: key, line }
  })
  const places = read.flatMap((it) => it ?? [])
  // Since 2.0: without a listener it serves its own machine alone.
  if (kind === 'mosquitto' && all.length === 0)
    return [{ by: 'mosquitto', host: 'localhost', port: server.port, isDefault: true, line: 1 }]
  return places.some((it) => it.port === null) ? [] : places
}

/** `listen 80` and `*:80` are of IPv4, `[::]:80` of IPv6 unless `ipv6only=off` (ngx_http_core_module, listen). */
function ofNginx(first: string, value: string): Pick<ConfigListen, 'only'> {
  if (!first.startsWith('[')) return { only: 'IPv4' }
  return /\bipv6only=off\b/.test(value.slice(0, 1000)) ? {} : { only: 'IPv6' }
}

/** Servers that take `0.0.0.0` as every address of IPv4, by their manuals. */
const takesLiterally: ReadonlySet<ConfigKind> = new Set(['redis', 'postgres', 'mysql'])

function onlyOf(kind: ConfigKind, value: string): Pick<ConfigListen, 'only'> {
  const each = value.split(/[\s,]+/, 20).map((it) => it.replace(/^[-"'[]+|[\]"';]+$/g, ''))
  const others = each.filter((it) => localOf(it.toLowerCase()) === null)
  return takesLiterally.has(kind) && others.length > 0 && others.every((it) => it === '0.0.0.0') ? { only: 'IPv4' } : {}
}

/** What an nginx.conf includes that may hold servers. Linear; never throws. */
export function includesOf(text: string): readonly string[] {
  return includesIn(settingsIn('words', text)).map((it) => it.split(';', 1)[0] ?? '')
}

function includesIn(settings: readonly Setting[]): readonly string[] {
  return settings.flatMap(({ key, value }) => (isInclude(key) && !isHarmless.test(value) ? [value] : []))
}

/** nginx's `include`, PostgreSQL's `include_dir`, MySQL's `!includedir`, mosquitto's `include_dir`. */
function isInclude(key: string): boolean {
  return /^!?include/i.test(key)
}

const isProfile = /^spring\.(?:config|profiles|cloud\.config)\./

/** They hold no `listen`. */
const isHarmless = /mime\.types|_params\b|fastcgi\.conf|\/modules\//

function placeOf(text: string, usual: number): Pick<ConfigListen, 'host' | 'port'> {
  if (/^\d+$/.test(text)) return { host: '0.0.0.0', port: portOf(text) }
  const [, host = '', port] = /^(\[[\da-f:.]{0,45}\]|[^:]*)(?::([^:]*))?$/i.exec(text) ?? []
  const on = host === '' ? '0.0.0.0' : hostOf(host)
  return on === null ? { host: null, port: null } : { host: on, port: port === undefined ? usual : portOf(port) }
}

function portOf(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port > 0 && port < 65_536 ? port : null
}

/** Of a list: every one has to be the machine's own. null: a variable, which nobody can read here. */
function hostOf(value: string): ListenHost | null {
  const each = value.split(/[\s,]+/, 20).map((it) => it.replace(/^[-"'[]+|[\]"';]+$/g, '').toLowerCase())
  if (each.some((it) => /[$%{}]/.test(it))) return null
  const own = each.flatMap((it) => localOf(it) ?? [])
  return own.length < each.length ? '0.0.0.0' : (own[0] ?? null)
}

function localOf(text: string): ListenHost | null {
  if (text === 'localhost' || text === '_local_') return 'localhost'
  if (text === '::1') return '::1'
  return /^127(?:\.\d{1,3}){3}$/.test(text) ? '127.0.0.1' : null
}
