import { type ConnectionPlace, connectionPlaces } from './connection-strings.ts'
import { namesSecret } from './secrets.ts'
import { type Speech, speechOf } from './speeches.ts'
import { tlsOfUrl } from './tls-in-urls.ts'
import { isUncalled } from './uncalled.ts'

/** Whom a program is told to call. `isTold`: the port stands there; else it is the scheme's, or null. */
export interface Destination {
  readonly host: string
  readonly port: number | null
  readonly isTold: boolean
  /** Of a URL of the web alone: such calls go to a proxy where the environment names one. */
  readonly scheme?: 'http' | 'https'
  /** A URL whose port stands there, or a server of a connection string: no bare word that may be anything. */
  readonly isUrl?: true
  /** What its scheme is carried by, where it is none of the web and says so: `udp://`, `tcp://`, `redis://`. */
  readonly over?: 'TCP' | 'UDP'
  /** Whether its scheme, which is none of the web, or its query asks for TLS. */
  readonly tls?: 'on' | 'off'
  /** It is looked up as an SRV record, of this port and protocol: `_grpc._tcp`. */
  readonly srv?: string
  /** What its scheme has it speak, where it is none of the web. */
  readonly speaks?: Speech
  /** Of a MongoDB URL, its `replicaSet`. */
  readonly replicaSet?: string
}

/** No object of the API is longer (etcd has 1.5 MiB): each address counts, and who keeps them has no endless room. */
const longestText = 2 * 2 ** 20
/** A company lists its networks and names in one variable. */
const longestExceptions = 64 * 1024

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const hostName = new RegExp(`^${label}(?:\\.${label}){0,8}\\.?$`)
/** `10.0.0.7`: an address by itself names nobody. */
const onlyNumbers = /^[\d.]+$/

/**
 * `DB_HOST`, libpq's `PGHOST`, `--db-host`, `KAFKA_BROKERS`: what such a name holds is a host even where it is one
 * bare word.
 */
const hostWords = [
  'host|hostname|hosts|addr|addrs|address|addresses|url|urls|uri|endpoint|endpoints|server|servers',
  'sentinel|sentinels|seeds|service|upstream|downstream|destination|backend|broker|brokers|target|peer|peers|dsn|api',
].join('|')
/** `-Djgroups.dns.query` (JGroups, DNS_PING) and `HAZELCAST_SERVICE_DNS` are names to look up. */
const ofHost = new RegExp(
  `(?:^|[_.-])(?:${hostWords})$|^-{0,2}D?jgroups[_.-]dns[_.-]query$|hazelcast[\\w.-]{0,40}service[_.-]dns$|` +
    '(?:^|[_.-])zookeeper[_.-]connect$|^(?:PG|MYSQL|REDIS|MONGO)HOST$',
  'i',
)

/** `zookeeperServers` is `zookeeper-Servers`. */
function namesHost(name: string): boolean {
  return ofHost.test(name.replace(/([a-z0-9])(?=[A-Z])/g, '$1-'))
}
/** Whether a variable of this name tells a host, an address or a URL of somebody to call. Linear; never throws. */
export function tellsHost(name: string): boolean {
  return name.length <= longestName && namesHost(name) && !namesSecret(name) && !isUncalled([name])
}

const longestName = 1000

const ports: Readonly<Record<string, number>> = {
  http: 80,
  ws: 80,
  https: 443,
  wss: 443,
}

/**
 * The hosts in what an environment variable or a flag of this name is set to: of URLs, of `host:port`, of lists of
 * them, and of a bare host where the name says that it is one. Nothing else of the text is kept: no user, no path, no
 * password, and of a variable that is named like a secret nothing at all. Linear; never throws.
 */
export function destinationsIn(name: string, text: string): readonly Destination[] {
  if (text.length > longestText || namesSecret(name) || isUncalled([name])) return []
  const connected = connectionPlaces(text).flatMap(ofConnection)
  if (connected.length > 0) return connected
  const isHost = namesHost(name)
  const words = wordsOf(text)
  const isData = ofData.test(name)
  const found = words.flatMap((word) => {
    const place = destinationOf(word, isHost)
    if (place === null) return []
    return isData && isOneName.test(word) && !isNothing.test(word) ? [{ ...place, isUrl: true as const }] : [place]
  })
  const more = holdsWords.test(name) ? destinationsInCommand(text.split(/[\s"']+/).filter((it) => it !== '')) : []
  const all = [...more.map(({ flag: _flag, ...it }) => it), ...found]
  const set = replicaSetIn(text.trim())
  const each = all.map((it) => (it.speaks === 'mongodb' ? { ...it, ...set } : it))
  return [...new Map(each.map((it) => [`${it.srv ?? ''} ${it.host}:${it.port}`, it])).values()]
}

/** `DB_HOST`, `CASSANDRA_SEEDS`: one bare word in it is a server's name, unless it says that there is none. */
const ofData = new RegExp(
  '(?:^|[_.-])(?:db|database|redis|valkey|mysql|mariadb|postgres|postgresql|pg|pgsql|mongo|mongodb|rabbit|rabbitmq|' +
    'amqp|kafka|memcached?|cassandra|scylla|es|elasticsearch|opensearch|nats|clickhouse|influxdb|zookeeper|zk)' +
    '[_.-](?:url[_.-]|seed[_.-])?(?:host|hosts|hostname|seeds)$',
  'i',
)
const isOneName = /^[a-z0-9][a-z0-9-]{0,62}$/
const isNothing = new RegExp(
  '^(?:none|null|nil|no|false|true|yes|off|on|disabled|unused|memory|sqlite|h2|local|internal|external|default|' +
    'example|test|dummy)$',
)

/** In capitals it is a machine's of a Windows network, which the nodes' own DNS may know by that word. */
function ofConnection({ host, port }: ConnectionPlace): readonly Destination[] {
  const name = host.toLowerCase()
  if (!isName(name)) return []
  return [{ host: name.replace(/\.$/, ''), port, isTold: port !== null, ...(name === host ? { isUrl: true } : {}) }]
}

/** Words of a command line in a variable: `JAVA_OPTS`, `JAVA_OPTS_APPEND`, `NODE_OPTIONS`, `CATALINA_OPTS`. */
const holdsWords = /^[A-Z][A-Z0-9_]{0,80}_(?:ARGS|OPTS|OPTIONS|FLAGS)(?:_APPEND)?$/

const isMember = /^-{0,2}(?:[a-z0-9][\w.:-]{0,62}=(?=[a-z][a-z0-9+.-]{0,31}:\/\/)|server\.\d{1,3}=)/i

/** A password may hold a comma or a space: of a text with a user in it, only the words that have the user whole. */
function wordsOf(text: string): readonly string[] {
  // `--initial-cluster etcd-0=http://etcd-0.etcd:2380,…`: members by their names; `-Dcors.origins=http://web:80`.
  const words = text
    .replace(xmlName, ' ')
    .split(/[\s,;"'|]+/)
    .flatMap(ofRange)
    .flatMap((it) => {
      const [member = ''] = isMember.exec(it) ?? []
      const key = member.slice(0, -1)
      return member !== '' && (isUncalled([key]) || namesSecret(key)) ? [] : [it.slice(member.length)]
    })
  if (!text.includes('@')) return words
  const whole = words.filter((it) => it.includes('@'))
  return [...whole, ...whole.slice(0, 1).flatMap((it) => besideUser(it, text))]
}

/** `http://minio-{0...3}.minio/data` (MinIO's expansion notation): the first and the last of them. */
function ofRange(word: string): readonly string[] {
  const [whole, first = '', last = ''] = /\{(\d{1,4})\.{3}(\d{1,4})\}/.exec(word) ?? []
  return whole === undefined ? [word] : [word.replace(whole, first), word.replace(whole, last)]
}

/** `xmlns:a="http://cart:80"` is a name that looks like an address (Namespaces in XML). */
const xmlName = /\bxmlns(?::[\w.-]{1,60})?\s{0,4}=\s{0,4}(?:"[^"\n]{0,1000}"|'[^'\n]{0,1000}')/g

/** `mongodb://u:p@a:1,b:2/db`: of a text with one user, what stands behind the user's `@` is no password's any more. */
function besideUser(first: string, text: string): readonly string[] {
  const at = text.indexOf('@')
  const [scheme] = /^[a-z][a-z0-9+.-]{0,31}:\/\//i.exec(first) ?? []
  if (scheme === undefined || text.includes('@', at + 1)) return []
  const [hosts = ''] = text.slice(at + 1).split(/[/?#\s"'|;]/, 1)
  return hosts
    .split(',')
    .slice(1)
    .map((it) => `${scheme}${it}`)
}

/** An address in place of a name. */
export interface AddressTold {
  readonly ip: string
  readonly port: number | null
}

/**
 * The IPv4 addresses that an environment variable of this name tells a program to call, as `destinationsIn` finds
 * names: of URLs, and bare where the name says that it is a host. No network, and none that stands for the machine
 * itself. Linear; never throws.
 */
export function addressesIn(name: string, text: string): readonly AddressTold[] {
  if (text.length > longestText || namesSecret(name) || isUncalled([name])) return []
  const isHost = namesHost(name)
  const words = wordsOf(text)
  const found = words.flatMap((word) => addressOf(word, isHost) ?? [])
  return [...new Map(found.map((it) => [`${it.ip}:${it.port}`, it])).values()]
}

function addressOf(word: string, isHost: boolean): AddressTold | null {
  const [, scheme, rest = ''] = /^(?:jdbc:)?(?:([a-z][a-z0-9+.-]{0,31}):\/\/)?([^]*)$/i.exec(word) ?? []
  if (scheme === undefined && (!isHost || /[@/]/.test(rest))) return null
  const [, ip = '', told] = /^(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?$/.exec(authorityOf(rest)) ?? []
  const bytes = ip.split('.').map(Number)
  if (bytes.length !== 4 || bytes.some((it) => it > 255)) return null
  const [first = 0] = bytes
  if (first === 0 || first === 127 || first >= 224) return null
  const port = told === undefined ? (ports[scheme?.toLowerCase() ?? ''] ?? null) : Number(told)
  return isPort(port) ? { ip: bytes.join('.'), port } : null
}

/** `--upstream=http://cart`, `--db-host cart`, `cart:80`: the hosts among a command's words, with the flags' names. */
export function destinationsInCommand(
  words: readonly string[],
): readonly (Destination & { readonly flag: string | null })[] {
  const told = words.map((word, at) => flagAt(words, word, at))
  const portsOf = new Map(told.map(({ name, value }) => [name, value]))
  return told.flatMap(({ dashes, name, value }) =>
    destinationsIn(name, value).map((it) => {
      const stem = /^(.*?)(?:host|hostname|addr|address)$/i.exec(name)?.[1]
      const port = it.port !== null || stem === undefined || stem === '' ? it.port : portIn(portsOf.get(`${stem}port`))
      return { ...it, port, flag: name === '' ? null : flagName(dashes, name, value) }
    }),
  )
}

function portIn(text: string | undefined): number | null {
  return /^\d{1,5}$/.test(text ?? '') && isPort(Number(text)) ? Number(text) : null
}

/** `--flag=value`, or a value with the flag that stands before it. */
function flagAt(words: readonly string[], word: string, at: number) {
  const [, own, flag, set] = /^(--?)([A-Za-z][\w.-]{0,63})(?:=([^]*))?$/.exec(word.slice(0, longestText)) ?? []
  if (flag !== undefined) return { dashes: own, name: flag, value: set ?? '' }
  const [, before, name] = /^(--?)([A-Za-z][\w.-]{0,63})$/.exec((words[at - 1] ?? '').slice(0, 80)) ?? []
  return { dashes: before, name: name ?? '', value: word }
}

/**
 * `-pX` of MySQL's is a flag with its value: behind one dash, only what names a host is a name for certain. Of a script
 * (`node -e`, `sh -c`, `--eval`) the flag tells nothing: what is called stands somewhere in it.
 */
function flagName(dashes: string | undefined, name: string, value: string): string | null {
  if ((name.length === 1 || takesScript.test(name)) && /[\s();]/.test(value)) return null
  return dashes === '--' || name.length === 1 || namesHost(name) ? `--${name}` : null
}

const takesScript = /^(?:eval|print|exec|execute|command|script|code)$/i

/**
 * A bare word is a host where the variable's name says so; with a port beside it, also where it can be nothing else:
 * `config.yaml` and `v1.2` are none.
 */
function destinationOf(told: string, named: boolean): Destination | null {
  const word = told.replace(ofGrpc, '')
  const [, how, port, over = '', rest = ''] = ofSrv.exec(word) ?? []
  if (how === undefined && port === undefined) return placeIn(word, named || word !== told)
  const place = placeIn(rest, named || how !== undefined || rest.includes('.svc'))
  if (place === null) return null
  if (port !== undefined) return { ...place, port: null, isTold: true, srv: `_${port}._${over}`.toLowerCase() }
  return place.isTold && how?.toLowerCase() === 'dns' ? { ...place, isUrl: true } : place
}

/**
 * Thanos, Mimir and Loki (thanos docs/service-discovery.md, DNS Service Discovery): `dns+HOST:PORT`, and SRV records by
 * `dnssrv+_PORT._tcp.HOST`. Such names stand by themselves elsewhere (RFC 2782).
 */
const ofSrv = /^(?:(dns|dnssrv|dnssrvnoa|srv)\+(?!\w{0,20}:\/\/))?(?:_([a-z0-9-]{1,63})\._(tcp|udp|sctp)\.)?([^]*)$/i

/** What they are carried by, besides those of the web; `statsd://`, `gelf://` and `syslog://` go by either. */
const overTcp = new RegExp(
  '^(?:tcp[46]?|wss?|grpcs?|h2c|tls|ssl|amqps?|rediss?|mongodb(?:\\+srv)?|postgres(?:ql)?|mysql|mariadb|' +
    'nats|kafka|ldaps?|mqtts?|clickhouse|ftp)$',
)

/** Of a store the scheme is its own: nobody's page has it. */
const ofStore = /^(?:amqps?|rediss?|postgres(?:ql)?|mysql|mariadb|nats|kafka|clickhouse|mongodb)$/

function ofScheme(scheme: string, rest: string, isTold: boolean): Partial<Destination> {
  const isWeb = scheme === 'http' || scheme === 'https'
  const tls = tlsOfUrl(scheme, rest)
  return {
    ...(isWeb ? { scheme } : {}),
    ...(isTold || ofStore.test(scheme) ? { isUrl: true as const } : {}),
    ...carriedBy(scheme),
    ...spokenBy(scheme),
    ...(tls === null ? {} : { tls }),
    ...(scheme === 'mongodb+srv' ? mongoSrv(rest) : {}),
  }
}

function spokenBy(scheme: string): Pick<Destination, 'speaks'> {
  const speaks = speechOf(scheme)
  return speaks === null ? {} : { speaks }
}

/** MongoDB, "Connection Strings", replicaSet: it stands behind the last of the servers, and is all of theirs. */
function replicaSetIn(text: string): Pick<Destination, 'replicaSet'> {
  const at = text.search(/^mongodb(?:\+srv)?:\/\//i) === 0 ? text.search(/[?&]replicaSet=/i) : -1
  const [, replicaSet] = (at === -1 ? null : /^[?&]\w{10}=([\w.-]{1,63})(?:&|$)/.exec(text.slice(at, at + 100))) ?? []
  return replicaSet === undefined ? {} : { replicaSet }
}

function carriedBy(scheme: string): Pick<Destination, 'over'> {
  if (overTcp.test(scheme)) return { over: 'TCP' }
  return /^udp[46]?$/.test(scheme) ? { over: 'UDP' } : {}
}

/** Drivers ask for `_mongodb._tcp.HOST` then, or by another name (MongoDB, "Connection Strings", srvServiceName). */
function mongoSrv(rest: string): Partial<Destination> {
  const [, name = 'mongodb'] = /[?&]srvServiceName=([a-z0-9-]{1,63})(?:&|$)/i.exec(rest.slice(0, 4000)) ?? []
  return { port: null, isTold: true, srv: `_${name.toLowerCase()}._tcp` }
}

/** gRPC's names of its resolvers (grpc/doc/naming.md): `dns:///cart.shop:9090`. */
const ofGrpc = /^(?:dns|passthrough):\/\/[^/]{0,255}\//i

/** `cart.shop.svc`, `db-0.db.shop.svc.cluster.local`: a name of this cluster's, whatever it is set to. */
const isWhole = /^(?:[^.]+\.){2,3}svc(?:\.|$)/
/**
 * `$(POD_NAME).redis.shop.svc`, `${HOSTNAME}.redis`, `.redis.shop.svc`: what stands before the Service is the pod's
 * own.
 */
const ofOwnName = /^(?:\$[({][a-z_]\w{0,80}[)}])?\.(?=[^.]+\.[^.]+\.svc(?:\.|$))/

function placeIn(word: string, isHost: boolean): Destination | null {
  const [, scheme, rest = ''] = /^(?:jdbc:)?(?:([a-z][a-z0-9+.-]{0,31}):\/\/)?([^]*)$/i.exec(word) ?? []
  const [, host = '', told] = /^([^:]+)(?::(\d{1,5}))?(?::\d{1,5})?$/.exec(authorityOf(rest)) ?? []
  const name = host.toLowerCase().replace(ofOwnName, '')
  if (!isName(name) || (scheme === undefined && !mayBePlace(rest, name, { isHost, isTold: told !== undefined })))
    return null
  const port = told === undefined ? (ports[scheme?.toLowerCase() ?? ''] ?? null) : Number(told)
  return isPort(port)
    ? {
        host: name.replace(/\.$/, ''),
        port,
        isTold: told !== undefined,
        ...(scheme === undefined ? {} : ofScheme(scheme.toLowerCase(), rest, told !== undefined)),
      }
    : null
}

/**
 * Of a word without a scheme. An e-mail address has a user too; a member of a quorum has a number: `0@kafka-0:9093`.
 */
function mayBePlace(rest: string, name: string, { isHost, isTold }: { isHost: boolean; isTold: boolean }): boolean {
  if (isWhole.test(name) || /^\d{1,5}@[^@]+:\d/.test(rest)) return true
  if (rest.includes('@')) return false
  return isHost || (isTold && name.includes('.svc'))
}

/**
 * The host of a proxy as `HTTP_PROXY` names it, a name or an IPv4 address, without its user and password. null where it
 * names none, or one in the pod itself. Linear; never throws.
 */
export function proxyHost(text: string): string | null {
  if (text.length > longestText) return null
  const [, rest = ''] = /^(?:[a-z][a-z0-9+.-]{0,31}:\/\/)?([^]*)$/i.exec(text.trim()) ?? []
  const host = authorityOf(rest)
    .replace(/:\d{1,5}$/, '')
    .toLowerCase()
  return hostName.test(host) && host !== 'localhost' && !host.startsWith('127.') ? host.replace(/\.$/, '') : null
}

/** The host and port of what stands behind a URL's scheme, without a user. */
function authorityOf(rest: string): string {
  // A password may hold a slash; a path holds no `@` that anybody would miss.
  return rest.slice(rest.lastIndexOf('@') + 1).split(/[/?#]/, 1)[0] ?? ''
}

/**
 * The names in a `NO_PROXY`, without the dot that some begin with (curl, Go and Python take `.svc` for all names that
 * end so), and with the port where one stands there: `cart:8080` excepts no other (httpproxy.Config, urllib). Addresses
 * are left out, since what is called by a name is not held against those. `*` is all names. null: too long to be read,
 * so that nobody knows. Linear; never throws.
 */
export function proxyExceptions(text: string): readonly string[] | null {
  if (text.length > longestExceptions) return null
  return text.split(/[\s,]+/).flatMap((word) => {
    if (word === '*') return ['*']
    const [, before = '', port = ''] = /^([^:]*)(:\d{1,5})?$/.exec(word.toLowerCase()) ?? []
    const name = before.replace(/^\*?\./, '')
    return isName(name) ? [`${name.replace(/\.$/, '')}${port}`] : []
  })
}

/**
 * The IPv4 addresses and ranges in a `NO_PROXY`, which Go, Python and curl (since 7.86) hold against calls by address.
 * Those of a text that is too long are not told apart from none: `proxyExceptions` says so. Linear; never throws.
 */
export function proxyRanges(text: string): readonly string[] {
  if (text.length > longestExceptions) return []
  return text.split(/[\s,]+/).flatMap((word) => {
    const [, address = '', bits = ''] = /^(\d{1,3}(?:\.\d{1,3}){3})(\/\d{1,2})?(?::\d{1,5})?$/.exec(word) ?? []
    const isOne = address.split('.').every((it) => Number(it) < 256) && Number(bits.slice(1)) <= 32
    return address !== '' && isOne ? [`${address}${bits}`] : []
  })
}

function isName(host: string): boolean {
  return hostName.test(host) && !onlyNumbers.test(host) && host !== 'localhost'
}

function isPort(port: number | null): boolean {
  return port === null || (port > 0 && port < 65_536)
}
