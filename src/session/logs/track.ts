import type { AnswerLines, LogTime, Resume } from '../../answers/tail/resume.ts'
import type { GapWhy, Place, TailLine, TailMark } from '../../answers/tail/events.ts'
import type { Cluster } from '../../kube/cluster.ts'
import type { ContainerState } from './places.ts'

/** How long to wait for what. */
export interface Pace {
  /** Between two tries, from the first on; it doubles, with a random part. */
  readonly leastPauseMs: number
  readonly mostPauseMs: number
  /** The status of a pod lags behind its logs so far. */
  readonly lagMs: number
  /** A log that could not be read for so long is told of. */
  readonly patienceMs: number
}

export const usualPace: Pace = { leastPauseMs: 250, mostPauseMs: 10_000, lagMs: 4000, patienceMs: 10_000 }

export interface Following {
  readonly cluster: Pick<Cluster, 'logs' | 'get' | 'serverNow'>
  readonly place: Place
  /** It came after the following began: all of its runs are wanted. */
  readonly isNew: boolean
  /** It had begun when it was seen first. */
  readonly hasStarted: boolean
  /** What of the log that is there is wanted; null: all. */
  readonly first: { readonly tailLines?: number; readonly sinceSeconds?: number } | null
  /** What the pod's status says now; `gone`: there is no such pod any more. */
  readonly state: () => ContainerState | 'gone'
  /** What its status said at last, of a pod that is gone as well. */
  readonly lastState: () => ContainerState | null
  /** At the next change of it, after so long, or on abort of either signal. */
  readonly changed: (ms: number, until?: AbortSignal) => Promise<void>
  /** When the next request may be made. */
  readonly turn: () => Promise<void>
  readonly signal: AbortSignal
  readonly pace: Pace
  /** Waits until there is room for more. */
  readonly deliver: (line: TailLine) => Promise<void> | undefined
  readonly mark: (mark: TailMark) => void
}

/** What is known of one container while it is followed. */
export interface Track {
  readonly memory: Resume
  /** How many answers were taken up. */
  answers: number
  /** The first line of the first answer. */
  firstLine: LogTime | null
  /** By the API server's clock, in milliseconds. */
  openedFirst: number | null
  /** The restarts that were told of; null: not known yet. */
  run: number | null
  /** Nothing more is to come of the run: an answer ended, and one after it had no more. */
  isConfirmed: boolean
  readonly current: () => ContainerState | 'gone'
  readonly handOn: (line: { readonly time: string; readonly text: string }) => Promise<void>
  readonly gap: (why: GapWhy, from: LogTime | null, to: LogTime | null) => void
}

/** Whether a line is from before what was wanted at first. */
export function isBeforeFirst(at: LogTime | null, { firstLine }: Track, { first }: Following): boolean {
  if (first === null || firstLine === null || at === null) return false
  return at.second < firstLine.second || (at.second === firstLine.second && at.nanos < firstLine.nanos)
}

/** Takes a line up, if it is new and wanted. */
export async function takeUp(
  line: { readonly at: LogTime | null; readonly time: string; readonly text: string },
  its: AnswerLines,
  { track, it }: { readonly track: Track; readonly it: Following },
): Promise<boolean> {
  if (isBeforeFirst(line.at, track, it) || !its.take(line.at, line.text)) return false
  track.firstLine ??= line.at
  await track.handOn(line)
  return true
}

/** As `sinceTime`: what came after `ms`, and a little before, as clocks differ. */
export function sinceOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms - 2000).toISOString()
}
