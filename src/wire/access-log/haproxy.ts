import { type AccessLine, numberIn, said, type SlotName, slots, statusIn, type Values } from './access-line.ts'
import { logTime } from './log-time.ts'
import { requestOf } from './nginx.ts'
import { type Part, type SlotKind, type Template, templateOf } from './template.ts'

/** HAProxy's `option httplog`, and that of the controller of HAProxy Technologies (documentation/annotations.md). */
export const haproxyFormats: readonly string[] = [
  '%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r',
  '%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs ' +
    '"%HM %[var(txn.base)] %HV"',
]

/** Of HAProxy's configuration manual, 8.2.6. */
const variables: Readonly<Record<string, readonly [slot: SlotName | null, kind: SlotKind]>> = {
  ci: ['client', 'address'],
  cp: [null, 'word'],
  tr: ['time', 'word'],
  trl: ['time', 'word'],
  t: ['time', 'word'],
  T: ['time', 'word'],
  ft: [null, 'word'],
  f: [null, 'word'],
  b: ['backend', 'word'],
  s: ['address', 'word'],
  TR: ['clientTime', 'word'],
  Tw: ['queue', 'word'],
  Tc: ['connect', 'word'],
  Tr: ['header', 'word'],
  Ta: ['total', 'word'],
  Tt: ['total', 'word'],
  ST: ['status', 'word'],
  B: ['bytes', 'word'],
  ts: ['flags', 'word'],
  tsc: ['flags', 'word'],
  rc: ['retries', 'word'],
  hr: [null, 'braces'],
  hs: [null, 'braces'],
  r: ['request', 'free'],
  HM: ['method', 'word'],
  HU: ['path', 'word'],
  HP: ['path', 'word'],
  HPO: ['path', 'word'],
  HV: [null, 'word'],
  ID: ['id', 'word'],
  'var(txn.base)': ['path', 'word'],
  'var(txn.host)': ['host', 'word'],
  'capture.req.method': ['method', 'word'],
  'capture.req.uri': ['path', 'word'],
  'capture.req.hdr(0)': ['host', 'word'],
  'req.hdr(host)': ['host', 'word'],
}

const variable = /%(?:\{([^{}]{0,40})\})?(?:\[([^[\]]{1,200})\]|([a-zA-Z]{1,4}))/g

/** A `log-format` of HAProxy. */
export function haproxyTemplate(format: string): Template | null {
  const plain = format.replaceAll('\\ ', ' ').replaceAll('\\"', '"')
  const parts: Part[] = []
  let areQuoted = false
  let at = 0
  for (const { 0: whole, 1: options = '', 2: expression, 3: name = '', index } of plain.matchAll(variable)) {
    parts.push(plain.slice(at, index))
    at = index + whole.length
    const isQuoted: boolean = quoting(options) ?? areQuoted
    // Sets an option for all that follow, and writes nothing.
    if (name === 'o') {
      areQuoted = isQuoted
      continue
    }
    const key = expression?.split(',', 1)[0] ?? name
    const [slot, kind] = Object.hasOwn(variables, key) ? (variables[key] ?? unknown) : unknown
    const quote = isQuoted && !unquoted.has(name) ? '"' : ''
    parts.push(quote, { slot, kind: quote !== '' && kind === 'word' ? 'free' : kind }, quote)
  }
  return templateOf(withoutDoubleBlanks([...parts, plain.slice(at)]), false)
}

/** HAProxy writes no blank at the beginning and no second one, also where what stands between two writes nothing. */
function withoutDoubleBlanks(parts: readonly Part[]): readonly Part[] {
  const all: Part[] = []
  let isBlank = true
  for (const part of parts) {
    if (typeof part !== 'string') {
      all.push(part)
      isBlank = false
    } else if (part !== '') {
      const text = part.replaceAll(/ +/g, ' ')
      const kept: string = isBlank ? text.trimStart() : text
      all.push(kept)
      if (kept !== '') isBlank = kept.endsWith(' ')
    }
  }
  return all
}

/** What was no HTTP has neither: then `<BADREQ>` stands for the request and for each part of it. */
function requested(values: Values): ReturnType<typeof requestOf> {
  const its = requestOf(values)
  return its.method === noRequest || its.path === noRequest ? { ...its, method: null, path: null } : its
}

const noRequest = '<BADREQ>'

/** `+Q` quotes, `-Q` takes it back; null where nothing of it is said. */
function quoting(options: string): boolean | null {
  if (options.includes('+Q')) return true
  return options.includes('-Q') ? false : null
}

/** Numbers, dates and the state at the end bear no quotes whatever is asked for (src/log.c, sess_build_logline). */
const unquoted: ReadonlySet<string> = new Set(
  (
    'B U ST ac bc fc sc rc bq sq cp bp fp sp lc pid rt ms t tr trl trg T Tl Ts ' +
    'TR Tw Tc Tr Ta Tt Tq Th Ti Td Tu ts tsc'
  ).split(' '),
)

const unknown = [null, 'free'] as const

/** What stood in the slots, as a request. */
export function haproxyLine(values: Values): AccessLine {
  const { method, path } = requested(values)
  const server = values[slots.address]
  const [client, queue, connect, header] = [
    values[slots.clientTime],
    values[slots.queue],
    values[slots.connect],
    values[slots.header],
  ].map((it) => numberIn(it))
  // `option logasap` writes a plus before times and sizes that go on.
  const total = numberIn(values[slots.total]?.replace('+', ''))
  const known = [client, queue, connect, header]
  const target = hostAndPath(said(values[slots.host]), path)
  return {
    kind: 'request',
    dialect: 'haproxy',
    at: values[slots.time] === undefined ? null : logTime(values[slots.time] ?? ''),
    client: said(values[slots.client]),
    method,
    ...target,
    status: statusIn(values[slots.status]),
    bytes: numberIn(values[slots.bytes]?.replace('+', '')),
    tries: server === undefined ? null : triesOf(server, connect ?? null, header ?? null),
    tells: { connect: values[slots.connect] !== undefined, header: values[slots.header] !== undefined },
    // A plus: sent to another server at last.
    retries: numberIn(values[slots.retries]?.replace('+', '')),
    spent: {
      total,
      client: client ?? null,
      queue: queue ?? null,
      connect: connect ?? null,
      header: header ?? null,
      body:
        total !== null && known.every((it) => typeof it === 'number')
          ? Math.max(0, total - known.reduce<number>((sum, it) => sum + (it ?? 0), 0))
          : null,
      upstream: null,
    },
    requestId: said(values[slots.id]),
    route: null,
    backend: said(values[slots.backend]),
    flags: values[slots.flags] ?? null,
    details: null,
  }
}

/** `<NOSRV>`: there was none to ask; `<STATS>`, `<lua.x>` and the like answer by themselves. */
function triesOf(server: string, connectMs: number | null, headerMs: number | null): AccessLine['tries'] {
  if (server.startsWith('<') || said(server) === null) return []
  return [{ address: server, status: null, bytes: null, ms: null, connectMs, headerMs }]
}

/** `txn.base` is the host with the path behind it. */
function hostAndPath(
  host: string | null,
  path: string | null,
): { readonly host: string | null; readonly path: string | null } {
  if (host !== null || path === null || path.startsWith('/')) return { host, path }
  const slash = path.indexOf('/')
  if (slash <= 0 || path.includes('://')) return { host, path }
  return { host: path.slice(0, slash), path: path.slice(slash) }
}
