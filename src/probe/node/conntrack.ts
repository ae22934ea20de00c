import { cat, type ContainerCommand } from '../../kube/container-command.ts'
import type { ExecResult } from '../../kube/cluster.ts'
import { pods } from '../../kube/resources.ts'
import { known, type Known, unknown, type Why } from '../../model/known.ts'
import type { ConntrackWindow, NodeForwarding } from '../../model/counters.ts'
import type { DropRule, LeadingRule, ServiceRule, UntrackedRule } from '../../model/node-network.ts'
import { parseRouteTable } from '../../wire/route-table.ts'
import { conntrackDelta, type ConntrackStat, parseConntrackStat } from '../../wire/conntrack-stat.ts'
import type { RunContext } from '../measure/node-run.ts'
import { conntrackFiles, forwardingFiles, type ForwardingTexts } from '../pod/node/conntrack-watch.ts'
import { readRecord } from '../measure/read-record.ts'
import type { NetworkHere } from '../pod/node/node-network.ts'
import { networkByExec } from './network-by-exec.ts'
import { deadlineSeconds } from '../pods/pod-manifest.ts'
import { startPod } from '../pods/pod-run.ts'
import { notAllowed } from '../pods/refusal.ts'

export interface ConntrackReading {
  /** Milliseconds since the run began. */
  readonly at: number
  readonly stat: ConntrackStat
  readonly entries: number | null
  readonly max: number | null
  readonly forwarding: NodeForwarding | null
  /** Packets that rp_filter dropped since the node started; null where it was not read. */
  readonly reversePath: number | null
}

/** A node's counters. `latest` is at hand; `fresh` waits for one read after the call. */
export interface ConntrackReader {
  readonly node: string
  readonly way: 'kube-proxy-exec' | 'host-network-pod'
  /** What the node's network is like; null where only counters were asked for. */
  readonly network: NodeReading | null
  readonly latest: () => ConntrackReading | null
  readonly fresh: () => Promise<ConntrackReading | null>
  /** Stops listening; its pod, if it made one, goes with the run's others. */
  readonly end: () => void
}

export interface NodeReading {
  readonly here: NetworkHere
  /** Where the node answers datagrams of the path-MTU probe. */
  readonly mtuPort: number | null
  readonly drops: () => Promise<RulesRead>
}

export interface RulesRead {
  readonly drops: Known<readonly DropSeen[]>
  /** Tables of nftables that are among them, beside those of iptables. */
  readonly nftTables: Known<readonly string[]>
  readonly untracked?: readonly UntrackedRule[]
  readonly leading?: readonly LeadingRule[]
  readonly services?: readonly ServiceRule[]
}

export type DropSeen = Omit<DropRule, 'packets'>

export type Opened = { readonly reader: ConntrackReader } | { readonly node: string; readonly why: Why }

/** By the way that the plan says, and by no other: what is announced is what is done. */
export function openConntrack(context: RunContext, node: string): Promise<Opened> {
  const { run, namespace, image, tolerateAll, conntrack } = context.plan
  const pod = { run, namespace, image, tolerateAll, node, seconds: deadlineSeconds, everyMs: 500, network: true }
  return conntrack === 'kube-proxy-exec' ? viaKubeProxy(context, node, true) : viaPod(context, pod)
}

interface RawProxy {
  readonly spec?: { readonly hostNetwork?: boolean }
  readonly status?: { readonly phase?: string }
}

/** Needs `pods/exec` in kube-system, which is as much as to be cluster-admin: only where a user says so. */
export async function viaKubeProxy(
  { cluster, now, signal }: Pick<RunContext, 'cluster' | 'now' | 'signal'>,
  node: string,
  withNetwork = false,
): Promise<Opened> {
  const where = {
    namespace: 'kube-system',
    labelSelector: 'k8s-app=kube-proxy',
    fieldSelector: `spec.nodeName=${node}`,
  }
  const found = await cluster.list(pods, where, (raw) => {
    const { spec, status } = raw as RawProxy
    return spec?.hostNetwork === true && status?.phase === 'Running' ? raw.metadata.name : null
  })
  const refused = (why: Why): Opened => ({
    node,
    why: why.reason === 'forbidden' ? { ...why, detail: notAllowed(why.detail) } : why,
  })
  if (!found.known) return refused(found.why)
  const [pod] = found.value
  if (pod === undefined)
    return {
      node,
      why: {
        reason: 'not-there',
        detail:
          'no pod of kube-proxy runs there in the network of its node ' +
          '(without --conntrack-from a pod of our own reads them)',
      },
    }
  let last: ConntrackReading | null = null
  const read = async (): Promise<Known<ConntrackReading>> => {
    const files = [
      conntrackFiles.stat,
      conntrackFiles.count,
      conntrackFiles.max,
      forwardingFiles.all,
      forwardingFiles.routes,
    ]
    const ran = await cluster.exec('kube-system', pod, { command: cat(...files), timeoutMs: 5000, signal })
    if (!ran.known) return ran
    const reading = fromCat(ran.value.stdout, now())
    if (reading === null) return unknown('failed', "kube-proxy's pod does not show them")
    last = reading
    return known(reading)
  }
  const first = await read()
  if (!first.known) return refused(first.why)
  const fresh = async (): Promise<ConntrackReading | null> => {
    const again = await read()
    return again.known ? again.value : null
  }
  const exec = (command: ContainerCommand): Promise<Known<ExecResult>> =>
    cluster.exec('kube-system', pod, { command, timeoutMs: 5000, signal })
  const network = withNetwork ? await networkByExec(exec) : null
  return { reader: { node, way: 'kube-proxy-exec', network, latest: () => last, fresh, end: () => {} } }
}

/**
 * The files one after the other: the first table ends where a line of one decimal number begins, and that of routes
 * begins with its header.
 */
export function fromCat(text: string, at: number): ConntrackReading | null {
  const all = text.trimEnd().split('\n')
  const header = all.findIndex((line) => line.startsWith('Iface'))
  const lines = header === -1 ? all : all.slice(0, header)
  const numbers = lines.filter((line) => /^\d+$/.test(line.trim())).map(Number)
  const stat = parseConntrackStat(lines.filter((line) => !/^\d+$/.test(line.trim())).join('\n'))
  if (stat === null) return null
  const routes = header === -1 ? null : all.slice(header).join('\n')
  const forwarding = forwardingOf({ all: numbers.length < 3 ? null : `${numbers[2]}`, off: [], routeTable: routes })
  return { at, stat, entries: numbers[0] ?? null, max: numbers[1] ?? null, forwarding, reversePath: null }
}

export interface ConntrackPod {
  readonly run: string
  readonly namespace: string
  readonly image: string
  readonly tolerateAll: boolean
  readonly node: string
  /** How long the pod may live. */
  readonly seconds: number
  readonly everyMs: number
  /** Whether it tells of the node's network, and answers datagrams of this run. */
  readonly network?: boolean
}

type PodContext = Pick<RunContext, 'cluster' | 'program' | 'watch' | 'now' | 'ledger' | 'signal'>

/** A pod in the node's network namespace, with no privilege in it: the counters may be read by anybody there. */
export async function viaPod(
  { cluster, program, watch, now, ledger, signal }: PodContext,
  { run, namespace, image, tolerateAll, node, seconds, everyMs, network: asked = false }: ConntrackPod,
): Promise<Opened> {
  const spec = { kind: 'conntrack', everyMs, forMs: 1000 * (seconds - 10), ...(asked ? { token: run } : {}) } as const
  const started = await startPod(
    { cluster, watch, now, ledger, signal },
    { run, namespace, node, image, program, spec, hostNetwork: true, tolerateAll, deadlineSeconds: seconds },
  )
  if ('why' in started) return { node, why: started.why }
  const { pod } = started
  const ending = new AbortController()
  const stop = AbortSignal.any([signal, ending.signal])
  const log = await cluster.logs(namespace, pod.name, { follow: true, signal: stop })
  if (!log.known) return { node, why: log.why }
  let last: ConntrackReading | null = null
  let forwarding: NodeForwarding | null = null
  let network: NodeReading | null = null
  let seen: (() => void)[] = []
  const follow = async (): Promise<void> => {
    for await (const line of log.value) {
      const record = readRecord(line)
      if (record === 'damaged') break
      if (record?.t === 'forwarding') forwarding = forwardingOf(record)
      if (record?.t === 'network') {
        const { t: _, mtuPort, ...here } = record
        network = { here, mtuPort, drops: () => Promise.resolve({ drops: unseen, nftTables: unseen }) }
      }
      if (record?.t !== 'conntrack') continue
      const stat = parseConntrackStat(record.stat ?? '')
      if (stat !== null)
        last = {
          at: now(),
          stat,
          entries: whole(record.count),
          max: whole(record.max),
          forwarding,
          reversePath: record.reversePath ?? null,
        }
      for (const wake of seen) wake()
      seen = []
    }
  }
  follow()
    .catch(() => {})
    .finally(() => seen.forEach((wake) => wake()))
  const within = async (ms: number): Promise<ConntrackReading | null> => {
    await Promise.race([
      new Promise<void>((resolve) => seen.push(resolve)),
      new Promise((resolve) => setTimeout(resolve, ms)),
    ])
    return last
  }
  const fresh = (): Promise<ConntrackReading | null> => within(3000)
  const end = (): void => ending.abort()
  // A kube-proxy that says nothing is given time before the first counters are told.
  if ((await within(8000)) === null) {
    end()
    return {
      node,
      why: {
        reason: 'failed',
        detail: 'the node does not show /proc/net/stat/nf_conntrack: no connection tracking, or another kernel',
      },
    }
  }
  return { reader: { node, way: 'host-network-pod', network, latest: () => last, fresh, end } }
}

const unseen = unknown('not-asked', 'a pod without privileges sees no firewall rules; --conntrack-from kube-proxy does')

function whole(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text.trim()) ? Number(text) : null
}

export function conntrackWindow(
  node: string,
  way: ConntrackReader['way'],
  before: ConntrackReading,
  after: ConntrackReading,
): ConntrackWindow {
  return {
    node,
    windowMs: Math.round(after.at - before.at),
    delta: conntrackDelta(before.stat, after.stat),
    entries: fuller(before.entries, after.entries),
    max: after.max,
    way,
    ...(after.forwarding === null ? {} : { forwarding: after.forwarding }),
  }
}

/** null where the kernel showed none of it. */
function forwardingOf({ all, off, routeTable }: ForwardingTexts): NodeForwarding | null {
  if (all === null && routeTable === null) return null
  const isOn = all === null ? null : all.trim() !== '0'
  return { all: isOn, off: isOn === false ? [] : off, routes: routeTable === null ? null : parseRouteTable(routeTable) }
}

/** Of the two moments the one nearer to a full table: a look at the end alone may come just after a clean-up. */
function fuller(before: number | null, after: number | null): number | null {
  return before === null || after === null ? (after ?? before) : Math.max(before, after)
}
