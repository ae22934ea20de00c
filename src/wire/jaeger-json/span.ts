/**
 * One span, of either query API. Only what is named here is kept of its attributes: a statement, a header, a path with
 * its query or a message may hold anybody's secret, and no answer needs one.
 */
export interface ReadSpan {
  /** In hexadecimal, small letters; letters and digits whatever else it was. */
  readonly trace: string
  readonly id: string
  readonly parent: string | null
  /** The parent does not wait for it: FOLLOWS_FROM. */
  readonly follows: boolean
  readonly service: string
  /** Whose clock its times are of: pod, instance or host. */
  readonly instance: string | null
  /** Of Kubernetes, where its pod says it: two services of one name stand in two namespaces. */
  readonly namespace: string | null
  readonly name: string
  readonly kind: SpanKind
  /** Microseconds since 1970. */
  readonly start: number
  readonly micros: number
  readonly failed: boolean
  /** What the message of an error says went wrong, where it says so in known words. */
  readonly failure: Failure | null
  readonly tags: SpanTags
  /** Its events, by name. */
  readonly marks: readonly { readonly name: string; readonly at: number }[]
  /** The tracing server moved it, since its clock and its parent's do not fit. */
  readonly moved: boolean
}

export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal'

export const failures = ['pool', 'dns', 'refused', 'reset', 'tls', 'timeout'] as const
export type Failure = (typeof failures)[number]

export interface SpanTags {
  /** `postgresql`, `redis`. */
  readonly db: string | null
  readonly messaging: string | null
  /** Who is called: a host name or an address, or the service that the caller takes it for. */
  readonly peer: string | null
  readonly port: number | null
  /** Of HTTP. */
  readonly status: number | null
  /** `probabilistic 0.001`: how the trace was chosen. */
  readonly sampler: string | null
}

/** What was read of one answer or file. */
export interface TracesRead {
  readonly spans: readonly ReadSpan[]
  readonly end: 'whole' | 'cut-off' | 'not-json' | 'no-traces'
  /** What the server says went wrong: an HTTP status in its own words. */
  readonly refused: number | null
  /** Spans without an id or a time, and those past the bound. */
  readonly unread: number
}

/** Kept of one answer: some 200 MB. Jaeger's own page gives up on far smaller traces. */
export const mostSpans = 200_000
