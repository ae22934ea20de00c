import {
  type Health,
  type MonitorFact,
  type MonitorState,
  nothingSeen,
  readiness,
  told,
} from '../answers/monitor/state.ts'
import { monitorMetrics } from '../report/monitor/metrics.ts'
import { version } from '../version.ts'

/** What a monitor serves, made of what it was told so far. */
export interface Book {
  readonly take: (fact: MonitorFact) => void
  readonly state: () => MonitorState
  readonly metrics: () => string
  /** Whether what is served is true still. */
  readonly ready: () => Health
  /** Whether the process does its work, well or ill: what is stuck is to be started anew. */
  readonly alive: () => Health
}

/** Rounds that fail are rounds; without any for so long, something in the process hangs. */
const stuckRounds = 10
const stuckMs = 600_000

export function newBook(everyMs: number, now: () => number = () => performance.now()): Book {
  const began = now()
  let state = nothingSeen
  return {
    take: (fact) => void (state = told(state, fact)),
    state: () => state,
    metrics: () =>
      monitorMetrics(state, {
        version,
        everyMs,
        startedAt: performance.timeOrigin / 1000,
        cpuSeconds: cpuSeconds(),
        residentBytes: process.memoryUsage.rss(),
      }),
    ready: () => readiness(state, now(), everyMs),
    alive() {
      const age = now() - (state.last?.by ?? began)
      const said = `the last round ended ${Math.round(age / 1000)} s ago`
      return { ok: age <= Math.max(stuckMs, stuckRounds * everyMs), why: said }
    },
  }
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}
