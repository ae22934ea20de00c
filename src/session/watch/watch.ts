import {
  advance,
  type Gap,
  nothingYet,
  type WatchEvent,
  type WatchSample,
  type WatchState,
} from '../../answers/dns-watch.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose } from '../../engine.ts'
import type { Finding } from '../../findings/finding.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { model } from '../../model/build.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known } from '../../model/known.ts'
import { listEveryMs, queriesPerSecond } from '../../probe/watch/watch-canary.ts'
import { ToolError } from '../../tool-error.ts'
import { version } from '../../version.ts'
import type { ClusterAsk, ConntrackFrom, PodAsk } from '../asks.ts'
import type { Caller, SessionEvent } from '../events.ts'
import { type Ended, type Frame, withCluster } from '../with-cluster.ts'
import { countRequests } from './count.ts'
import { type Readers, startReaders } from './readers.ts'
import { stopwatch } from '../../stopwatch.ts'

export interface WatchAsk extends ClusterAsk, PodAsk {
  readonly interval: number
  /** Ends by itself after this long; undefined: the caller's signal ends it. */
  readonly for?: number
  readonly probe?: boolean
  readonly nodeAccess?: boolean
  readonly conntrackFrom?: ConntrackFrom
  readonly node?: string
}

/** What a watch asks of the API server and makes in the cluster. */
export interface WatchLoad {
  readonly requestsPerSecond: number
  /** In one interval: lists and gets, metrics pages, counter files by exec. */
  readonly reads: number
  readonly pages: number
  readonly execs: number
  /** hostNetwork pods that read counters. */
  readonly counterPods: number
  /** null: there is none. */
  readonly canary: { readonly node: string; readonly queriesPerSecond: number } | null
  /** Later ones only say that it has become more. */
  readonly isFirst: boolean
}

export interface WatchEnd {
  readonly started: Date
  readonly durationMs: number
  readonly samples: number
  /** Of those, how many had numbers. */
  readonly numbers: number
  readonly troubles: number
  readonly requests: number
  /** Of those, how many came before the first interval. */
  readonly atStart: number
  readonly standing: readonly string[]
  readonly findings: readonly Finding[]
  readonly missing: ReadonlyMap<string, Gap>
  readonly left: readonly string[]
  readonly canary: boolean
}

export type DnsWatchEvent =
  | SessionEvent
  | { readonly kind: 'load'; readonly load: WatchLoad }
  | { readonly kind: 'sample'; readonly sample: WatchSample; readonly events: readonly WatchEvent[] }
  /** Comes however the watch ends. */
  | { readonly kind: 'end'; readonly end: WatchEnd }

export interface Watched extends WatchEnd {
  readonly endedBy: 'caller' | 'time'
}

/** Below this the lists alone would be a load. */
const leastIntervalMs = 1000

/** Reads the DNS servers again and again, and tells of each reading what changed. */
export async function watchDns(ask: WatchAsk, caller: Caller<DnsWatchEvent>): Promise<Ended<Watched>> {
  if (ask.interval < leastIntervalMs)
    throw new ToolError(
      'usage',
      `an interval of ${ask.interval} ms would be a load of its own`,
      'one second at the least: --interval 1s',
    )
  return withCluster(ask, caller, async (frame) => {
    const end = await watched(frame, ask, caller.tell)
    return { ...end, endedBy: frame.interrupt.aborted ? 'caller' : 'time' }
  })
}

interface Seen {
  state: WatchState
  samples: number
  numbers: number
  troubles: number
  /** Requests a second that were last stated. */
  load: number
}

async function watched(frame: Frame, ask: WatchAsk, tell: Caller<DnsWatchEvent>['tell']): Promise<WatchEnd> {
  const counted = countRequests(frame.cluster)
  const { cluster } = counted
  const time = ask.for === undefined ? [] : [AbortSignal.timeout(ask.for + leastIntervalMs)]
  const stop = AbortSignal.any([frame.signal, ...time])
  const until = ask.for === undefined ? Infinity : performance.now() + ask.for
  const seen: Seen = { state: nothingYet, samples: 0, numbers: 0, troubles: 0, load: 0 }
  let readers: Readers | null = null
  let [lasting, atStart] = [stopwatch(), 0]
  let end: WatchEnd
  try {
    tell({ kind: 'step', line: `reading the DNS of ${cluster.context} once, to see what there is to watch` })
    readers = await startReaders({ cluster, signal: stop, count: counted.count }, ask)
    ;[lasting, atStart] = [stopwatch(), counted.count()]
    tellLoad(tell, readers, ask, seen)
    for (let next = performance.now(); ;) {
      const { sample, totals } = await readers.sample((dns) => findingsOf(dns, cluster), stop)
      if (stop.aborted) break
      tellSample(tell, sample, seen)
      seen.samples++
      if (totals !== null) seen.numbers++
      tellLoad(tell, readers, ask, seen)
      next = Math.max(next + ask.interval, performance.now())
      if (next > until) break
      if (!(await wait(next - performance.now(), stop))) break
    }
  } catch (error) {
    if (!stop.aborted) throw error
  } finally {
    const durationMs = lasting.ms()
    const requests = counted.count()
    const left = (await readers?.end()) ?? []
    end = {
      ...endOf(seen),
      started: lasting.started,
      durationMs,
      requests,
      atStart,
      left,
      canary: ask.probe === true,
    }
    tell({ kind: 'end', end })
  }
  return end
}

function endOf({
  samples,
  numbers,
  troubles,
  state,
}: Seen): Pick<WatchEnd, 'samples' | 'numbers' | 'troubles' | 'standing' | 'findings' | 'missing'> {
  const standing = [...state.standing.values()].map((it) => it.bad)
  return { samples, numbers, troubles, standing, findings: state.findings, missing: state.missing }
}

function tellSample(tell: Caller<DnsWatchEvent>['tell'], sample: WatchSample, seen: Seen): void {
  const { state, events } = advance(seen.state, sample)
  seen.state = state
  seen.troubles += events.filter((it) => it.kind === 'trouble').length
  tell({ kind: 'sample', sample, events })
}

/** Said before the first reading, and again when more servers make it more. */
function tellLoad(tell: Caller<DnsWatchEvent>['tell'], readers: Readers, ask: WatchAsk, seen: Seen): void {
  const execs = ask.conntrackFrom === 'kube-proxy' ? readers.nodes().length : 0
  const [reads, pages, node] = [readers.reads(), readers.servers(), readers.canaryNode()]
  const canary = node === null ? null : { node, queriesPerSecond }
  const requestsPerSecond = (1000 * (reads + pages + execs)) / ask.interval + (canary === null ? 0 : 1000 / listEveryMs)
  if (requestsPerSecond <= seen.load) return
  const isFirst = seen.load === 0
  seen.load = requestsPerSecond
  const counterPods = readers.nodes().length - execs
  tell({ kind: 'load', load: { requestsPerSecond, reads, pages, execs, counterPods, canary, isFirst } })
}

/** Checks that can decide from the DNS objects alone; the others would only say that they can't tell. */
function findingsOf(dns: ClusterDns, cluster: Cluster): WatchSample['findings'] {
  const seen = model(
    { clusterDns: known(dns) },
    {
      scope: { namespace: null, target: { kind: 'dns' }, level: 'read' },
      cluster: { context: cluster.context, version: 'unknown', tool: version },
    },
  )
  const able = checks.filter((it) => it.needs.every((name) => name === 'clusterDns'))
  return diagnose(seen, { checks: able }).roots.map((it) => it.finding)
}

/** false when `signal` ended the wait. */
function wait(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false)
    const end = (): void => {
      clearTimeout(timer)
      resolve(false)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end)
      resolve(true)
    }, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}
