import ipaddr from 'ipaddr.js'

/*
 * What programs write when a connection of theirs fails. Their languages' libraries have few words for it, and these
 * stand in the middle of whatever the program says around them. Only words of who calls are taken: a server that
 * complains of its clients (`reset by peer`, `TLS handshake error from`) is answered by nobody.
 */

export const complaintKinds = [
  'refused',
  'timed-out',
  'no-host',
  'no-dns',
  'no-route',
  'closed',
  'tls',
  'no-source-port',
  'bad-port',
  'no-files',
  'no-space',
  'no-memory',
  'no-pool',
] as const

export type ComplaintKind = (typeof complaintKinds)[number]

/** Of a name: that it is not there, or that nobody said whether it is. */
export function isOfName(kind: ComplaintKind): boolean {
  return kind === 'no-host' || kind === 'no-dns'
}
/** What a program lacks itself: whom it would have called, or who called it, has no part in that. */
export const ownLacks: ReadonlySet<ComplaintKind> = new Set(['no-files', 'no-space', 'no-memory', 'no-pool'])

export interface Said {
  readonly kind: ComplaintKind
  readonly host: string | null
  readonly port: number | null
}

/** A stack trace in one line of JSON; what stands further behind is not the error. */
export const longestSaid = 4000

interface Sign {
  readonly kind: ComplaintKind
  readonly words: readonly string[]
  /** Said by servers of their clients as well: it counts with somebody who is called in the line. */
  readonly needsHost?: true
  /** The same, and words that only who calls uses are enough in place of somebody (`callers`). */
  readonly orCaller?: true
  /** One of these stands in the line as well. */
  readonly beside?: readonly string[]
  /** Words with which it is something else. */
  readonly butNot?: readonly string[]
}

/** In this order: a name that is not found is `dial tcp` as well, and a timeout while connecting is a timeout. */
const signs: readonly Sign[] = [
  {
    // accept, socket and getaddrinfo end so, where a program has as many descriptors as it may have (getrlimit(2)).
    kind: 'no-files',
    words: ['emfile', 'enfile', 'too many open files', 'no file descriptors available'],
    butNot: ['inotify', 'watch'],
  },
  {
    // EAI_AGAIN (getaddrinfo(3)): no answer in time, or an error of the server; Go says the latter in words of its own.
    kind: 'no-dns',
    words: ['eai_again', 'temporary failure in name resolution', 'server misbehaving', 'could not be resolved (110:'],
  },
  {
    // The same by musl's gai_strerror, and Go's resolver in its own time.
    kind: 'no-dns',
    words: ['try again', 'i/o timeout'],
    beside: ['getaddrinfo', 'gaierror', 'lookup address', 'dial tcp: lookup '],
  },
  {
    // ENOSPC of a disk, an emptyDir with a limit, or /dev/shm; of inotify it is another limit (inotify_add_watch(2)).
    kind: 'no-space',
    words: ['no space left on device', 'enospc', 'disk quota exceeded', 'could not resize shared memory'],
    butNot: ['inotify', 'watch'],
  },
  { kind: 'no-memory', words: ['cannot allocate memory', 'enomem', 'java.lang.outofmemoryerror'] },
  {
    // SQLAlchemy, HikariCP, Prisma, sqlx, knex, and psycopg2: connections are held by the program's own requests.
    kind: 'no-pool',
    words: [
      'connection pool exhausted',
      'queuepool limit of size',
      'connection is not available, request timed out',
      'timed out fetching a new connection from the connection pool',
      'pool timed out while waiting for an open connection',
      'timeout acquiring a connection',
    ],
  },
  {
    kind: 'no-host',
    words: [
      'no such host',
      'enotfound',
      'eai_noname',
      'eai_nodata',
      'name or service not known',
      'nodename nor servname',
      'no address associated with hostname',
      'name does not resolve',
      'could not resolve host',
      "couldn't resolve host",
      'could not translate host name',
      'failed to lookup address information',
      'failed to resolve',
      'host not found in upstream',
      'could not be resolved (',
      'unknownhostexception',
      'unknown mysql server host',
      'name resolution failed',
      'wget: bad address',
    ],
  },
  {
    kind: 'bad-port',
    words: ['err_socket_bad_port', 'port should be >= 0 and < 65536', 'options.port" should be', 'invalid port number'],
  },
  { kind: 'no-source-port', words: ['eaddrnotavail', 'cannot assign requested address', "can't assign requested"] },
  {
    kind: 'no-route',
    words: [
      'no route to host',
      'ehostunreach',
      'enetunreach',
      'network is unreachable',
      'host is unreachable',
      'noroutetohostexception',
    ],
  },
  { kind: 'refused', words: ['connection refused', 'econnrefused', 'actively refused'] },
  {
    kind: 'timed-out',
    words: [
      'i/o timeout',
      'etimedout',
      'connection timed out',
      'connect timed out',
      'connect timeout',
      'connecttimeout',
      'und_err_connect_timeout',
      'und_err_headers_timeout',
      'connection attempt timed out',
      'upstream timed out',
      'esockettimedout',
      'tls handshake timeout',
      'awaiting headers',
    ],
  },
  {
    kind: 'timed-out',
    words: ['context deadline exceeded', 'read timed out', 'request timed out', 'timeout of ', 'timed out'],
    needsHost: true,
  },
  {
    kind: 'closed',
    words: [
      'socket hang up',
      'other side closed',
      'und_err_socket',
      'remotedisconnected',
      'remote end closed connection',
      'server closed the connection unexpectedly',
      'upstream prematurely closed connection',
      'empty reply from server',
    ],
  },
  {
    // pg (lib/client.js), pg-pool, go-sql-driver, libmysqlclient (CR_SERVER_GONE_ERROR, CR_SERVER_LOST), redis-py.
    kind: 'timed-out',
    words: ['query read timeout', 'timeout exceeded when trying to connect', 'terminated due to connection timeout'],
  },
  {
    kind: 'closed',
    words: [
      'connection terminated unexpectedly',
      'server has gone away',
      'lost connection to mysql server',
      'driver: bad connection',
      'connection closed by server',
    ],
  },
  {
    kind: 'closed',
    words: [
      'econnreset',
      'connection reset by peer',
      'connection reset',
      'unexpected eof',
      ': eof',
      'connection closed by peer',
      'connection dropped',
      'connection is dropped',
      'connection was dropped',
      'connection lost',
    ],
    needsHost: true,
    orCaller: true,
  },
  {
    kind: 'tls',
    words: [
      'x509: ',
      'certificate verify failed',
      'unable to verify the first certificate',
      'self-signed certificate',
      'self signed certificate',
      'certificate has expired',
      'err_tls_cert_altname_invalid',
      'sslhandshakeexception',
      'pkix path building failed',
      'wrong version number',
      'does not look like a tls handshake',
      'server gave http response to https client',
    ],
    needsHost: true,
  },
]

/** What servers say of those who call them. */
const ofClients = ['handshake error from', 'while reading client', 'client closed', 'from client', 'client prematurely']

/** What who calls says around it, and no server of its clients: the words of pools and of what is asked for. */
const callers: ReadonlySet<string> = new Set(
  (
    'pool pool: query query: database database: db db: upstream upstream: backend backend: dependency redis redis: ' +
    'postgres postgres: mysql mysql: mongo mongo: kafka kafka: amqp amqp: broker broker: fetch request.get'
  ).split(' '),
)

/** Somebody who asks a reader like this one what it knows: the words are there, and nothing failed. */
const quiet = /"?(?:level|severity)"?[=:]\s?"?(?:debug|trace)\b/i

/**
 * What one line of a program's log says of a connection that failed; null: nothing. `hosts` tells of a bare word
 * before a port (`cart:8080`, `password:12345`) whether it is somebody who can be called. Linear; never throws.
 */
export function saidIn(line: string, hosts: ReadonlySet<string> = new Set()): Said | null {
  const text = line.slice(0, longestSaid)
  const low = text.toLowerCase()
  const found = signs.filter(
    ({ words, beside, butNot = [] }) =>
      words.some((it) => low.includes(it)) &&
      (beside === undefined || beside.some((it) => low.includes(it))) &&
      !butNot.some((it) => low.includes(it)),
  )
  if (found.length === 0 || quiet.test(text) || ofClients.some((it) => low.includes(it))) return null
  const called = calledIn(low, hosts) ?? (found.some((it) => isOfName(it.kind)) ? labelOf(low, found, hosts) : null)
  const isCaller = called === null && low.split(/[\s"'(),[\]]+/, 400).some((it) => callers.has(it))
  const sign = found.find((it) => it.needsHost !== true || called !== null || (it.orCaller === true && isCaller))
  // Whom it would have called has no part in that.
  if (sign !== undefined && ownLacks.has(sign.kind)) return { kind: sign.kind, host: null, port: null }
  return sign === undefined ? null : { kind: sign.kind, host: called?.host ?? null, port: called?.port ?? null }
}

interface Called {
  readonly host: string
  readonly port: number | null
}

/** Words after which a name stands that was to be called. */
const before: ReadonlySet<string> = new Set([
  'lookup',
  'getaddrinfo',
  'resolving',
  'enotfound',
  'eai_again',
  'econnrefused',
  'etimedout',
  'ehostunreach',
  'enetunreach',
  'host',
  'host name',
  'bad address',
  'upstream',
  'unknownhostexception',
  'failed to resolve',
  'resolve peer',
  'resolve member',
  'resolve node',
  'connect to',
  'server at',
  'mysql server on',
  'mysql server host',
])

/** What follows such a word in a sentence, and is nobody's name. */
const sentence: ReadonlySet<string> = new Set(
  (
    'is not for to the in on at of by failed failure error found name host address server port connection connect ' +
    'after before during within with without from into via by when then while until since because but this that it ' +
    'its no none null undefined unknown too many open files ms seconds than as if so all any each retry retrying ' +
    'timed unreachable unexpected unexpectedly prematurely and or while was getaddrinfo mysql client ' +
    'a an again attempt attempts giving up'
  ).split(' '),
)

/**
 * Numbers of errors, which libraries follow by an address and a port, and programs by words of their own; and what is
 * followed by an error as often as by a name.
 */
const errnos: ReadonlySet<string> = new Set([
  'getaddrinfo',
  'resolving',
  'econnrefused',
  'etimedout',
  'ehostunreach',
  'enetunreach',
])

function calledIn(low: string, hosts: ReadonlySet<string>): Called | null {
  const words = wordsOf(low)
  const all = [
    ...named(words, hosts),
    ...labelled(words, hosts),
    ...words.flatMap((it) => urlIn(it) ?? []),
    // `10.0.0.7:41234->10.96.0.9:80`: the other end.
    ...words.flatMap((it) => (it.includes(arrow) ? (authorityIn(it.slice(it.indexOf(arrow) + 1)) ?? []) : [])),
    ...words.flatMap((it) => bareIn(it, hosts) ?? []),
  ]
  const [first] = all
  if (first === undefined) return null
  // `could not connect to cart`, and the port further on in the line.
  return { ...first, port: first.port ?? portBehind(words) }
}

/** `api.example: Name or service not known`, `api.example could not be resolved (3: …)`: it stands before the words. */
function labelOf(low: string, found: readonly Sign[], hosts: ReadonlySet<string>): Called | null {
  const starts = found.flatMap((it) => it.words.map((one) => low.indexOf(one))).filter((it) => it > 0)
  const start = Math.min(...starts, low.length)
  // `java.net.UnknownHostException` is no name before a word.
  if (!/\s/.test(low.charAt(start - 1))) return null
  const word = wordsOf(low.slice(Math.max(0, start - 300), start)).at(-1) ?? ''
  const told = asCalled(word.replace(/:$/, ''), null)
  const isHost = told !== null && (hosts.has(told.host) || /\.[a-z][a-z0-9-]*$/.test(told.host))
  return isHost && !/(?:error|exception)$/.test(told.host) ? told : null
}

const arrow = '\u2192'

function wordsOf(text: string): readonly string[] {
  return text
    .replaceAll('->', arrow)
    .split(/[\s"'`,;()<>{}|\\=]+/)
    .filter((it) => it !== '')
    .slice(0, 400)
}

/** The word behind one of those after which a host stands. */
function named(words: readonly string[], hosts: ReadonlySet<string>): readonly Called[] {
  for (const [at, word] of words.entries()) {
    const last = [1, 2, 3].map((many) =>
      words
        .slice(Math.max(0, at - many), at)
        .join(' ')
        .replace(/[:.]$/, ''),
    )
    // `java.net.UnknownHostException`.
    last.push((last[0] ?? '').replace(/^.*\./, ''))
    if (at === 0 || !last.some((it) => before.has(it)) || sentence.has(word.replace(/:$/, ''))) continue
    const told = urlIn(word) ?? authorityIn(word) ?? asCalled(word.replace(/[:.]$/, ''), null)
    if (told === null) continue
    const isSure = told.port !== null || told.host.includes('.') || told.host.includes(':') || hosts.has(told.host)
    if (isSure || !last.slice(0, 1).some((it) => errnos.has(it))) return [told]
  }
  return []
}

const codes: ReadonlySet<string> = new Set(
  'etimedout econnrefused econnreset enotfound eai_again ehostunreach enetunreach'.split(' '),
)

const systemCalls: ReadonlySet<string> = new Set(['read', 'write', 'connect'])

/** `render: ETIMEDOUT after 3004 ms`: the name of somebody here, as the label of an error's code. */
function labelled(words: readonly string[], hosts: ReadonlySet<string>): readonly Called[] {
  return words.flatMap((word, at): readonly Called[] => {
    // `cart: read ECONNRESET`, by Node: what it was doing stands in between.
    const before = words[systemCalls.has(words[at - 1] ?? '') ? at - 2 : at - 1]
    const label = before?.endsWith(':') === true ? before.slice(0, -1) : undefined
    return label !== undefined && codes.has(word) && hosts.has(label) ? [{ host: label, port: null }] : []
  })
}

/** Of words in no place for hosts: an address with a port, or a name with one that somebody here has. */
function bareIn(word: string, hosts: ReadonlySet<string>): Called | null {
  const told = authorityIn(word)
  if (told === null || told.port === null) return null
  return ipaddr.isValid(told.host) || hosts.has(told.host) ? told : null
}

function portBehind(words: readonly string[]): number | null {
  const at = words.findIndex((it) => it === 'port' || it === 'port:')
  return at < 0 ? null : portOf(words[at + 1])
}

function portOf(text: string | undefined): number | null {
  const [, digits] = /^(\d{1,5})(?!\d)/.exec(text ?? '') ?? []
  const port = Number(digits ?? 0)
  return port > 0 && port < 65_536 ? port : null
}

const schemes: Readonly<Record<string, number>> = { http: 80, ws: 80, https: 443, wss: 443 }

/** Of `https://user:password@cart:8443/path` the host and the port, and nothing else. */
function urlIn(word: string): Called | null {
  const at = word.indexOf('://')
  if (at < 1 || at > 40) return null
  const scheme = /[a-z][a-z0-9+.-]{0,30}$/.exec(word.slice(0, at))?.[0] ?? ''
  const [authority = ''] = word.slice(at + 3).split(/[/?#]/, 1)
  const told = authorityIn(authority.slice(authority.lastIndexOf('@') + 1)) ?? null
  return told === null ? null : { ...told, port: told.port ?? schemes[scheme] ?? null }
}

/** `cart:80`, `10.0.0.1:80`, `[fd00::1]:80`, and what stands before a port that is none: `cart:80:` ends at it. */
function authorityIn(word: string): Called | null {
  const end = word.indexOf(']')
  if (word.startsWith('[') && end > 0) return asCalled(word.slice(1, end), portOf(word.slice(end + 2)))
  const [host = '', port] = word.split(':', 2)
  return asCalled(host, portOf(port))
}

/** `app.js:12`, `main.go:55`: a line of a program. */
const isSource = /\.(?:js|ts|mjs|cjs|go|py|java|kt|rb|rs|php|c|cc|cpp|cs|ex|scala|jsx|tsx)$/

function asCalled(host: string, port: number | null): Called | null {
  const bare = host.replace(/\.$/, '')
  if (ipaddr.IPv4.isValidFourPartDecimal(bare) || (bare.includes(':') && ipaddr.IPv6.isValid(bare)))
    return { host: bare, port }
  const isName = bare.length <= 253 && bare.split('.').every((it) => /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/.test(it))
  // A time of the day, a number of a line.
  return isName && /[a-z]/.test(bare) && !isSource.test(bare) ? { host: bare, port } : null
}
