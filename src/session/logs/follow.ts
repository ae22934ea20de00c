import { setTimeout as sleep } from 'node:timers/promises'
import { type AnswerLines, type LogTime, resuming, timedLine } from '../../answers/tail/resume.ts'
import { pods } from '../../kube/resources.ts'
import type { Why } from '../../model/known.ts'
import { type ContainerState, podSeen } from './places.ts'
import { seamsOf } from './seams.ts'
import { type Following, isBeforeFirst, sinceOf, takeUp, type Track } from './track.ts'

/** One answer of the API server, until it ended. */
interface Answered {
  readonly how: 'whole' | 'broken'
  /** What broke it off. */
  readonly why: string | null
  /** A last line without its end: cut off, or the last words of a container. */
  readonly rest: string | null
  /** How many were handed on. */
  readonly lines: number
  /** It goes on where what was handed on before it ends. */
  readonly isJoined: boolean
  /** It may be of the next pod of that name. */
  readonly isOther: boolean
  /** By the API server's clock, in milliseconds. */
  readonly endedAt: number
}

interface Fresh extends ContainerState {
  readonly hasEnded: boolean
}

/**
 * Follows one container until its pod is gone or has ended, or on abort: over connections that break, restarts and
 * rotation, each line once. What can't be made up for is marked as a gap.
 *
 * The log's URL names a pod, and no uid: an answer is taken up only if the pod has the same uid after it began. Its
 * lines tell of which run it is: see `seamsOf`.
 */
export async function followContainer(it: Following): Promise<void> {
  const { place, signal, pace } = it
  const memory = resuming()
  const track: Track = {
    memory,
    answers: 0,
    firstLine: null,
    openedFirst: null,
    run: null,
    isConfirmed: false,
    current,
    handOn: async ({ time, text }) => it.deliver({ place, time, text }),
    gap: (why, from, to) => it.mark({ kind: 'gap', place, why, from: textOf(from), to: textOf(to) }),
  }
  const seams = seamsOf(it, track)
  let end: Answered['how'] = 'broken'
  /** When the last answer ended as it should, if no line came since: by the API server's clock, in milliseconds. */
  let wholeAt: number | null = null
  let hasStarted = it.hasStarted
  let latest: ContainerState | null = null
  let pause = pace.leastPauseMs
  /** Since when it can't be read. */
  let failing: { readonly since: number; readonly isTold: boolean } | null = null

  /** The status, by what was watched or asked for last. */
  function current(): ContainerState | 'gone' {
    const state = it.state()
    return state !== 'gone' && latest !== null && latest.run > state.run ? latest : state
  }

  while (!signal.aborted) {
    const state = current()
    const next = state === 'gone' ? await left('deleted') : await prepare(state)
    if (next === 'left') return
    if (next === 'again' || signal.aborted) continue
    const got = await readOn()
    if (signal.aborted) break
    if ((await ('reason' in got ? unanswered(got) : answered(got))) === 'left') return
  }
  await seams.end()

  /** What is to be done before the log is asked for. */
  async function prepare(state: ContainerState): Promise<'ask' | 'again'> {
    hasStarted ||= state.phase !== 'waiting' || state.exit !== null
    if (state.phase === 'waiting' && (track.run === null ? state.exit === null : state.run === track.run)) {
      await it.changed(30_000)
      return 'again'
    }
    if (track.run === null) {
      track.run = state.run
      if (it.isNew && state.run > 0) await seams.earlier(state)
    } else if (state.run > track.run) await seams.restarted(state)
    await it.turn()
    return 'ask'
  }

  async function pauseMore(): Promise<'again'> {
    await it.changed(pause * (0.5 + Math.random() / 2))
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
      await seams.end()
      return 'left'
    }
    if (reason === 'not-there' && (it.state() === 'gone' || isGone(await fresh()))) return left('deleted')
    couldNotRead(detail)
    return pauseMore()
  }

  async function answered(got: Answered): Promise<'left' | 'again'> {
    if (got.isOther) return left('deleted')
    const hasNoMore = got.lines === 0 && (got.isJoined || memory.last() === null)
    const isSecond = end === 'whole' && hasNoMore
    end = got.how
    if (got.lines > 0) pause = pace.leastPauseMs
    if (got.lines > 0 || got.why === null) failing = null
    else couldNotRead(got.why)
    const now = await fresh()
    // An answer that only says why there is none takes nothing back.
    if (end === 'whole') wholeAt = got.endedAt
    else if (got.lines > 0) wholeAt = null
    track.isConfirmed = end === 'whole' ? isSecond || hasTerminated(now) : track.isConfirmed && got.lines === 0
    if (now === 'gone' || now === 'another') {
      // Its last words, or the half of a line.
      if (end === 'whole') await lastWords(got.rest)
      return left('deleted')
    }
    if (now === null) return pauseMore()
    return goOn(got, now)
  }

  async function goOn(got: Answered, now: Fresh): Promise<'left' | 'again'> {
    if (track.run !== null && now.run > track.run) {
      latest = now
      return 'again'
    }
    if (end === 'whole' && now.phase !== 'running') return runEnded(got, now.hasEnded)
    // Asked again at once: before the pod is gone, whether that was all.
    return end === 'whole' && !track.isConfirmed && got.lines > 0 ? 'again' : pauseMore()
  }

  /** Waits until it is started again, or goes; what was watched may lag behind. */
  async function runEnded(got: Answered, isLast: boolean): Promise<'left' | 'again'> {
    await lastWords(got.rest)
    if (isLast) return left('finished')
    const run = track.run ?? 0
    if (!isOver(it.state(), run)) await pauseMore()
    while (!signal.aborted && isOver(it.state(), run)) await it.changed(30_000)
    return 'again'
  }

  async function left(why: 'deleted' | 'finished'): Promise<'left'> {
    await seams.end()
    const isLoss = track.openedFirst === null ? hasStarted : why === 'deleted' && !(await isWhole())
    if (isLoss) track.gap('pod-gone', memory.last(), null)
    it.mark({ kind: 'left', place, why })
    return 'left'
  }

  /** Whether an answer ended as the container had: by what its status said at last, as the watch will tell. */
  async function isWhole(): Promise<boolean> {
    const until = performance.now() + pace.lagMs
    while (!track.isConfirmed && it.state() !== 'gone' && !signal.aborted && performance.now() < until)
      await it.changed(pace.lagMs)
    return track.isConfirmed || (wholeAt !== null && endedBefore(it.lastState(), wholeAt))
  }

  async function lastWords(text: string | null): Promise<void> {
    if (text === null) return
    const line = timedLine(text)
    if (line.at === null) return
    const its = memory.begin()
    await takeUp(line, its, { track, it })
    its.end()
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
    const since = memory.since()
    if (since !== null) return { sinceTime: since }
    if (it.first === null) return {}
    const sinceTime = sinceOf(track.openedFirst)
    return sinceTime === null ? it.first : { sinceTime }
  }

  async function readOn(): Promise<Why | Answered> {
    const { sinceTime, ...first } = wanted()
    const its = memory.begin()
    let broken: string | null = null as string | null
    const began = performance.now()
    const stop = new AbortController()
    try {
      const opened = await it.cluster.logs(place.namespace, place.pod, {
        container: place.container,
        follow: true,
        ...first,
        signal: AbortSignal.any([signal, stop.signal]),
        exact: { ...(sinceTime === undefined ? {} : { sinceTime }), onBroken: (why) => (broken = why) },
      })
      if (!opened.known) return opened.why
      const got = { how: end, why: null, rest: null, lines: 0, isJoined: false, isOther: true, endedAt: 0 }
      // Of the pod that was meant: it has the same uid after the answer began.
      if (track.answers > 0 && (await fresh()) === 'another') return got
      track.answers += 1
      track.openedFirst ??= serverNow()
      const restarts = noticeRestart()
      const { text, lines } = await readLines(opened.value, its).finally(restarts.end)
      // An answer that went on for long was an answer, though nothing was written meanwhile.
      if (performance.now() - began > pace.patienceMs) failing = null
      return {
        how: broken === null ? 'whole' : 'broken',
        why: broken,
        rest: text,
        lines,
        isJoined: its.isJoined(),
        isOther: false,
        endedAt: serverNow(),
      }
    } finally {
      its.end()
      stop.abort()
    }
  }

  function serverNow(): number {
    return it.cluster.serverNow?.() ?? Date.now()
  }

  async function readLines(
    source: AsyncIterable<string>,
    its: AnswerLines,
  ): Promise<{ readonly text: string | null; readonly lines: number }> {
    let lines = 0
    let mayBeApart = track.answers > 1 && memory.last() !== null
    for await (const raw of source) {
      if (signal.aborted) break
      if (!raw.endsWith('\n')) return { text: raw, lines }
      const line = timedLine(raw.slice(0, -1))
      if (isBeforeFirst(line.at, track, it)) continue
      if (mayBeApart && !its.isKnown(line.at, line.text)) await seams.apart(line.at)
      mayBeApart = false
      if (!(await takeUp(line, its, { track, it }))) continue
      lines++
      seams.goesOn()
    }
    return { text: null, lines }
  }

  /**
   * While an answer goes on, the status may come to tell of a restart. If the answer does not end soon, it is of the
   * new run already, and how the run before ended is still to be read, whether the new one writes or not.
   */
  function noticeRestart(): { readonly end: () => Promise<void> } {
    const over = new AbortController()
    const done = (async () => {
      while (!over.signal.aborted && !signal.aborted) {
        const state = current()
        if (state !== 'gone' && track.run !== null && state.run > track.run) {
          await sleep(pace.lagMs, undefined, { signal: over.signal }).catch(() => {})
          if (!over.signal.aborted) await seams.restarted(state)
        }
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
}

function hasTerminated(now: Fresh | 'gone' | 'another' | null): boolean {
  return typeof now === 'object' && now?.phase === 'terminated'
}

/** By the clock of its node, which the status gives in whole seconds. */
function endedBefore(state: ContainerState | null, ms: number): boolean {
  return state !== null && state.phase === 'terminated' && state.finished !== null && state.finished * 1000 <= ms
}

function isGone(now: unknown): boolean {
  return now === 'gone' || now === 'another'
}

function isOver(state: ContainerState | 'gone', run: number): boolean {
  return state !== 'gone' && state.run === run && state.phase !== 'running'
}

function textOf(at: LogTime | null): string | null {
  if (at === null) return null
  const whole = new Date(at.second * 1000).toISOString().slice(0, 19)
  return `${whole}.${String(at.nanos).padStart(9, '0')}Z`
}
