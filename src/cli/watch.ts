import { checks } from '../checks/registry.ts'
import { diagnose } from '../engine.ts'
import type { Cluster } from '../kube/cluster.ts'
import { model } from '../model/build.ts'
import { known } from '../model/known.ts'
import type { ClusterDns } from '../model/cluster-dns.ts'
import { listEveryMs, queriesPerSecond } from '../probe/watch/watch-canary.ts'
import { terminalPaint } from './terminal/look.ts'
import { advance, nothingYet, type WatchSample, type WatchState } from '../answers/dns-watch.ts'
import { owed } from '../owed.ts'
import { ToolError } from '../tool-error.ts'
import type { ConntrackFrom } from '../session/asks.ts'
import type { ClusterFlags, PodFlags } from './flags.ts'
import { open } from '../session/open.ts'
import { interruptedCode, interruptedWord, interruptible } from './terminal/interrupt.ts'
import { tell as warn } from './terminal/say.ts'
import { version } from '../version.ts'
import { countRequests } from './watch-count.ts'
import { watchOutput, type WatchOutput } from './watch-output.ts'
import { type Readers, startReaders } from './watch-readers.ts'

export interface WatchFlags extends ClusterFlags, PodFlags {
  readonly interval: number
  readonly for?: number
  readonly probe?: boolean
  readonly nodeAccess?: boolean
  readonly conntrackFrom?: ConntrackFrom
  readonly node?: string
  readonly output: 'text' | 'json'
}

/** Below this the lists alone would be a load. */
const leastIntervalMs = 1000

/** `hopscope watch dns`: until Ctrl-C (130) or the end of --for: 0 no trouble seen, 1 some, 2 never a number. */
export async function watchCommand(what: string, flags: WatchFlags): Promise<number> {
  if (what !== 'dns') throw new ToolError('usage', `\`${what}\` can't be watched`, 'hopscope watch dns')
  if (flags.interval < leastIntervalMs)
    throw new ToolError(
      'usage',
      `an interval of ${flags.interval} ms would be a load of its own`,
      'one second at the least: --interval 1s',
    )
  const interrupt = interruptible()
  const counted = countRequests(await open(flags, interrupt.signal))
  const cluster = counted.cluster
  const output = watchOutput(flags.output, process.stdout, terminalPaint)
  const until = flags.for === undefined ? Infinity : performance.now() + flags.for
  const stop = AbortSignal.any([
    interrupt.signal,
    ...(flags.for === undefined ? [] : [AbortSignal.timeout(flags.for + leastIntervalMs)]),
  ])
  let readers: Readers | null = null
  const seen: Seen = { state: nothingYet, samples: 0, numbers: 0, troubles: 0, load: 0 }
  let began = Date.now()
  let atStart = 0
  try {
    output.note(`reading the DNS of ${cluster.context} once, to see what there is to watch`)
    readers = await startReaders(cluster, flags, stop, counted.count)
    atStart = counted.count()
    began = Date.now()
    announceLoad(output, readers, flags, seen)
    for (let next = performance.now(); ;) {
      const { sample, totals } = await readers.sample((dns) => findingsOf(dns, cluster), stop)
      if (stop.aborted) break
      tell(output, sample, seen)
      seen.samples++
      if (totals !== null) seen.numbers++
      announceLoad(output, readers, flags, seen)
      next = Math.max(next + flags.interval, performance.now())
      if (next > until) break
      if (!(await wait(next - performance.now(), stop))) break
    }
  } catch (error) {
    if (!stop.aborted) throw error
  } finally {
    const ended = Date.now()
    const requests = counted.count()
    const left = (await readers?.end()) ?? []
    output.end({
      began,
      ended,
      samples: seen.samples,
      numbers: seen.numbers,
      troubles: seen.troubles,
      requests,
      atStart,
      standing: [...seen.state.standing.values()].map((it) => it.bad),
      findings: seen.state.findings,
      missing: seen.state.missing,
      left,
      canary: flags.probe === true,
    })
    interrupt.release()
    cluster.close()
  }
  if (interrupt.interrupted()) return stoppedEarly()
  if (seen.numbers === 0) return 2
  return seen.troubles > 0 ? 1 : 0
}

/** Ctrl-C is the usual end, and the summary has said all; a reader that went away has not read it. */
function stoppedEarly(): number {
  const code = interruptedCode()
  if (code === 141)
    warn(
      `${interruptedWord()}; ${owed().length === 0 ? 'nothing of it is left in the cluster' : `NOT removed: ${owed().join(', ')}; hopscope cleanup`}`,
    )
  return code
}

interface Seen {
  state: WatchState
  samples: number
  numbers: number
  troubles: number
  /** Requests a second that were last stated. */
  load: number
}

function tell(output: WatchOutput, sample: WatchSample, seen: Seen): void {
  const { state, events } = advance(seen.state, sample)
  seen.state = state
  seen.troubles += events.filter((it) => it.kind === 'trouble').length
  output.sample(sample, events)
}

/** Said before the first reading, and again when more servers make it more. */
function announceLoad(output: WatchOutput, readers: Readers, flags: WatchFlags, seen: Seen): void {
  const execs = flags.conntrackFrom === 'kube-proxy' ? readers.nodes().length : 0
  const pods = readers.nodes().length - execs
  const perReading = readers.reads() + readers.servers() + execs
  const canary = readers.canaryNode()
  const load = (1000 * perReading) / flags.interval + (canary === null ? 0 : 1000 / listEveryMs)
  if (load <= seen.load) return
  const first = seen.load === 0
  seen.load = load
  const parts = [
    `${readers.reads()} reads`,
    `${readers.servers()} metrics page${readers.servers() === 1 ? '' : 's'}`,
    ...(execs === 0 ? [] : [`${execs} counter file${execs === 1 ? '' : 's'} by exec`]),
  ]
  output.load(
    [
      `asks the API server at most ${load.toFixed(1)} times a second: ${parts.join(' and ')} every ${flags.interval / 1000} s${canary === null ? '' : ', the canary pod every 10 s'}`,
      ...(first && pods > 0
        ? [
            `a hostNetwork pod without privileges on each of ${pods} nodes reads the conntrack counters; removed at the end`,
          ]
        : []),
      ...(first ? [ownLookups(canary)] : []),
    ],
    load,
  )
}

function ownLookups(canary: string | null): string {
  if (canary === null) return 'makes no lookup of its own (--probe adds a canary)'
  return `a canary pod on ${canary} looks up one name a second (${queriesPerSecond} queries); removed at the end; some requests more to start it`
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
