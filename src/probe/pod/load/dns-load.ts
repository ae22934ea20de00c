import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { ClientView, LoadEnd, LoadStep } from '../../../model/load.ts'
import { coreDnsWindow } from '../../measure/coredns-window.ts'
import { machineClock } from '../clock.ts'
import { type LoadClient, loadClient, type LoadTaken, type LoadWires } from './load-client.ts'
import { loadLine } from './load-line.ts'
import { failure, firstRate, isBad, judge, loadBounds, type LoadBounds, nextRate } from './load-ramp.ts'
import { scrape } from '../node/metrics.ts'
import type { Emit, PodRecord } from '../records.ts'
import type { LoadSpec } from '../spec.ts'
import { throttledMs } from '../node/throttling.ts'

/** Between two looks at what is being lost; a loss ends the load without waiting for the end of its step. */
const lookMs = 100

const lagResolutionMs = 10

/** More than half of the time all slots waited for the servers: what they answer then is all that they can. */
const saturatedShare = 0.5

/** What a load has to do with: the servers, the time, and how late this process gets its CPU. */
export interface LoadWorld extends LoadWires {
  readonly scrape: typeof scrape
  /** Starts to watch; the call of what it returns ends that, and tells the 99th percentile in milliseconds. */
  readonly lateness: () => () => number
  readonly throttledMs: () => number | null
}

const machineWorld: LoadWorld = {
  clock: machineClock,
  line: loadLine,
  scrape,
  lateness() {
    const delay = monitorEventLoopDelay({ resolution: lagResolutionMs })
    delay.enable()
    return () => {
      delay.disable()
      // The histogram holds the timer's own interval too.
      return Math.max(0, Math.round(delay.percentile(99) / 1e6) - lagResolutionMs)
    }
  },
  throttledMs,
}

interface Ends {
  readonly load: LoadClient
  readonly canary: LoadClient
  readonly world: LoadWorld
}

/**
 * Ramps from a trickle to `rate` in steps, and ends at the first sign of harm. The watchdog is here, in the pod, so
 * that it works whatever becomes of the command that started it. Each step is one record.
 */
export async function dnsLoad(spec: LoadSpec, emit: Emit, world: LoadWorld = machineWorld): Promise<void> {
  const targets = spec.servers.map((it) => ({ ip: it.ip, port: it.dnsPort }))
  const { name, timeoutMs } = spec
  const load = await loadClient(
    { targets, name, sockets: spec.socketsPerServer, outstanding: spec.outstandingPerServer, timeoutMs },
    world,
  )
  const canary = await loadClient(
    { targets, name, sockets: 1, outstanding: Math.max(2, spec.canaryPerSecond * 2), timeoutMs },
    world,
  )
  canary.setRate(spec.canaryPerSecond * targets.length)
  try {
    emit({ t: 'load-end', end: await ramp(spec, { load, canary, world }, (step) => emit({ t: 'load-step', step })) })
  } finally {
    load.close()
    canary.close()
  }
}

async function ramp(spec: LoadSpec, ends: Ends, tell: (step: LoadStep) => void): Promise<LoadEnd> {
  const bounds: LoadBounds = { ...loadBounds, p99Ms: spec.p99Ms, rate: spec.rate }
  const { clock } = ends.world
  const until = clock.now() + spec.budgetMs
  let readings = await readAll(spec, ends.world, 'before')
  let queries = 0
  let carried = 0
  let starved = 0
  const full: number[] = []
  const end = (kind: LoadEnd['kind'], why: string): LoadEnd => ({ kind, why, carried: Math.floor(carried), queries })
  const take = async (asked: number): Promise<LoadStep> => {
    const { step, after } = await oneStep(spec, ends, { asked, bounds, before: readings })
    readings = after
    queries += step.load.sent + step.canary.sent
    tell(step)
    return step
  }

  const base = await take(0)
  if (base.servers.length < spec.servers.length) return end('blind', blindness(readings))
  const before = judge(base, null, bounds)
  if (before.kind === 'harm') return end('harm', `${before.why}, before any load`)

  for (let asked = firstRate(spec.rate); ;) {
    const step = await take(asked)
    if (step.servers.length < spec.servers.length) return end('blind', `${blindness(readings)}, at ${asked} queries/s`)
    const verdict = judge(step, base, bounds)
    if (verdict.kind === 'harm') return end('harm', `${verdict.why}, at ${asked} queries/s`)
    const answered = (step.load.answered / step.load.ms) * 1000
    if (verdict.kind === 'go') carried = Math.max(carried, Math.min(answered, asked))
    if (verdict.kind === 'behind' && isFull(step, spec.rate)) full.push(answered)
    const reached = verdict.kind === 'go' && asked >= spec.rate
    const late = reached || full.length === 2 ? await lateLoss(spec, ends, step) : null
    if (late !== null) return end('harm', `${late}, at ${asked} queries/s`)
    if (reached) return end('reached', '')
    // Seen again: a neighbour on the node may have had the CPU for a moment.
    if (verdict.kind === 'client' && ++starved === 3) return end('client', verdict.why)
    if (full.length === 2) {
      carried = Math.max(...full)
      return end(
        'saturated',
        `of ${asked} queries/s asked they answer ${Math.floor(carried)}, ` +
          `and none is lost, with ${spec.outstandingPerServer} under way to each server`,
      )
    }
    if (clock.now() + spec.stepMs > until)
      return end('out-of-time', `${Math.round(spec.budgetMs / 1000)} s were not enough to get further`)
    if (verdict.kind === 'client') continue
    starved = 0
    if (verdict.kind === 'go') full.length = 0
    // Also behind a saturated step: slots that always wait are what makes a ceiling, and no more than they hold is ever
    // under way.
    asked = nextRate(step, base, bounds)
  }
}

/** The slots are in use, or all that was asked for is sent: no more of either is to come. */
function isFull({ held, asked }: LoadStep, rate: number): boolean {
  return held >= saturatedShare || asked >= rate
}

/**
 * "None lost" is said of queries whose time is over: what the last step sent last is waited for. null when nothing was
 * lost.
 */
async function lateLoss(spec: LoadSpec, { load, canary, world }: Ends, step: LoadStep): Promise<string | null> {
  load.setRate(0)
  canary.setRate(0)
  // The client looks for what is overdue from time to time.
  await world.clock.sleep(spec.timeoutMs + 2 * lookMs)
  return (
    failure(withMore(step.load, load.take()), 'the load') ?? failure(withMore(step.canary, canary.take()), 'the canary')
  )
}

/** What went wrong since belongs to the step; what was sent since would make it look faster than it was. */
function withMore(seen: ClientView, { lost, refused }: LoadTaken): ClientView {
  return { ...seen, lost: seen.lost + lost, refused: seen.refused + refused }
}

/** One rate for `stepMs`, or until something is wrong; the rate then stays while the metrics are read, or stops. */
async function oneStep(
  spec: LoadSpec,
  { load, canary, world }: Ends,
  {
    asked,
    bounds,
    before,
  }: { readonly asked: number; readonly bounds: LoadBounds; readonly before: readonly Reading[] },
): Promise<{ readonly step: LoadStep; readonly after: readonly Reading[] }> {
  const wrong = (): boolean => isBad(view(load.look()), view(canary.look()), bounds)
  const { clock } = world
  const lateness = world.lateness()
  const throttledBefore = world.throttledMs()
  load.take()
  canary.take()
  load.setRate(asked)
  for (const start = clock.now(); clock.now() - start < spec.stepMs && !wrong();) await clock.sleep(lookMs)
  if (wrong()) load.setRate(0)
  const seen = load.take()
  const canarySeen = canary.take()
  const throttledAfter = world.throttledMs()
  const lagMs = lateness()
  // A server in trouble takes its time over its metrics, too: the load goes on meanwhile, and so does the watch.
  const stopWatching = clock.every(lookMs, () => void (wrong() ? load.setRate(0) : 0))
  const after = await readAll(spec, world, 'after').finally(stopWatching)
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
    lagMs,
  }
  return { step, after }
}

type Reading = Extract<PodRecord, { t: 'metrics' }>

function readAll(spec: LoadSpec, world: LoadWorld, phase: Reading['phase']): Promise<readonly Reading[]> {
  return Promise.all(spec.servers.map((it) => world.scrape(it, phase)))
}

function blindness(readings: readonly Reading[]): string {
  const failed = readings.find((it) => it.error !== null)
  return failed === undefined
    ? 'a server restarted'
    : `the metrics of ${failed.ip} can't be read from the pod (${failed.error ?? ''})`
}

function view({ sent, answered, refused, lost, times, ms }: LoadTaken): ClientView {
  return {
    sent,
    answered,
    refused,
    lost,
    p50: tenths(times.quantile(0.5)),
    p99: tenths(times.quantile(0.99)),
    ms: Math.round(ms),
  }
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10
}
