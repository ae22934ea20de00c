import type { CoreDnsWindow } from './counters.ts'

/** What clients saw of one step of the load. Times in milliseconds. */
export interface ClientView {
  readonly sent: number
  readonly answered: number
  readonly refused: number
  readonly lost: number
  readonly p50: number
  readonly p99: number
  readonly ms: number
}

/** One server over one step: its own metrics, and its CPU limit in millicores where it has one. */
export interface ServerView extends CoreDnsWindow {
  readonly cpuLimitMilli: number | null
}

export interface LoadStep {
  /** Queries a second that were to be sent; 0 for the look around before the load. */
  readonly asked: number
  readonly load: ClientView
  /** A few queries a second that stand for the other clients: never held back by the load. */
  readonly canary: ClientView
  readonly servers: readonly ServerView[]
  /** Share of moments at which queries were due and all slots waited for the server. */
  readonly held: number
  /** Milliseconds for which the CPU limit of the load's own pod stopped it; null where the kernel does not say. */
  readonly throttledMs: number | null
  /** How late that pod got the CPU, at the 99th percentile: what it measured can't be finer. */
  readonly lagMs: number
}

/**
 * How a load ended. `reached`: the target was carried. `saturated`: more asked gave no more answers, and nothing was
 * lost. `harm`: the first sign of it. `client`: the load's own pod could do no more. `blind`: no metrics to watch by.
 */
export interface LoadEnd {
  readonly kind: 'reached' | 'saturated' | 'harm' | 'client' | 'blind' | 'out-of-time'
  readonly why: string
  /** Queries a second that were answered without loss and within the bound; 0 when no step was. */
  readonly carried: number
  readonly queries: number
}
