import { type Clock, machineClock } from '../clock.ts'
import type { Latencies } from './latencies.ts'
import { latencies } from './latencies.ts'
import { type LineCounts, type LoadLine, loadLine } from './load-line.ts'

export interface LoadTarget {
  readonly ip: string
  readonly port: number
}

/** What was counted over `ms`; `held` is the share of ticks at which queries were due and every slot waited. */
export interface LoadTaken extends Readonly<LineCounts> {
  readonly times: Latencies
  readonly ms: number
  readonly held: number
}

export interface LoadClient {
  /** Queries a second over all lines; Infinity asks again as soon as an answer has come. */
  readonly setRate: (perSecond: number) => void
  /** The counts so far, which go on. */
  readonly look: () => LoadTaken
  /** What was counted since the last call; counting starts at 0. */
  readonly take: () => LoadTaken
  readonly close: () => void
}

export interface LoadOptions {
  readonly targets: readonly LoadTarget[]
  readonly name: string
  /** Sockets to each target, and queries under way to each. */
  readonly sockets: number
  readonly outstanding: number
  readonly timeoutMs: number
}

export interface LoadWires {
  readonly clock: Clock
  readonly line: typeof loadLine
}

const machineWires: LoadWires = { clock: machineClock, line: loadLine }

/** The shortest that a timer of Node's can be. */
const tickMs = 1
const expireMs = 50

/** Asks all targets in turn. A query that is due while every slot waits is sent as soon as an answer has made room. */
export async function loadClient(
  { targets, name, sockets, outstanding, timeoutMs }: LoadOptions,
  { clock, line }: LoadWires = machineWires,
): Promise<LoadClient> {
  const slots = Math.max(1, Math.ceil(outstanding / sockets))
  const lines: LoadLine[] = []
  let times = latencies()
  let rate = 0
  let due = 0
  let turn = 0
  let ticks = 0
  let heldTicks = 0
  let began = clock.now()
  let at = began

  for (let i = 0; i < sockets * targets.length; i++) {
    const onAnswer = (ms: number, now: number): void => {
      times.add(ms)
      if (due >= 1 && lines[i]?.ask(now) === true) due--
    }
    lines.push(await line(targets[i % targets.length] as LoadTarget, { name, slots, timeoutMs }, onAnswer))
  }
  const pump = (): void => {
    const now = clock.now()
    // What could not be sent is owed, but for a quarter of a second at most: more would come as a burst.
    due = rate === Infinity ? Infinity : Math.min(due + ((now - at) / 1000) * rate, Math.max(1, rate / 4))
    at = now
    let full = 0
    while (due >= 1 && full < lines.length) {
      const next = lines[turn++ % lines.length] as LoadLine
      if (next.ask(now)) {
        due--
        full = 0
      } else full++
    }
    ticks++
    if (due >= 1) heldTicks++
  }
  const stopTicking = clock.every(tickMs, pump)
  let looked = clock.now()
  const stopExpiring = clock.every(expireMs, () => {
    const now = clock.now()
    // After a pause of this process the answers lie in the sockets unread: timers come before them in the event loop.
    if (now - looked < 3 * expireMs) for (const it of lines) it.expire(now)
    looked = now
  })

  const look = (): LoadTaken => {
    const sum = (key: keyof LineCounts): number => lines.reduce((total, it) => total + it.counts[key], 0)
    return {
      sent: sum('sent'),
      answered: sum('answered'),
      refused: sum('refused'),
      lost: sum('lost'),
      strays: sum('strays'),
      times,
      ms: clock.now() - began,
      held: ticks === 0 ? 0 : heldTicks / ticks,
    }
  }
  return {
    setRate(perSecond) {
      rate = perSecond
      due = 0
      at = clock.now()
    },
    look,
    take() {
      const taken = look()
      for (const { counts } of lines) Object.assign(counts, { sent: 0, answered: 0, refused: 0, lost: 0, strays: 0 })
      times = latencies()
      ticks = 0
      heldTicks = 0
      began = clock.now()
      return taken
    },
    close() {
      stopTicking()
      stopExpiring()
      for (const it of lines) it.close()
    },
  }
}
