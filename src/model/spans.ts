import type { Failure } from '../wire/jaeger-json/span.ts'

/** What traces of a tracing server, or of a file, say of calls: times by hop, never attributes. */
export interface Spans {
  readonly asked: SpansAsked
  /** Traces that were looked at, and of these the ones that nobody chose for being slow. */
  readonly traces: number
  readonly recent: number
  /** Of all: how many took at least `asked.slowMs` from end to end. */
  readonly slow: number
  readonly spans: number
  /** As many traces as were asked for came: there are more. */
  readonly isLimited: boolean
  /** How traces were chosen before they were kept, as their roots say; empty where none says. */
  readonly samplers: readonly string[]
  readonly doubts: SpanDoubts
  readonly hops: readonly Hop[]
  /** Slow traces without one slow call: many small ones are. */
  readonly scattered: readonly Scattered[]
  /** The trace that was asked about, or the slowest. */
  readonly slowest: readonly TracePath[]
  /**
   * Of a diagnosis of a cluster: what the names in traces are there. Absent where somebody asked about traces alone.
   */
  readonly places?: readonly TracedPlace[]
}

/** What bears a name of a trace in the cluster, in one namespace: Services, and the workloads behind them. */
export interface TracedPlace {
  readonly name: string
  readonly namespace: string
  readonly services: readonly string[]
  readonly workloads: readonly { readonly kind: string; readonly name: string }[]
  /** Where its pods are. */
  readonly nodes: readonly string[]
  /** Its traces were asked for. */
  readonly asked: boolean
  /** A span says its namespace, or which of its pods it is of; else the name alone does. */
  readonly sure: boolean
}

export interface SpansAsked {
  /** `a.json`, `http://jaeger:16686`, `Service tracing/jaeger-query`. */
  readonly where: string
  readonly service: string | null
  readonly trace: string | null
  readonly sinceMs: number | null
  readonly slowMs: number
  /** Whether slow traces were asked for by their length, so that one that was kept is not missed. */
  readonly byLength: boolean
}

/** What is wrong with the spans themselves, as counts. */
export interface SpanDoubts {
  /** Their parent is not in the trace: it was not sent, or not sampled. */
  readonly orphans: number
  /** Parents of each other. */
  readonly cycles: number
  readonly duplicates: number
  /** Calls whose two clocks do not fit: what came before the server is not told from what came after. */
  readonly skewed: number
  /** Without an id or a time. */
  readonly unread: number
  /** Answers of which the end is missing, and services that gave none. */
  readonly cutOff: number
}

/** `work`: in what is called. `before`, `after`: in the call, outside of the server's span; `between`: one of these. */
export const phases = ['work', 'dns', 'connect', 'pool', 'before', 'after', 'between', 'unseen'] as const
export type Phase = (typeof phases)[number]

/** All calls of one service to another, to a database or to whatever has no spans of its own. */
export interface Hop {
  /** null: from outside of what is traced. */
  readonly from: string | null
  readonly to: string
  readonly kind: 'service' | 'database' | 'messaging' | 'call'
  /** `postgresql`, where it says so. */
  readonly system: string | null
  readonly calls: number
  /** Where an error began, by what it was. */
  readonly failures: readonly SpanFailure[]
  readonly times: readonly PhaseTimes[]
  /** Most calls at a time that were under way, and that waited for a connection of the pool. */
  readonly busiest: number
  readonly waiting: number
}

export interface SpanFailure {
  /** `status`: an HTTP status says it. */
  readonly kind: Failure | 'status' | 'other'
  readonly status: number | null
  readonly count: number
  readonly trace: string
}

/** Time on the critical path of traces, in milliseconds. */
export interface PhaseTimes {
  readonly phase: Phase
  /** Calls that have any of it. */
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly max: number
  readonly sum: number
  /** Calls in which it reached `slowMs`; and of these, which took what a lost DNS query or a lost SYN costs. */
  readonly slow: number
  readonly dnsTeeth: number
  readonly synTeeth: number
  /** The longest: in which trace, in what, in whose pod. */
  readonly trace: string
  readonly operation: string
  readonly instance: string | null
}

/** What most of the time of such traces went to. */
export interface Scattered {
  readonly from: string | null
  readonly to: string
  readonly phase: Phase
  readonly traces: number
  /** Of the longest of them: its calls of this hop, their time together, and its own. */
  readonly calls: number
  readonly sum: number
  readonly ms: number
  readonly trace: string
}

export interface TracePath {
  readonly trace: string
  readonly ms: number
  readonly spans: number
  readonly failed: boolean
  /** The critical path, in the order of time; short steps are left out. */
  readonly steps: readonly PathStep[]
  readonly leftOutMs: number
}

export interface PathStep {
  readonly at: number
  readonly ms: number
  readonly from: string | null
  readonly to: string
  readonly phase: Phase
  readonly operation: string
}
