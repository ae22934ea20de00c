import { readUntil } from '../../kube/read-until.ts'
import { runCapture, type CaptureEnd } from '../../probe/capture/capture-run.ts'
import { orIcmp, planCapture, type CapturePlan, type PointPlace } from '../../probe/capture/plan-capture.ts'
import { newRunId } from '../../probe/pods/pods.ts'
import { ToolError } from '../../tool-error.ts'
import { version } from '../../version.ts'
import { type Filter, readFilter } from '../../wire/capture-filter.ts'
import type { ClusterAsk, PodAsk } from '../asks.ts'
import type { Caller } from '../events.ts'
import { probeNamespaceOf } from '../gather.ts'
import { createPcapAnalysis, type PcapDiagnosed } from '../pcap.ts'
import { type ChecksAsk, checksOf } from '../select.ts'
import { type Ended, withCluster } from '../with-cluster.ts'
import { clientOf, nodeAddresses, type Peers, peersOf } from './ends.ts'
import { untilRemoved } from './until-removed.ts'

export interface CaptureAsk extends ClusterAsk, PodAsk, ChecksAsk {
  /** pod/NAME, or a workload or Service for one of its pods. */
  readonly target: string
  readonly peer?: string
  readonly filter?: string
  readonly points?: readonly PointPlace[]
  readonly duration: number
  /** At each point. */
  readonly packets: number
  /** In all. */
  readonly bytes: number
  readonly snaplen: number
}

export interface CaptureOutlet {
  /** The file, as it grows. */
  readonly sink: (bytes: Uint8Array) => void
  readonly during: ((signal: AbortSignal) => Promise<void>) | null
  /** Aborted when it takes no more: then the capture ends, and what came is judged. */
  readonly broken?: AbortSignal
  /** What the file and the points are called where nothing is written. */
  readonly name: string
}

export interface CapturedLive extends CaptureEnd, PcapDiagnosed {
  readonly seconds: number
}

/** Takes packets at several places of one path at once, and judges them. Ctrl-C is an end like any other. */
export async function captureCluster(
  ask: CaptureAsk,
  outlet: CaptureOutlet,
  caller: Caller,
): Promise<Ended<CapturedLive>> {
  const analysis = createPcapAnalysis(ask, outlet.name)
  checksOf(ask)
  const filter = filterOf(ask.filter)
  const began = performance.now()
  return withCluster(ask, caller, async ({ cluster, signal, tell }) => {
    if (ask.exec === false)
      throw new ToolError('usage', 'a capture is run by exec in a pod of its own', 'leave out --no-exec')
    const namespace = ask.namespace ?? cluster.namespace
    const reading = readUntil(cluster, signal)
    const podsIn = (await probeNamespaceOf(reading, ask)) ?? namespace
    tell({ kind: 'step', line: `looking for ${ask.target} in namespace ${namespace} of ${cluster.context} ...` })
    const { client, taken } = await clientOf(ask.target, reading, namespace)
    if (taken !== null) tell({ kind: 'announce', line: taken })
    const places: ReadonlySet<PointPlace> = new Set<PointPlace>(
      ask.points ?? (ask.peer === undefined ? ['client', 'node'] : ['client', 'node', 'server']),
    )
    const peers = await peersOf(ask.peer ?? null, reading, namespace)
    if (places.has('server') && peers.servers.length === 0)
      throw new ToolError('not-found', `there is no other end to capture at: ${peers.words}`, '--peer pod/NAME')
    const addresses = await nodeAddresses(reading, client.node)
    signal.throwIfAborted()
    // Whoever names nobody looks for lost lookups; what else the pod does is not kept out of the file.
    const wanted = filter ?? (ask.peer === undefined && peers.servers.length > 0 ? dnsOnly : null)
    const plan = planned({ client, ...peers, nodeAddresses: addresses, places, filter: wanted, snaplen: ask.snaplen })
    const run = newRunId()
    const nodes = [...new Set(plan.map((it) => it.node))]
    for (const line of announceCapture(ask, { podsIn, nodes, peers, isDns: wanted === dnsOnly }))
      tell({ kind: 'announce', line })
    const removed = untilRemoved(cluster, client, { signal })
    const end = await runCapture(
      cluster,
      {
        run,
        namespace: podsIn,
        image: ask.image,
        points: plan,
        packets: ask.packets,
        bytes: ask.bytes,
        snaplen: ask.snaplen,
        seconds: Math.ceil(ask.duration / 1000),
        application: `hopscope ${version}`,
      },
      {
        step: (line) => tell({ kind: 'step', line }),
        announce: (line) => tell({ kind: 'announce', line }),
        sink(bytes) {
          outlet.sink(bytes)
          analysis.push(bytes)
        },
        during: outlet.during,
        signal,
        gone: removed.gone,
        ...(outlet.broken === undefined ? {} : { broken: outlet.broken }),
      },
    ).finally(removed.enough)
    if (end.left.length > 0) tell({ kind: 'left', what: end.left.map((it) => `pod ${it}`) })
    if (end.bytes === 0)
      throw new ToolError(
        'probe-failed',
        `nothing could be captured: ${end.points[0]?.why ?? 'no point was opened'}`,
        'what each way needs: hopscope capture --help',
      )
    return { ...end, ...analysis.end(), seconds: (performance.now() - began) / 1000 }
  })
}

const dnsOnly: Filter = orIcmp({ op: 'port', protocol: null, side: null, port: 53 })

function filterOf(text: string | undefined): Filter | null {
  if (text === undefined) return null
  const read = readFilter(text)
  if (read.kind === 'filter') return read.filter
  throw new ToolError(
    'usage',
    `the filter can't be taken: ${read.why}`,
    "protocols, ports, hosts and nets by address, and, or, not, parentheses: 'tcp port 80 and host 10.1.2.3'",
  )
}

function planned(wish: Parameters<typeof planCapture>[0]): Extract<CapturePlan, { readonly kind: 'plan' }>['points'] {
  const plan = planCapture(wish)
  if (plan.kind === 'plan') return plan.points
  throw new ToolError('usage', plan.why, 'a shorter --filter, or other --points')
}

function announceCapture(
  ask: CaptureAsk,
  {
    podsIn,
    nodes,
    peers,
    isDns,
  }: { readonly podsIn: string; readonly nodes: readonly string[]; readonly peers: Peers; readonly isDns: boolean },
): readonly string[] {
  const [pods, on] = nodes.length === 1 ? ['1 privileged pod', ''] : [`${nodes.length} privileged pods`, 'each of ']
  return [
    `creates ${pods} with the node's network and processes in namespace ${podsIn}, on ${on}${nodes.join(', ')}, ` +
      `image ${ask.image}; removed at the end, and ended by themselves within 30 s whatever becomes of this command`,
    `the other end is ${peers.words}`,
    `takes ${isDns ? 'DNS packets and ICMP (another --filter or --peer: others)' : 'packets'}, ` +
      `the first ${ask.snaplen} bytes ` +
      `of each, for at most ${ask.duration / 1000} s, ${ask.packets} packets at each point and ` +
      `${Math.round(ask.bytes / 2 ** 20)} MiB in all`,
  ]
}
