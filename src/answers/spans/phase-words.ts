import type { Phase } from '../../model/spans.ts'
import type { ReadSpan } from '../../wire/jaeger-json/span.ts'
import { anyOf } from '../../wire/pattern.ts'

export type Waiting = Extract<Phase, 'dns' | 'connect' | 'pool'>

/**
 * How instrumentation calls what comes before a request: spans of otelhttptrace (http.dns, http.getconn), of Node's
 * dns, net and pg-pool, of .NET (DNS lookup, HTTP wait_for_connection, HTTP connection_setup), of JDBC, SQLAlchemy,
 * Prisma.
 */
const words: readonly (readonly [Waiting, RegExp])[] = [
  [
    'dns',
    new RegExp(
      anyOf(
        /^(?:http\.)?dns(?:[ ._-]?(?:lookup|resolve|query))?\b/,
        /^(?:dns\.)?lookup(?:service)?\b/,
        /getaddrinfo|^resolve host/,
      ),
    ),
  ],
  [
    'pool',
    new RegExp(
      anyOf(
        /\bpool\w*[._: -]{1,2}(?:connect|acquire|get|wait|checkout)/,
        /getconn|wait_for_connection|acquire[ _.-]?conn|checkout conn/,
      ),
    ),
  ],
  [
    'connect',
    new RegExp(
      anyOf(
        /^(?:http\.|tcp\.|net\.|tls\.|ipc\.|socket |db\.|pg\.|redis[.-]?|mongodb\.)?connect\b/,
        /connection_setup|^(?:http\.)?tls\b|handshake/,
      ),
    ),
  ],
]

/** What a span waits for, by its name; null for work. Of a server's span a name says nothing. */
export function waitingOf({ name, kind }: Pick<ReadSpan, 'name' | 'kind'>): Waiting | null {
  if (kind === 'server' || kind === 'consumer') return null
  return waitingNamed(name)
}

function waitingNamed(name: string): Waiting | null {
  const some = name.slice(0, 80).toLowerCase()
  return words.find(([, form]) => form.test(some))?.[0] ?? null
}

export interface Interval {
  readonly phase: Waiting
  readonly from: number
  readonly to: number
}

/**
 * The same told by events of a span: `http.dns.start` and `http.dns.done` of otelhttptrace; gRPC's two of its proposal
 * A72, from the start of the call. Where they overlap, the narrower comes first: a connection of the pool is got by
 * looking its name up.
 */
export function markedWaits({ marks, start }: Pick<ReadSpan, 'marks' | 'start'>): readonly Interval[] {
  const begun = new Map<string, number>()
  const found: Interval[] = []
  for (const { name, at } of marks) {
    const word = name.toLowerCase()
    const ended = /^(.{1,60})[._ ](?:done|end|finished|completed)$/.exec(word)?.[1]
    const phase = gRpc[word] ?? (ended === undefined ? null : waitingNamed(ended))
    const from = gRpc[word] === undefined ? begun.get(ended ?? '') : start
    if (phase !== null && from !== undefined && at > from) found.push({ phase, from, to: at })
    const starts = /^(.{1,60})[._ ](?:start|started|begin)$/.exec(word)?.[1]
    if (starts !== undefined) begun.set(starts, at)
  }
  return found.toSorted((a, b) => rank[a.phase] - rank[b.phase])
}

const gRpc: Readonly<Record<string, Waiting | undefined>> = Object.assign(Object.create(null), {
  'delayed name resolution complete': 'dns',
  'delayed lb pick complete': 'connect',
})

const rank: Readonly<Record<Waiting, number>> = { dns: 0, connect: 1, pool: 2 }
