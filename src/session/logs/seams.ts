import { setTimeout as sleep } from 'node:timers/promises'
import { type LogTime, timedLine } from '../../answers/tail/resume.ts'
import type { ContainerState } from './places.ts'
import { type Following, sinceOf, takeUp, type Track } from './track.ts'

/** Lines of a run that has ended, as they were kept. */
interface Kept {
  readonly at: LogTime | null
  readonly time: string
  readonly text: string
}

/** `joined`: the run before holds lines that were handed on; `apart`: none of them; `unread`: it can't be read. */
type Bridged = 'joined' | 'apart' | 'unread'

/**
 * Where the log of one run ends and that of the next begins. The log's URL names a pod and a container, and no run: an
 * answer may be of the next one already, while the status still tells of the one before. So it is the lines that tell:
 * an answer that is asked for from a second before the last line on, and does not have that line, is of another file.
 * Then the run before is read (`previous`), and what of it was not handed on is. What the status tells is one more
 * reason to read it, as a run may begin and write nothing. Reading it in vain repeats nothing (`Resume`).
 */
export interface Seams {
  /** An answer, whose first line this is, does not go on where the last one ended. */
  readonly apart: (first: LogTime | null) => Promise<void>
  /** The status tells of a restart. */
  readonly restarted: (state: ContainerState) => Promise<void>
  /** It was started again before it was seen first. */
  readonly earlier: (state: ContainerState) => Promise<void>
  /** Lines came of what is read now. */
  readonly goesOn: () => void
  /** What is still open is told as a gap. */
  readonly end: () => Promise<void>
}

export function seamsOf(it: Following, track: Track): Seams {
  const { place, signal, pace } = it
  const { memory } = track
  /** Of the last seam between answers that was seen to, the first line after it. */
  let seenTo: LogTime | null = null
  /** The status told of a seam, and nothing was read since. */
  let isSettled = false
  const open = new Set<Promise<void>>()
  const ended = new AbortController()

  /** Reads the run before, and hands on what of it was not. */
  async function bridge(since: string | null): Promise<Bridged> {
    const its = memory.begin()
    try {
      const kept = await readPrevious(since)
      if (kept === null) return 'unread'
      for (const one of kept) await takeUp(one, its, { track, it })
      return its.isJoined() ? 'joined' : 'apart'
    } finally {
      its.end()
    }
  }

  async function apart(first: LogTime | null): Promise<void> {
    const before = { from: memory.last(), wasConfirmed: track.isConfirmed, run: track.run ?? 0, since: memory.since() }
    track.isConfirmed = false
    const bridged = await bridge(before.since)
    seenTo = first
    if (bridged === 'joined' || isSettled || signal.aborted) return
    const done = decide(bridged, { ...before, to: first }).finally(() => open.delete(done))
    open.add(done)
  }

  interface Before {
    readonly from: LogTime | null
    readonly to: LogTime | null
    readonly since: string | null
    readonly run: number
    readonly wasConfirmed: boolean
  }

  /** The status will tell whether it was a restart, or how many, or whether the log was rotated. */
  async function decide(first: Bridged, before: Before): Promise<void> {
    const hold = memory.begin()
    let bridged = first
    try {
      const until = performance.now() + 5 * pace.lagMs
      while (!ended.signal.aborted && restarts() === 0 && performance.now() < until) {
        await it.changed(pace.lagMs, ended.signal)
        if (bridged === 'unread' && restarts() === 0) bridged = await bridge(before.since)
        if (bridged === 'joined') return
      }
      tellLoss(bridged, restarts(), before)
    } finally {
      hold.end()
    }

    function restarts(): number {
      const state = track.current()
      return state === 'gone' ? 0 : state.run - before.run
    }
  }

  /** `restarts`: 0 where the status tells of none. */
  function tellLoss(
    bridged: Bridged,
    restarts: number,
    { from, to, wasConfirmed }: Omit<Before, 'run' | 'since'>,
  ): void {
    // With the end of the run that was read and, of the runs after it, the last one, all is there.
    if (wasConfirmed && restarts > 0 && restarts <= (bridged === 'unread' ? 1 : 2)) return
    if (restarts === 0) track.gap('rotated', from, to)
    else if (bridged === 'unread') track.gap('run-unread', from, to)
    else track.gap(restarts > 1 ? 'runs-unseen' : 'run-unread', from, to)
  }

  async function restarted(state: ContainerState): Promise<void> {
    if (track.run === null || state.run <= track.run) return
    const before = { from: memory.last(), to: null, wasConfirmed: track.isConfirmed }
    if (!isSeenTo(state)) {
      const isFirst = track.answers <= 1
      const nothingRead = before.from === null
      let bridged = await bridge(sinceFor(state))
      for (let n = 0; n < 2 && bridged === 'unread' && !signal.aborted; n++) {
        await sleep(pace.leastPauseMs, undefined, { signal }).catch(() => {})
        bridged = await bridge(sinceFor(state))
      }
      if (signal.aborted) return
      const restarts = state.run - track.run
      // The first answer is of this run already, or the run before had written nothing: it is read whole.
      const isWhole = bridged === 'apart' && restarts === 1 && (isFirst || nothingRead)
      if (bridged !== 'joined' && !isWhole) tellLoss(bridged, restarts, before)
    }
    isSettled = true
    track.run = state.run
    track.isConfirmed = false
    it.mark({ kind: 'restarted', place, run: state.run, exit: state.exit })
  }

  /** Whether what this run wrote was come to already, and the run before read. */
  function isSeenTo({ started }: ContainerState): boolean {
    return seenTo !== null && started !== null && seenTo.second >= started - 1
  }

  function sinceFor({ started }: ContainerState): string | null {
    const { firstLine } = track
    // It came after the following began, and its first line is of the next run already.
    if (it.isNew && track.answers <= 1 && firstLine !== null && started !== null && firstLine.second >= started - 1)
      return null
    return memory.since() ?? (it.isNew ? null : sinceOf(track.openedFirst))
  }

  async function earlier(state: ContainerState): Promise<void> {
    const bridged = await bridge(null)
    if (signal.aborted) return
    if (bridged === 'unread' || state.run > 1)
      track.gap(bridged === 'unread' ? 'run-unread' : 'runs-unseen', null, null)
    isSettled = true
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

  return {
    apart,
    restarted,
    earlier,
    goesOn: () => (isSettled = false),
    async end() {
      ended.abort()
      await Promise.all(open)
    },
  }
}

/** Of the last seconds of a run. */
const mostKept = 1_000_000
