import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientView, LoadEnd, LoadStep } from '../../model/load.ts'
import { coreDnsWindow } from '../coredns-window.ts'
import { type LoadClient, loadClient, type LoadTaken } from './load-client.ts'
import { failure, firstRate, isBad, judge, loadBounds, type LoadBounds, nextRate } from './load-ramp.ts'
import { scrape } from './metrics.ts'
import type { Emit, PodRecord } from './records.ts'
import type { LoadSpec } from './spec.ts'
import { throttledMs } from './throttling.ts'

/** Between two looks at what is being lost; a loss ends the load without waiting for the end of its step. */
const lookMs = 100

const lagResolutionMs = 10

/** More than half of the time all slots waited for the servers: what they answer then is all that they can. */
const saturatedShare = 0.5

interface Ends {
  readonly load: LoadClient
  readonly canary: LoadClient
}

/**
 * Ramps from a trickle to `rate` in steps, and ends at the first sign of harm. The watchdog is here, in the pod, so that
 * it works whatever becomes of the command that started it. Each step is one record.
 */
export async function dnsLoad(spec: LoadSpec, emit: Emit): Promise<void> {
  const targets = spec.servers.map((it) => ({ ip: it.ip, port: it.dnsPort }))
  const { name, timeoutMs } = spec
  const load = await loadClient({ targets, name, sockets: spec.socketsPerServer, outstanding: spec.outstandingPerServer, timeoutMs })
  const canary = await loadClient({ targets, name, sockets: 1, outstanding: Math.max(2, spec.canaryPerSecond * 2), timeoutMs })
  canary.setRate(spec.canaryPerSecond * targets.length)
  try {
    emit({ t: 'load-end', end: await ramp(spec, { load, canary }, (step) => emit({ t: 'load-step', step })) })
  } finally {
    load.close()
    canary.close()
  }
}

async function ramp(spec: LoadSpec, ends: Ends, tell: (step: LoadStep) => void): Promise<LoadEnd> {
  const bounds: LoadBounds = { ...loadBounds, p99Ms: spec.p99Ms, rate: spec.rate }
  const until = performance.now() + spec.budgetMs
  let readings = await readAll(spec, 'before')
  let queries = 0
  let carried = 0
  let starved = 0
  const full: number[] = []
  const end = (kind: LoadEnd['kind'], why: string): LoadEnd => ({ kind, why, carried: Math.floor(carried), queries })
  const take = async (asked: number): Promise<LoadStep> => {
    const { step, after } = await oneStep(spec, ends, asked, bounds, readings)
    readings = after
    queries += step.load.sent + step.canary.sent
    tell(step)
    return step
  }

  const base = await take(0)
  if (base.servers.length < spec.servers.length) return end('blind', blindness(readings))
  const before = judge(base, null, bounds)
  if (before.kind === 'harm') return end('harm', `${before.why}, before any load`)

  for (let asked = firstRate(spec.rate); ; ) {
    const step = await take(asked)
    if (step.servers.length < spec.servers.length) return end('blind', `${blindness(readings)}, at ${asked} queries/s`)
    const verdict = judge(step, base, bounds)
    if (verdict.kind === 'harm') return end('harm', `${verdict.why}, at ${asked} queries/s`)
    const answered = (step.load.answered / step.load.ms) * 1000
    if (verdict.kind === 'go') carried = Math.max(carried, Math.min(answered, asked))
    if (verdict.kind === 'behind' && (step.held >= saturatedShare || asked >= spec.rate)) full.push(answered)
    const reached = verdict.kind === 'go' && asked >= spec.rate
    const late = reached || full.length === 2 ? await lateLoss(spec, ends, step) : null
    if (late !== null) return end('harm', `${late}, at ${asked} queries/s`)
    if (reached) return end('reached', '')
    // Seen again: a neighbour on the node may have had the CPU for a moment.
    if (verdict.kind === 'client' && ++starved === 3) return end('client', verdict.why)
    if (full.length === 2) {
      carried = Math.max(...full)
      return end('saturated', `of ${asked} queries/s asked they answer ${Math.floor(carried)}, and none is lost, with ${spec.outstandingPerServer} under way to each server`)
    }
    if (performance.now() + spec.stepMs > until) return end('out-of-time', `${Math.round(spec.budgetMs / 1000)} s were not enough to get further`)
    if (verdict.kind === 'client') continue
    starved = 0
    if (verdict.kind === 'go') full.length = 0
    // Also behind a saturated step: slots that always wait are what makes a ceiling, and no more than they hold is ever under way.
    asked = nextRate(step, base, bounds)
  }
}

/** "None lost" is said of queries whose time is over: what the last step sent last is waited for. null when nothing was lost. */
async function lateLoss(spec: LoadSpec, { load, canary }: Ends, step: LoadStep): Promise<string | null> {
  load.setRate(0)
  canary.setRate(0)
  // The client looks for what is overdue from time to time.
  await sleep(spec.timeoutMs + 2 * lookMs)
  return failure(withMore(step.load, load.take()), 'the load') ?? failure(withMore(step.canary, canary.take()), 'the canary')
}

/** What went wrong since belongs to the step; what was sent since would make it look faster than it was. */
function withMore(seen: ClientView, { lost, refused }: LoadTaken): ClientView {
  return { ...seen, lost: seen.lost + lost, refused: seen.refused + refused }
}

/** One rate for `stepMs`, or until something is wrong; the rate then stays while the metrics are read, or stops. */
async function oneStep(spec: LoadSpec, { load, canary }: Ends, asked: number, bounds: LoadBounds, before: readonly Reading[]): Promise<{ readonly step: LoadStep; readonly after: readonly Reading[] }> {
  const wrong = (): boolean => isBad(view(load.look()), view(canary.look()), bounds)
  const delay = monitorEventLoopDelay({ resolution: lagResolutionMs })
  delay.enable()
  const throttledBefore = throttledMs()
  load.take()
  canary.take()
  load.setRate(asked)
  for (const start = performance.now(); performance.now() - start < spec.stepMs && !wrong(); ) await sleep(lookMs)
  if (wrong()) load.setRate(0)
  const seen = load.take()
  const canarySeen = canary.take()
  const throttledAfter = throttledMs()
  delay.disable()
  // A server in trouble takes its time over its metrics, too: the load goes on meanwhile, and so does the watch.
  const watching = setInterval(() => void (wrong() ? load.setRate(0) : 0), lookMs)
  const after = await readAll(spec, 'after').finally(() => clearInterval(watching))
  const step = {
    asked,
    load: withMore(view(seen), load.take()),
    canary: withMore(view(canarySeen), canary.take()),
    servers: spec.servers.flatMap((it, i) => {
      const window = coreDnsWindow(it, before[i], after[i])
      return window === null ? [] : [{ ...window, cpuLimitMilli: it.cpuLimitMilli }]
    }),
    held: Math.round(seen.held * 1000) / 1000,
    throttledMs: throttledAfter === null || throttledBefore === null ? null : throttledAfter - throttledBefore,
    // The histogram holds the timer's own interval too.
    lagMs: Math.max(0, Math.round(delay.percentile(99) / 1e6) - lagResolutionMs),
  }
  return { step, after }
}

type Reading = Extract<PodRecord, { t: 'metrics' }>

function readAll(spec: LoadSpec, phase: Reading['phase']): Promise<readonly Reading[]> {
  return Promise.all(spec.servers.map((it) => scrape(it, phase)))
}

function blindness(readings: readonly Reading[]): string {
  const failed = readings.find((it) => it.error !== null)
  return failed === undefined ? 'a server started anew' : `the metrics of ${failed.ip} can't be read from the pod (${failed.error ?? ''})`
}

function view({ sent, answered, refused, lost, times, ms }: LoadTaken): ClientView {
  return { sent, answered, refused, lost, p50: tenths(times.quantile(0.5)), p99: tenths(times.quantile(0.99)), ms: Math.round(ms) }
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10
}
