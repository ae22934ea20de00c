/** A container of a pod, by name: the next pod of a StatefulSet has the same name and another uid. */
export interface Place {
  readonly namespace: string
  readonly pod: string
  readonly uid: string
  readonly container: string
  readonly node: string | null
}

/** A line that a container wrote. */
export interface TailLine {
  readonly place: Place
  /** RFC 3339 with nanoseconds, by the clock of its node; empty where the server gave none. */
  readonly time: string
  readonly text: string
}

/** Why lines may be missing. */
export type GapWhy =
  /** The pod went away while the connection was broken. */
  | 'pod-gone'
  /** The kubelet had rotated the log before it was read on. */
  | 'rotated'
  /** More than one restart went by: only the last run before is kept. */
  | 'runs-unseen'
  /** It ended before the end of a log that is not followed: `detail` says why. */
  | 'cut-off'
  /** The end of the run before could not be read. */
  | 'run-unread'

export type TailMark =
  | { readonly kind: 'joined'; readonly place: Place }
  | { readonly kind: 'left'; readonly place: Place; readonly why: 'deleted' | 'finished' }
  | {
      readonly kind: 'restarted'
      readonly place: Place
      readonly run: number
      readonly exit: { readonly code: number | null; readonly reason: string | null } | null
    }
  | {
      readonly kind: 'gap'
      readonly place: Place
      readonly why: GapWhy
      /** Between the last line before and the first one after; null: not known. */
      readonly from: string | null
      readonly to: string | null
      readonly detail?: string
    }
  /** Its log is not read: refused, or no answer. */
  | { readonly kind: 'unread'; readonly place: Place; readonly detail: string }
  /** It waits until another container has left. */
  | { readonly kind: 'waiting'; readonly place: Place; readonly most: number }
