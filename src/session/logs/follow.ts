import { setTimeout as sleep } from 'node:timers/promises'
import { type LogTime, type Resume, resuming, timedLine } from '../../answers/tail/resume.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { pods } from '../../kube/resources.ts'
import type { Why } from '../../model/known.ts'
import { type ContainerState, podSeen } from './places.ts'
import type { GapWhy, Place, TailLine, TailMark } from '../../answers/tail/events.ts'

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

/** One answer of the API server, until it ended. */
interface Answered {
  readonly how: 'whole' | 'broken'
  /** What broke it off. */
  readonly why: string | null
  /** A last line without its end: cut off, or the last words of a container. */
  readonly rest: string | null
}

interface Fresh extends ContainerState {
  readonly hasEnded: boolean
}

interface Read extends Answered {
  /** How many were handed on. */
  readonly lines: number
  /** It may be of the next pod of that name. */
  readonly isOther: boolean
}

/** Lines of a run that has ended, as they were kept. */
interface Kept {
  readonly at: LogTime | null
  readonly time: string
  readonly text: string
}

/**
 * Follows one container until its pod is gone or has ended, or on abort: over connections that break, restarts and
 * rotation, each line once. What can't be made up for is marked as a gap.
 *
 * The log's URL names a pod and a container, and no uid and no run: an answer may be of the next one already, while the
 * status still tells of the one before. So an answer is taken up only if the pod has the same uid after it began; and
 * after a restart the log of the run before is read (`previous`), and whether an answer was of that run or of the next
 * is told by its first line.
 */
export async function followContainer(it: Following): Promise<void> {
  const { place, signal, pace } = it
  const resume = resuming()
  /** What stood when the answer in hand began, and the first line of it. */
  const answer: { before: Resume | null; first: string | null } = { before: null, first: null }
  let run: number | null = null
  let openedFirst: number | null = null
  /** Nothing more is to come of this run: an answer ended, and one after it had no more. */
  let isConfirmed = false
  let end: Answered['how'] = 'broken'
  let hasStarted = it.hasStarted
  let latest: ContainerState | null = null
  let pause = pace.leastPauseMs
  /** Since when it can't be read. */
  let failing: { readonly since: number; readonly isTold: boolean } | null = null
  let suspect: { readonly from: LogTime | null; readonly to: string | null; readonly at: number } | null = null

  const rest = async (ms: number): Promise<void> => it.changed(ms * (0.5 + Math.random() / 2))

  /** The status, by what was watched or asked for last. */
  const current = (): ContainerState | 'gone' => {
    const state = it.state()
    return state !== 'gone' && latest !== null && latest.run > state.run ? latest : state
  }

  while (!signal.aborted) {
    const state = current()
    const next = state === 'gone' ? left('deleted') : await prepare(state)
    if (next === 'left') return
    if (next === 'again' || signal.aborted) continue
    const got = await readOn()
    if (signal.aborted) return
    if ((await ('reason' in got ? unanswered(got) : answered(got))) === 'left') return
  }

  /** What is to be done before the log is asked for. */
  async function prepare(state: ContainerState): Promise<'ask' | 'again'> {
    hasStarted ||= state.phase !== 'waiting' || state.exit !== null
    if (state.phase === 'waiting' && (run === null ? state.exit === null : state.run === run)) {
      await it.changed(30_000)
      return 'again'
    }
    if (run !== null && state.run > run) await previousRun(state, 'ended')
    if (run === null && it.isNew && state.run > 0) await earlierRun(state)
    run ??= state.run
    await it.turn()
    return 'ask'
  }

  async function pauseMore(): Promise<'again'> {
    await rest(pause)
    pause = Math.min(pace.mostPauseMs, pause * 2)
    return 'again'
  }

  /** It is tried for ever; whoever waits for lines is told that there are none because of this. */
  function couldNotRead(detail: string): void {
    failing ??= { since: performance.now(), isTold: false }
    if (failing.isTold || performance.now() - failing.since < pace.patienceMs) return
    failing = { ...failing, isTold: true }
    it.mark({ kind: 'unread', place, detail })
  }

  async function unanswered({ reason, detail }: Why): Promise<'left' | 'again'> {
    if (reason === 'forbidden') {
      it.mark({ kind: 'unread', place, detail })
      return 'left'
    }
    if (reason === 'not-there' && (it.state() === 'gone' || isGone(await fresh()))) return left('deleted')
    couldNotRead(detail)
    return pauseMore()
  }

  async function answered(got: Read): Promise<'left' | 'again'> {
    if (got.isOther) return left('deleted')
    const isSecond = end === 'whole' && got.lines === 0
    end = got.how
    if (got.lines > 0) pause = pace.leastPauseMs
    if (got.lines > 0 || got.why === null) failing = null
    else couldNotRead(got.why)
    const now = await fresh()
    isConfirmed = end === 'whole' && (isSecond || hasTerminated(now))
    if (now === 'gone' || now === 'another') {
      // Its last words, or the half of a line.
      if (end === 'whole') await lastWords(got.rest)
      return left('deleted')
    }
    if (now === null) return pauseMore()
    return goOn(got, now)
  }

  async function goOn(got: Read, now: Fresh): Promise<'left' | 'again'> {
    if (run !== null && now.run > run) {
      latest = now
      return 'again'
    }
    await settleSuspicion()
    if (end === 'whole' && now.phase !== 'running') return runEnded(got, now.hasEnded)
    // Asked again at once: before the pod is gone, whether that was all.
    return end === 'whole' && !isConfirmed && got.lines > 0 ? 'again' : pauseMore()
  }

  /** Waits until it is started again, or goes; what was watched may lag behind. */
  async function runEnded(got: Read, isLast: boolean): Promise<'left' | 'again'> {
    await lastWords(got.rest)
    if (isLast) return left('finished')
    if (!isOver(it.state(), run ?? 0)) await pauseMore()
    while (!signal.aborted && isOver(it.state(), run ?? 0)) await it.changed(30_000)
    return 'again'
  }

  function left(why: 'deleted' | 'finished'): 'left' {
    if (openedFirst === null ? hasStarted : !isConfirmed && why === 'deleted') gap('pod-gone', resume.last(), null)
    it.mark({ kind: 'left', place, why })
    return 'left'
  }

  function gap(why: GapWhy, from: LogTime | null, to: string | null): void {
    it.mark({ kind: 'gap', place, why, from: textOf(from), to })
  }

  /**
   * Lines that should have come again did not: they stand in a file that was rotated away, and others with them, which
   * nobody can read any more; or it was a restart after all, of which the status will tell.
   */
  async function settleSuspicion(): Promise<void> {
    const before = suspect
    if (before === null) return
    const kept = await readPrevious(resume.since())
    if (suspect !== before) return
    if (kept?.some((one) => resume.isMissing(one.at, one.text)) === true) suspect = { ...before, at: performance.now() }
    else {
      suspect = null
      gap('rotated', before.from, before.to)
    }
  }

  async function handOn(kept: Kept): Promise<void> {
    const { time, text } = kept
    await it.deliver({ place, time, text })
  }

  async function lastWords(text: string | null): Promise<void> {
    if (text === null) return
    const line = timedLine(text)
    if (line.at !== null && resume.take(line.at, line.text)) await handOn(line)
  }

  /** The pod as it is now, past what was watched; null: not to be told. */
  async function fresh(): Promise<Fresh | 'gone' | 'another' | null> {
    const got = await it.cluster.get(pods, place.namespace, place.pod, podSeen, { signal })
    if (!got.known) return got.why.reason === 'not-there' ? 'gone' : null
    if (got.value.uid !== place.uid) return 'another'
    const state = got.value.containers.get(place.container)
    return state === undefined ? null : { ...state, hasEnded: got.value.hasEnded }
  }

  /** What to ask for: everything at first, then what came since. */
  function wanted(): { readonly sinceTime?: string } & NonNullable<Following['first']> {
    const since = resume.since()
    if (since !== null) return { sinceTime: since }
    if (openedFirst === null || it.first === null) return it.first ?? {}
    return { sinceTime: new Date(openedFirst - 2000).toISOString() }
  }

  async function readOn(): Promise<Why | Read> {
    const { sinceTime, ...first } = wanted()
    let broken: string | null = null as string | null
    const began = performance.now()
    const stop = new AbortController()
    const opened = await it.cluster.logs(place.namespace, place.pod, {
      container: place.container,
      follow: true,
      ...first,
      signal: AbortSignal.any([signal, stop.signal]),
      exact: { ...(sinceTime === undefined ? {} : { sinceTime }), onBroken: (why) => (broken = why) },
    })
    if (!opened.known) return opened.why
    const isAgain = openedFirst !== null
    openedFirst ??= it.cluster.serverNow?.() ?? Date.now()
    try {
      // Of the pod that was meant: it has the same uid after the answer began.
      if (isAgain && (await fresh()) === 'another') return { how: end, why: null, rest: null, lines: 0, isOther: true }
      answer.before = isAgain ? resume.copy() : null
      answer.first = null
      resume.begin()
      const restarts = noticeRestart()
      const { text, lines } = await readLines(opened.value).finally(restarts.end)
      // An answer that went on for long was an answer, though nothing was written meanwhile.
      if (performance.now() - began > pace.patienceMs) failing = null
      return { how: broken === null ? 'whole' : 'broken', why: broken, rest: text, lines, isOther: false }
    } finally {
      stop.abort()
    }
  }

  async function readLines(
    source: AsyncIterable<string>,
  ): Promise<{ readonly text: string | null; readonly lines: number }> {
    let lines = 0
    const began = resume.last()
    let isReplay = began !== null
    for await (const raw of source) {
      if (signal.aborted) break
      if (!raw.endsWith('\n')) return { text: raw, lines }
      const whole = raw.slice(0, -1)
      answer.first ??= whole
      const line = timedLine(whole)
      if (!resume.take(line.at, line.text)) continue
      lines++
      if (isReplay && isAfter(line.at, began)) {
        isReplay = false
        if (resume.missing() > 0) suspect ??= { from: began, to: line.time, at: performance.now() }
      }
      await handOn(line)
    }
    return { text: null, lines }
  }

  /**
   * While an answer goes on, the status may come to tell of a restart. If the answer does not end soon, it is of the
   * new run already, and how the run before ended is still to be read.
   */
  function noticeRestart(): { readonly end: () => Promise<void> } {
    const over = new AbortController()
    let wait = pace.lagMs
    const done = (async () => {
      while (!over.signal.aborted && !signal.aborted) {
        const state = current()
        if (state !== 'gone' && run !== null && state.run > run) {
          await sleep(wait, undefined, { signal: over.signal }).catch(() => {})
          if (!over.signal.aborted && answer.first !== null) await previousRun(state, 'goes-on')
          wait *= 2
        } else if (suspect !== null && performance.now() - suspect.at > pace.lagMs) await settleSuspicion()
        await it.changed(pace.lagMs, over.signal)
      }
    })()
    return {
      end: async () => {
        over.abort()
        await done
      },
    }
  }

  /** Reads how the run before `state` ended, and hands on what of it was not seen; not where it still goes on. */
  async function previousRun(state: ContainerState, which: 'ended' | 'goes-on'): Promise<void> {
    const { before, first } = answer
    const nothingBefore = it.isNew ? null : secondBefore(first)
    const kept = await readPrevious(before === null ? nothingBefore : before.since())
    if (signal.aborted || run === null) return
    const wasSame = first === null || kept === null || kept.some((one) => asRead(one) === first)
    if (which === 'goes-on' && kept !== null && wasSame) return
    const from = resume.last()
    // The answer was of that run: what it gave is known by `resume`. Else it was of the next: by what stood before it;
    // and where nothing did, that run was there before the following began.
    const known = (wasSame ? resume : (before ?? resuming())).copy()
    if (wasSame || before !== null || it.isNew) await handOnRest(kept ?? [], known)
    if (kept === null && end === 'broken') gap('run-unread', from, null)
    if (areUnseen(state.run - run - 1)) gap('runs-unseen', from, null)
    run = state.run
    isConfirmed = false
    resume.forget(wasSame ? 'all' : 'before-this-answer')
    suspect = null
    it.mark({ kind: 'restarted', place, run, exit: state.exit })
  }

  /** Of the runs between, the last is kept; the one before them may have ended unread. */
  function areUnseen(between: number): boolean {
    return between > 1 || (between === 1 && end === 'broken')
  }

  /** Of the lines of a run, those that `known` does not know. */
  async function handOnRest(kept: readonly Kept[], known: Resume): Promise<void> {
    const oldest = known.last()
    known.begin()
    for (const one of kept) {
      if (oldest !== null && one.at !== null && one.at.second < oldest.second - 1) continue
      if (!known.take(one.at, one.text)) continue
      resume.advance(one.at)
      await handOn(one)
    }
  }

  /** A pod that was started again before it was seen first. */
  async function earlierRun(state: ContainerState): Promise<void> {
    const kept = await readPrevious(null)
    if (signal.aborted) return
    if (kept === null || state.run > 1) gap(kept === null ? 'run-unread' : 'runs-unseen', null, null)
    for (const one of kept ?? []) {
      resume.take(one.at, one.text)
      await handOn(one)
    }
    resume.forget('all')
    it.mark({ kind: 'restarted', place, run: state.run, exit: state.exit })
  }

  /** null: there is none, or it could not be read whole. */
  async function readPrevious(since: string | null): Promise<readonly Kept[] | null> {
    let isBroken = false
    const opened = await it.cluster.logs(place.namespace, place.pod, {
      container: place.container,
      previous: true,
      signal,
      exact: { ...(since === null ? {} : { sinceTime: since }), onBroken: () => (isBroken = true) },
    })
    if (!opened.known) return null
    const all: Kept[] = []
    for await (const raw of opened.value) {
      if (all.length >= mostKept) return null
      all.push(timedLine(raw.endsWith('\n') ? raw.slice(0, -1) : raw))
    }
    return isBroken ? null : all
  }
}

/** Of the last seconds of a run. */
const mostKept = 1_000_000

function asRead({ time, text }: Kept): string {
  return time === '' ? text : `${time} ${text}`
}

/** As `sinceTime`, of a line; null: of none. */
function secondBefore(line: string | null): string | null {
  const at = line === null ? null : timedLine(line).at
  return at === null ? null : new Date((at.second - 1) * 1000).toISOString()
}

function hasTerminated(now: Fresh | 'gone' | 'another' | null): boolean {
  return typeof now === 'object' && now?.phase === 'terminated'
}

function isGone(now: unknown): boolean {
  return now === 'gone' || now === 'another'
}

function isOver(state: ContainerState | 'gone', run: number): boolean {
  return state !== 'gone' && state.run === run && state.phase !== 'running'
}

function isAfter(at: LogTime | null, other: LogTime | null): boolean {
  if (at === null || other === null) return false
  return at.second > other.second || (at.second === other.second && at.nanos > other.nanos)
}

function textOf(at: LogTime | null): string | null {
  if (at === null) return null
  const whole = new Date(at.second * 1000).toISOString().slice(0, 19)
  return `${whole}.${String(at.nanos).padStart(9, '0')}Z`
}
