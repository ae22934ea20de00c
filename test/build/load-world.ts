// A DNS server with its metrics, and the time in which a load asks it, none of which is the machine's.
import type { Clock } from '../../src/probe/pod/clock.ts'
import type { LoadWorld } from '../../src/probe/pod/load/dns-load.ts'
import type { LineCounts, LoadLine } from '../../src/probe/pod/load/load-line.ts'

export interface ServerBehaviour {
  /** Milliseconds until the nth query is answered; null = never. */
  readonly delay?: (nth: number) => number | null
  /** How long the nth reading of the metrics takes. */
  readonly metricsMs?: (nth: number) => number
  /** CPU seconds that the metrics tell for so many queries. */
  readonly cpu?: (queries: number) => number
  /** Queries that others ask each second, by the metrics. */
  readonly others?: number
  readonly metrics?: 'read' | 'forbidden'
}

export interface VirtualClock extends Clock {
  readonly after: (ms: number, act: () => void) => void
  /** Lets the time go by until `ended`. */
  readonly until: <T>(ended: Promise<T>) => Promise<T>
}

const eventsPerTurn = 200

export function virtualClock(): VirtualClock {
  let time = 0
  let order = 0
  const waiting = new Set<{ at: number; order: number; readonly act: () => void; readonly wakes: boolean }>()
  const add = (ms: number, act: () => void, wakes: boolean): (() => void) => {
    const it = { at: time + ms, order: order++, act, wakes }
    waiting.add(it)
    return () => waiting.delete(it)
  }
  const next = (): boolean => {
    const [first] = [...waiting].toSorted((a, b) => a.at - b.at || a.order - b.order)
    if (first === undefined) throw new Error('nobody waits for the time any more')
    waiting.delete(first)
    time = first.at
    first.act()
    return first.wakes
  }
  return {
    now: () => time,
    sleep: (ms) => new Promise((resolve) => void add(ms, resolve, true)),
    after: (ms, act) => void add(ms, act, false),
    every(ms, act) {
      let end = (): void => {}
      const again = (): void => {
        end = add(ms, again, false)
        act()
      }
      end = add(ms, again, false)
      return () => end()
    },
    async until(ended) {
      const state = { open: true }
      void ended.catch(() => undefined).finally(() => (state.open = false))
      await settled()
      // Sockets and the like, which know no time of ours, have their turn even while nobody is woken.
      for (let step = 1; state.open; step++) if (next() || step % eventsPerTurn === 0) await settled()
      return ended
    },
  }
}

/** Who was woken has gone on as far as it can without time. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

/** The world of a load: `received` counts the queries that came to the server. */
export function loadWorld(
  clock: VirtualClock,
  behaviour: ServerBehaviour,
): LoadWorld & { readonly received: () => number } {
  const { delay = () => 0, metricsMs = () => 0, cpu = () => 0, others = 0, metrics = 'read' } = behaviour
  let received = 0
  let reads = 0
  const line: LoadWorld['line'] = (_server, { slots, timeoutMs }, onAnswer) =>
    Promise.resolve(lineTo({ clock, slots, timeoutMs, onAnswer, delay: () => delay(++received) }))
  return {
    clock,
    line,
    received: () => received,
    lateness: () => () => 0,
    throttledMs: () => 0,
    async scrape({ ip }, phase) {
      await clock.sleep(metricsMs(++reads))
      const all = received + (others * clock.now()) / 1000
      const text =
        'process_start_time_seconds 1\nprocess_cpu_seconds_total ' +
        `${cpu(all)}\ncoredns_dns_requests_total ${all}\ncoredns_dns_responses_total{rcode="NOERROR"} ${all}`
      const read = metrics === 'read'
      return {
        t: 'metrics',
        phase,
        ip,
        at: Math.round(clock.now()),
        text: read ? text : null,
        error: read ? null : 'HTTP 403',
        result: read ? 'complete' : 'other',
        bytes: read ? text.length : 0,
      }
    },
  }
}

interface LineOptions {
  readonly clock: VirtualClock
  readonly slots: number
  readonly timeoutMs: number
  readonly onAnswer: (ms: number, now: number) => void
  readonly delay: () => number | null
}

/** An answer that needs no time would come before its query was sent. */
const leastMs = 0.1

function lineTo({ clock, slots, timeoutMs, onAnswer, delay }: LineOptions): LoadLine {
  const counts: LineCounts = { sent: 0, answered: 0, refused: 0, lost: 0, strays: 0 }
  const waiting = new Set<{ readonly sentAt: number }>()
  return {
    counts,
    waiting: () => waiting.size,
    ask(now) {
      if (waiting.size >= slots) return false
      const query = { sentAt: now }
      waiting.add(query)
      counts.sent++
      const ms = delay()
      if (ms === null) return true
      clock.after(Math.max(leastMs, ms), () => {
        if (!waiting.delete(query)) return void counts.strays++
        counts.answered++
        onAnswer(clock.now() - query.sentAt, clock.now())
      })
      return true
    },
    expire(now) {
      for (const query of waiting) {
        if (now - query.sentAt < timeoutMs) continue
        waiting.delete(query)
        counts.lost++
      }
    },
    close: () => {},
  }
}
