import type { Cluster } from '../../kube/cluster.ts'
import { podProgram } from '../pods/pod-program.ts'
import { startPod } from '../pods/pod-run.ts'
import { type PodLedger, podLedger, removeLeftovers, watchPods } from '../pods/pods.ts'
import { createMerge, type Merge } from './merge.ts'
import type { DeviceName } from '../../wire/node-names.ts'
import { pcapngHead, pcapngPacket, pcapngStatistics, type WrittenPoint } from '../../wire/pcap/writer.ts'
import { findingCommand } from './capture-script.ts'
import { type Found, otherEnd, podDevice, readFound, uplink } from './found.ts'
import { commentOf, filterOf, type PointPlan, withoutMissing } from './plan-capture.ts'
import { openStream, type PointEnd, type PointStream } from './point-stream.ts'

export interface CaptureRun {
  readonly run: string
  readonly namespace: string
  readonly image: string
  readonly points: readonly PointPlan[]
  readonly packets: number
  /** Of the file; a point has its share of it. */
  readonly bytes: number
  readonly snaplen: number
  readonly seconds: number
  /** As the file names its author. */
  readonly application: string
}

/** What becomes of one point. */
export interface PointResult {
  readonly name: string
  readonly packets: number
  readonly dropped: number | null
  readonly why: string | null
}

export interface CaptureEnd {
  readonly points: readonly PointResult[]
  readonly bytes: number
  readonly left: readonly string[]
  readonly endedBy: 'caller' | 'time' | 'bytes' | 'packets' | 'pod' | 'file'
}

export interface CaptureCaller {
  readonly step: (line: string) => void
  readonly announce: (line: string) => void
  readonly sink: (bytes: Uint8Array) => void
  /** What is done while packets are taken; ends the capture when it is over. null: only time and the caller do. */
  readonly during: ((signal: AbortSignal) => Promise<void>) | null
  readonly signal: AbortSignal
  /** Aborted when the pod is gone that packets are taken at: its devices are gone with it. */
  readonly gone?: AbortSignal
  /** Aborted when `sink` takes no more. */
  readonly broken?: AbortSignal
}

/** A packet may be this much later on its way than one of another node. */
const holdMs = 400
/** What an answer that is late still takes, once the command is over. */
const tailMs = 1500
const openWithinMs = 15_000
/** A point is opened before the time of all begins, and says its last words after it. */
const scriptMarginSeconds = 30

export async function runCapture(cluster: Cluster, plan: CaptureRun, caller: CaptureCaller): Promise<CaptureEnd> {
  const ledger = podLedger(cluster)
  await removeLeftovers(cluster, plan.namespace)
  let end: Omit<CaptureEnd, 'left'>
  let left: readonly string[] = []
  try {
    end = await captured(cluster, plan, { caller, ledger })
  } finally {
    left = await ledger.removeAll()
  }
  return { ...end, left }
}

interface Opened {
  readonly point: PointPlan
  readonly pod: string
  readonly pid: number
  readonly device: DeviceName
}

type Opening = Opened | { readonly point: PointPlan; readonly why: string }

async function captured(
  cluster: Cluster,
  plan: CaptureRun,
  { caller, ledger }: { readonly caller: CaptureCaller; readonly ledger: PodLedger },
): Promise<Omit<CaptureEnd, 'left'>> {
  const { step, signal } = caller
  const nodes = [...new Set(plan.points.map((it) => it.node))]
  step(`starting a capture pod on ${nodes.join(', ')} ...`)
  const openings = (await openNodes(cluster, plan, { nodes, ledger, signal })).flat()
  const enough = new AbortController()
  let endedBy: CaptureEnd['endedBy'] = 'time'
  function stop(by: CaptureEnd['endedBy']): void {
    if (enough.signal.aborted) return
    endedBy = by
    enough.abort()
  }
  const stopped = (): void => stop('caller')
  signal.addEventListener('abort', stopped, { once: true })
  if (signal.aborted) stopped()
  // Every point ends then, and the capture with the last of them.
  caller.gone?.addEventListener('abort', () => stop('pod'), { once: true })
  if (caller.gone?.aborted === true) stop('pod')
  caller.broken?.addEventListener('abort', () => stop('file'), { once: true })
  const merge = createMerge(holdMs)
  const streams = openStreams(cluster, plan, { openings, enough: enough.signal, merge })
  const begun = await untilBegun(openings, streams)
  const { there, links } = begun
  const missing = openings.filter((it) => !there.some(({ point }) => point === it.point))
  const results: PointResult[] = []
  for (const it of missing) {
    const own = 'why' in it ? it.why : (await ended(streams.get(it.point.name), 2000))?.why
    const why = own ?? 'it did not begin in time'
    results.push({ name: it.point.name, packets: 0, dropped: null, why })
    caller.announce(`no capture at ${it.point.name}: ${why}`)
  }
  // Packets come before all points are there, and only then do those have their order.
  const ids = new Map(there.map((it, index) => [openings.indexOf(it), index]))
  const sink = sinkOf(caller.sink, plan.bytes, () => stop('bytes'))
  if (there.length > 0) {
    const kept = withoutMissing(
      there.map((it) => it.point),
      missing.map((it) => it.point),
    )
    const written = there.map((it, index): WrittenPoint => ({
      name: it.point.name,
      comment: commentOf(kept[index] ?? it.point, it.device),
      filter: filterOf(it.point),
      link: links.get(it.point.name) ?? 1,
      snaplen: plan.snaplen,
    }))
    sink.write(pcapngHead(written, plan.application))
    caller.announce(`capturing at ${there.map((it) => `${it.point.name} (${it.device})`).join(', ')}`)
  }
  // The first packet that there was no room for: from then on no point's silence says anything.
  let fullAt = Infinity
  const flush = (all: ReturnType<typeof merge.take>): void => {
    for (const it of all) {
      const point = ids.get(it.point)
      if (point !== undefined && !sink.write(pcapngPacket({ ...it, point }))) fullAt = Math.min(fullAt, it.time)
    }
  }
  const ticking = setInterval(() => flush(merge.take(performance.now())), 100)
  const ends = Promise.all(there.map(async (it) => [it.point.name, await streams.get(it.point.name)?.end] as const))
  if (there.length > 0) await untilEnough(caller, plan, { ends, stop })
  enough.abort()
  const told = new Map<string, PointEnd | undefined>(await ends)
  clearInterval(ticking)
  flush(merge.rest())
  for (const [index, it] of there.entries()) {
    const its = told.get(it.point.name)
    if (its !== undefined) {
      const to = Math.max(its.from, Math.min(its.to, fullAt))
      sink.last(pcapngStatistics({ ...its, to, point: index }))
    }
    results.push({
      name: it.point.name,
      packets: its?.packets ?? 0,
      dropped: its?.dropped ?? null,
      why: its?.why ?? null,
    })
  }
  return { points: results, bytes: sink.written(), endedBy }
}

interface Streams {
  readonly openings: readonly Opening[]
  readonly enough: AbortSignal
  /** Gets each packet by the place of its opening. */
  readonly merge: Merge
}

function openStreams(
  cluster: Cluster,
  plan: CaptureRun,
  { openings, enough, merge }: Streams,
): ReadonlyMap<string, PointStream> {
  const { namespace, snaplen, seconds } = plan
  const count = Math.max(1, openings.filter((it) => 'device' in it).length)
  const packets = Math.max(1, Math.min(plan.packets, Math.floor(plan.bytes / count / (snaplen + 32))))
  const streams = new Map<string, PointStream>()
  for (const [place, it] of openings.entries()) {
    if ('why' in it) continue
    const { point, pod, pid, device } = it
    const { filter, code } = point
    const watching = { pid, device, packets, snaplen, filter, code, seconds: seconds + scriptMarginSeconds }
    const packet = (its: { readonly time: number; readonly length: number; readonly bytes: Uint8Array }): void =>
      merge.add({ ...its, point: place }, performance.now())
    streams.set(point.name, openStream(cluster, { namespace, pod, watching, enough, packet }))
  }
  return streams
}

/** Those that capture by now, and the kind of frames of each. */
async function untilBegun(
  openings: readonly Opening[],
  streams: ReadonlyMap<string, PointStream>,
): Promise<{ readonly there: readonly Opened[]; readonly links: ReadonlyMap<string, number> }> {
  const slow = new Promise<null>((resolve) => setTimeout(() => resolve(null), openWithinMs).unref())
  const links = new Map<string, number>()
  for (const [name, { link }] of streams) {
    const its = await Promise.race([link, slow])
    if (its !== null) links.set(name, its)
  }
  return { there: openings.flatMap((it) => (!('why' in it) && links.has(it.point.name) ? [it] : [])), links }
}

async function untilEnough(
  { during, signal }: CaptureCaller,
  { seconds }: CaptureRun,
  { ends, stop }: { readonly ends: Promise<unknown>; readonly stop: (by: CaptureEnd['endedBy']) => void },
): Promise<void> {
  const over = new AbortController()
  const all = AbortSignal.any([signal, over.signal])
  const time = wait(seconds * 1000, all).then(() => (signal.aborted ? stop('caller') : stop('time')))
  const work = during === null ? new Promise<never>(() => {}) : during(all).then(() => wait(tailMs, all))
  await Promise.race([time, work.then(() => stop('time')), ends.then(() => stop('packets'))])
  if (signal.aborted) stop('caller')
  over.abort()
}

/** At once when `signal` ends. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}

interface Sink {
  /** False where there is no room: then nothing more is written, as what came later would look like all there was. */
  readonly write: (bytes: Uint8Array) => boolean
  /** What must stand at the end, however full it is. */
  readonly last: (bytes: Uint8Array) => void
  readonly written: () => number
}

function sinkOf(write: (bytes: Uint8Array) => void, most: number, full: () => void): Sink {
  let written = 0
  let isFull = false
  const last = (bytes: Uint8Array): void => {
    written += bytes.length
    write(bytes)
  }
  return {
    write(bytes) {
      isFull ||= written + bytes.length > most
      if (isFull) full()
      else last(bytes)
      return !isFull
    },
    last,
    written: () => written,
  }
}

async function ended(stream: PointStream | undefined, withinMs: number): Promise<PointEnd | null> {
  if (stream === undefined) return null
  return Promise.race([stream.end, new Promise<null>((resolve) => setTimeout(() => resolve(null), withinMs).unref())])
}

interface OnNodes {
  readonly nodes: readonly string[]
  readonly ledger: PodLedger
  readonly signal: AbortSignal
}

/** Longer than the capture: for the image, and for what is said at the end. */
const podMarginSeconds = 120

async function openNodes(
  cluster: Cluster,
  plan: CaptureRun,
  { nodes, ledger, signal }: OnNodes,
): Promise<readonly (readonly Opening[])[]> {
  const { run, namespace, image } = plan
  const program = await podProgram()
  const watch = watchPods(cluster, namespace, run)
  const deadlineSeconds = plan.seconds + podMarginSeconds
  const spec = { kind: 'hold', forMs: 1000 * (deadlineSeconds - 10) } as const
  const openOn = async (node: string): Promise<readonly Opening[]> => {
    const points = plan.points.filter((it) => it.node === node)
    const none = (why: string): readonly Opening[] => points.map((point) => ({ point, why }))
    const started = await startPod(
      { cluster, watch, ledger, signal, now: () => performance.now() },
      {
        run,
        namespace,
        node,
        image,
        program,
        spec,
        hostNetwork: true,
        may: 'capture',
        held: 'must',
        tolerateAll: true,
        deadlineSeconds,
      },
    )
    if ('why' in started) return none(started.why.detail)
    const pod = started.pod.name
    return Promise.all(points.map((point) => openPoint(cluster, { namespace, pod, point, signal })))
  }
  try {
    return await Promise.all(nodes.map(openOn))
  } finally {
    watch.end()
  }
}

async function openPoint(
  cluster: Cluster,
  {
    namespace,
    pod,
    point,
    signal,
  }: { readonly namespace: string; readonly pod: string; readonly point: PointPlan; readonly signal: AbortSignal },
): Promise<Opening> {
  const { at } = point
  const looked = at.kind === 'uplink' ? null : at.end
  const command = findingCommand(looked?.uid ?? null, looked?.addresses[0] ?? null)
  const ran = await cluster.exec(namespace, pod, { command, timeoutMs: 20_000, signal })
  if (!ran.known) return { point, why: ran.why.detail }
  const found = readFound(ran.value.stdout)
  const device = deviceOf(point, found)
  return typeof device === 'string' ? { point, why: device } : { point, pod, ...device }
}

function deviceOf(
  { at, node }: PointPlan,
  found: Found,
): { readonly pid: number; readonly device: DeviceName } | string {
  if (!found.isWhole) return `node ${node} did not say what devices it has: no shell in the image, or too little time`
  if (!found.tools.has('tcpdump') && !found.tools.has('perl'))
    return 'the image has neither tcpdump nor perl (--image: one that has)'
  if (at.kind === 'uplink') {
    const device = uplink(found, at.towards)
    return device === null ? `node ${node} has no route that leads out` : { pid: 0, device }
  }
  if (found.pid === null) return `no process of pod ${at.end.namespace}/${at.end.name} was found on node ${node}`
  const inside = podDevice(found)
  if (inside === null) return `the devices of pod ${at.end.namespace}/${at.end.name} could not be read`
  if (at.kind === 'pod')
    return found.tools.has('nsenter')
      ? { pid: found.pid, device: inside.name }
      : 'the image has no nsenter (--image: one that has)'
  const device = otherEnd(found, inside)
  return device === null ? `the other end of ${inside.name} is no device of node ${node}` : { pid: 0, device }
}
