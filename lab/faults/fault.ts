import type { Lab } from '../lab.ts'

/** One way to break the lab's cluster, with what a diagnosis of it has to say. */
export interface Fault {
  /** Kebab-case, and the name of its file. */
  readonly name: string
  /**
   * A control breaks nothing, but looks as if: a diagnosis must not fall for it. A risk breaks nothing that anybody
   * need notice: a diagnosis names it first, for information, and finds nothing worse.
   */
  readonly kind: 'fault' | 'risk' | 'control'
  /** What it breaks, in one line. */
  readonly breaks: string
  /** What a user would report. */
  readonly symptom: string
  /** The known root cause; null for controls. `subject` is a subject key, `*` in it stands for a generated name. */
  readonly cause: { readonly code: string; readonly subject: string } | null
  /** Who it meets: faults whose reach does not overlap may run side by side. */
  readonly reach: Reach
  /** Extra arguments for `hopscope diagnose`. */
  readonly diagnose: readonly string[]
  /** Why it can't be made on this machine, in one line; null when it can. Absent = always can. */
  unavailable?(lab: Lab): Promise<string | null>
  /** Idempotent; returns when the fault is really in effect. */
  inject(lab: Lab): Promise<void>
  /** Idempotent; returns when it is really gone. What a namespace fault made stays, repaired. */
  takeBack(lab: Lab): Promise<void>
  /** Idempotent; takes back, and deletes what the fault made for itself. */
  remove(lab: Lab): Promise<void>
}

export type Reach =
  | { readonly kind: 'cluster' }
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'namespace'; readonly namespace: string }
