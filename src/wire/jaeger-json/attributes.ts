import type { Failure, SpanTags } from './span.ts'

/** Texts and numbers by name, of a span or of its process. */
export type Attributes = ReadonlyMap<string, string | number | boolean>

const longest = 253
const longestMessage = 2000

function textOf(its: Attributes, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = its.get(name)
    if (typeof value === 'string' && value !== '') return value.slice(0, longest)
  }
  return null
}

function numberOf(its: Attributes, ...names: readonly string[]): number | null {
  for (const name of names) {
    const value = its.get(name)
    const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
    if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  }
  return null
}

/** The names of OpenTelemetry's semantic conventions, stable ones first, then those before 2023 and OpenTracing's. */
export function tagsOf(its: Attributes): SpanTags {
  const url = textOf(its, 'url.full', 'http.url')
  const place = url === null ? null : hostOf(url)
  return {
    db: textOf(its, 'db.system.name', 'db.system', 'db.type'),
    messaging: textOf(its, 'messaging.system'),
    peer:
      textOf(its, 'peer.service', 'server.address', 'net.peer.name', 'dns.question.name', 'peer.hostname') ??
      place?.host ??
      textOf(its, 'network.peer.address', 'net.sock.peer.addr', 'net.peer.ip'),
    port: numberOf(its, 'server.port', 'net.peer.port', 'network.peer.port') ?? place?.port ?? null,
    status: numberOf(its, 'http.response.status_code', 'http.status_code'),
    sampler: samplerOf(its),
  }
}

/** Of a URL nothing else is kept: user and password, path and query stay outside. */
function hostOf(url: string): { readonly host: string; readonly port: number | null } | null {
  if (!URL.canParse(url)) return null
  const { hostname, port } = new URL(url)
  return hostname === '' ? null : { host: hostname, port: port === '' ? null : Number(port) }
}

function samplerOf(its: Attributes): string | null {
  const type = its.get('sampler.type')
  const param = its.get('sampler.param')
  return typeof type === 'string' &&
    /^[a-z]{1,20}$/.test(type) &&
    (typeof param === 'number' || typeof param === 'boolean')
    ? `${type} ${param}`
    : null
}

/** The pod, or what else tells one process's clock from another's. */
export function instanceOf(its: Attributes): string | null {
  return textOf(its, 'k8s.pod.name', 'service.instance.id', 'host.name', 'hostname', 'ip')
}

/**
 * The namespace of its pod, as the SDK's detector or the collector's k8sattributes writes it
 * (opentelemetry.io/docs/specs/semconv/resource/k8s).
 */
export function namespaceOf(its: Attributes): string | null {
  return textOf(its, 'k8s.namespace.name')
}

/**
 * `SELECT shop.orders`, `GET /cart/*`: a name may be a whole statement or a whole path, with what a user typed in it.
 */
export function nameOf(name: string, tags: SpanTags): string {
  const some = name.slice(0, longest).split('?', 1)[0] ?? ''
  if (tags.db !== null) return /^[\w.:-]{1,40}(?: [\w.:"`-]{1,60})?/.exec(some)?.[0] ?? 'query'
  return some
    .split('/')
    .map((it) => (isOfOne(it) ? '*' : it))
    .join('/')
}

/** A part of a path that names one thing of many: a number, a hash, a UUID. */
function isOfOne(part: string): boolean {
  return part.length > 40 || (part.length > 2 && /\d{3}|^\d+$|@/.test(part))
}

const all: readonly (readonly [Failure, readonly (readonly string[])[]])[] = [
  [
    'dns',
    [
      ['no such host'],
      ['enotfound'],
      ['eai_again'],
      ['getaddrinfo'],
      ['name or service not known'],
      ['name resolution'],
      ['unknownhost'],
      ['nxdomain'],
      ['servfail'],
      ['dial ', 'lookup ', 'i/o timeout'],
    ],
  ],
  [
    'pool',
    [
      ['pool', 'timeout'],
      ['pool', 'timed out'],
      ['pool', 'exhaust'],
      ['pool', 'acquir'],
      ['pool', 'limit'],
      ['pool', 'full'],
      // HikariCP and node-postgres, word by word.
      ['connection is not available'],
      ['timeout exceeded when trying to connect'],
    ],
  ],
  ['refused', [['econnrefused'], ['connection refused']]],
  ['reset', [['econnreset'], ['connection reset'], ['broken pipe'], ['socket hang up'], ['epipe']]],
  ['tls', [['certificate'], ['x509'], ['tls'], ['ssl']]],
  ['timeout', [['timeout'], ['timed out'], ['etimedout'], ['deadline exceeded'], ['deadline_exceeded']]],
]

/** What messages of runtimes and drivers say; the messages themselves are not kept. */
export function failureIn(messages: readonly string[]): Failure | null {
  const text = messages
    .map((it) => it.slice(0, longestMessage))
    .join('\n')
    .slice(0, longestMessage)
    .toLowerCase()
  return all.find(([, ways]) => ways.some((words) => words.every((it) => text.includes(it))))?.[0] ?? null
}
