/** What a run tells while it goes on. Who listens decides what becomes of it: a line, a bar, a log, nothing. */
export type SessionEvent =
  /** What is going on; the next one takes its place. */
  | { readonly kind: 'step'; readonly line: string }
  /** What a reader must have seen: what is created in the cluster, what is asked of it, what was left out and why. */
  | { readonly kind: 'announce'; readonly line: string }
  /** What was made and was not seen to go: `pod default/hopscope-1a2b3c4d-node-1`. */
  | { readonly kind: 'left'; readonly what: readonly string[] }

export type Listener<E = SessionEvent> = (event: E) => void

/** Whoever calls a use-case: how it is stopped, and who listens. */
export interface Caller<E = SessionEvent> {
  /** Aborted when the run is no longer wanted: the step in hand is finished, and what was made is removed. */
  readonly signal: AbortSignal
  readonly tell: Listener<E>
  /**
   * Asked when all that a probe will do was announced and nothing is made yet; its signal is the run's own. false: the
   * run ends with what reading told. Without it whoever began the run has agreed to what it announces.
   */
  readonly consent?: (signal: AbortSignal) => Promise<boolean>
}

/** `step` as a function, for what takes only that. */
export function stepsOf(tell: Listener): (line: string) => void {
  return (line) => tell({ kind: 'step', line })
}
