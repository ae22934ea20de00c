import type { CountersReading } from '../../collect/coredns-rates.ts'
import { readWatch, scraped, type WatchReading } from '../../collect/watch-reading.ts'
import { collect } from '../../collect/collect.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { readUntil } from '../../kube/read-until.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Pod } from '../../model/pod.ts'
import { foreignPods, notHeard } from '../../relations/dns/own-words.ts'
import { type Known, known, mapKnown, unknown } from '../../model/known.ts'
import type { ConntrackReading } from '../../probe/node/conntrack.ts'
import { planNodes } from '../../probe/plan/plan-nodes.ts'
import type { LookupRow } from '../../probe/pod/records.ts'
import { type Canary, startCanary } from '../../probe/watch/watch-canary.ts'
import { type Counters, startCounters } from '../../probe/watch/watch-conntrack.ts'
import {
  type CanarySample,
  type ConntrackSample,
  type ServerSample,
  type Totals,
  totalsOf,
  type WatchSample,
} from '../../answers/dns-watch.ts'
import { ToolError } from '../../tool-error.ts'
import { coreDnsRates } from '../../wire/coredns-metrics.ts'
import { conntrackDelta } from '../../wire/conntrack-stat.ts'
import { checkNodes, conntrackWay, probeNamespaceOf } from '../gather.ts'
import { version } from '../../version.ts'
import type { WatchAsk } from './watch.ts'

/** A node more is a request more in every interval. */
const mostNodes = 12

/** All that a watch reads with, started; each reading knows the one before. */
export interface Readers {
  readonly sample: (
    judge: (dns: ClusterDns) => WatchSample['findings'],
    signal: AbortSignal,
  ) => Promise<{ readonly sample: WatchSample; readonly totals: Totals | null }>
  /**
   * Lists and gets of one reading, as counted in the first: how many depends on where this cluster keeps its Corefile.
   */
  readonly reads: () => number
  readonly servers: () => number
  readonly nodes: () => readonly string[]
  readonly canaryNode: () => string | null
  /** Pods that could not be removed. */
  readonly end: () => Promise<readonly string[]>
}

/** Requests that were made so far: what a watch costs is told. */
interface Reading {
  readonly cluster: Cluster
  readonly signal: AbortSignal
  readonly count: () => number
}

export async function startReaders({ cluster, signal, count }: Reading, ask: WatchAsk): Promise<Readers> {
  const atFirst = count()
  const first = await readWatch(cluster, ask.requestTimeout, signal)
  const reads = count() - atFirst - first.metrics.size
  if (!first.dns.known && first.dns.why.reason === 'forbidden')
    throw new ToolError(
      'forbidden',
      "no permission to read the cluster's DNS",
      `this needs the right to ${first.dns.why.detail}: deploy/rbac-read.yaml`,
    )
  if (first.dns.known && first.dns.value.service === null && first.dns.value.pods.length === 0)
    throw new ToolError(
      'not-found',
      'this cluster has no DNS that hopscope knows',
      'neither a Service kube-dns nor pods with k8s-app=kube-dns in kube-system',
    )
  const way = conntrackWay(ask)
  const namespace = (await probeNamespaceOf(readUntil(cluster, signal), ask)) ?? ask.namespace ?? cluster.namespace
  const nodes = ask.probe === true || ask.nodeAccess === true ? await chosenNodes(readUntil(cluster, signal), ask) : []
  const canaryNode = ask.probe === true ? (nodes[0] ?? null) : null
  if (ask.probe === true && canaryNode === null)
    throw new ToolError('probe-failed', 'no node takes a canary pod', 'name one with --node')
  const counters =
    ask.nodeAccess === true
      ? await startCounters(cluster, { way, namespace, image: ask.image, nodes: nodes.slice(0, mostNodes) }, signal)
      : []
  const canary =
    canaryNode === null || !first.dns.known
      ? null
      : startCanary(cluster, {
          namespace,
          node: canaryNode,
          image: ask.image,
          tolerateAll: false,
          dns: first.dns.value,
        })

  let before: WatchReading | null = null
  let pending: WatchReading | null = first
  const last = new Map<string, ConntrackReading>()
  let known_ = first.dns.known ? first.dns.value : null
  return {
    async sample(judge, stop) {
      const reading = pending ?? (await readWatch(cluster, Math.min(ask.interval, 5000), stop))
      pending = null
      if (reading.dns.known) known_ = reading.dns.value
      const conntrack = await Promise.all(counters.map((it) => counted(it, last)))
      const sample: WatchSample = {
        at: Date.now(),
        dns: reading.dns,
        servers: known_ === null ? [] : servers(known_, before, reading),
        canary:
          canary === null || canaryNode === null ? null : mapKnown(canary.take(), (rows) => canaryOf(canaryNode, rows)),
        conntrack: conntrack.flatMap((it) => (it === null ? [] : [it])),
        findings: reading.dns.known ? judge(reading.dns.value) : [],
      }
      before = reading
      return { sample, totals: totalsOf(sample) }
    },
    reads: () => reads,
    servers: () => (known_ === null ? 0 : scraped(known_).length),
    nodes: () => counters.map((it) => it.node),
    canaryNode: () => canaryNode,
    async end() {
      const left = await Promise.all([
        ...counters.map((it) => it.end()),
        (canary as Canary | null)?.end() ?? Promise.resolve([]),
      ])
      return left.flat()
    },
  }
}

async function chosenNodes(cluster: Cluster, ask: WatchAsk): Promise<readonly string[]> {
  const namespace = ask.namespace ?? cluster.namespace
  const model = await collect(cluster, { scope: { namespace, target: { kind: 'dns' }, level: 'node' }, tool: version })
  checkNodes(ask.node === undefined ? undefined : [ask.node], model)
  return planNodes(model, {
    names: ask.node === undefined ? null : [ask.node],
    most: mostNodes,
    tolerateAll: false,
  }).nodes
}

function servers(dns: ClusterDns, before: WatchReading | null, now: WatchReading): readonly ServerSample[] {
  const read = scraped(dns).map((it) => it.name)
  const foreign = foreignPods(dns)
  return dns.pods
    .filter((it) => !it.deleting)
    .map((pod) => ({
      pod: pod.name,
      node: pod.node,
      cpuLimitMilli: pod.containers[0]?.cpuLimitMilli ?? null,
      rates: read.includes(pod.name)
        ? ratesBetween(before?.metrics.get(pod.name), now.metrics.get(pod.name))
        : unscraped(pod, foreign.has(pod.name)),
    }))
}

/** Between two pages of one process; the first page of a server is no gap, it only has nothing to be compared with. */
export function ratesBetween(
  before: CountersReading | undefined,
  now: CountersReading | undefined,
): ServerSample['rates'] {
  if (now === undefined) return unknown('failed', 'not read in this interval')
  if (!now.counters.known) return now.counters
  if (before === undefined || !before.counters.known) return unknown('not-asked', 'first reading')
  const rates = coreDnsRates(before.counters.value, now.counters.value, (now.at - before.at) / 1000)
  return rates === null
    ? unknown('failed', 'it was restarted in between, or these are no metrics of CoreDNS')
    : known(rates)
}

function canaryOf(node: string, rows: readonly LookupRow[]): CanarySample {
  const times = rows.map(([, ms]) => ms).sort((a, b) => a - b)
  const bad = (it: string): boolean => it !== 'ok' && it !== 'nodata' && it !== 'nxdomain'
  const lost = rows.filter(([, , a, aaaa, , firstLost]) => bad(a) || bad(aaaa) || firstLost !== 'none').length
  return { node, lookups: rows.length, lost, p50Ms: times[Math.floor(times.length / 2)] ?? 0, maxMs: times.at(-1) ?? 0 }
}

/** null for the first reading of a node. */
async function counted(
  counters: Counters,
  last: Map<string, ConntrackReading>,
): Promise<Known<ConntrackSample> | null> {
  const { node } = counters
  const now = await counters.read()
  if (now === null) return null
  const before = last.get(node)
  if (!now.known) {
    last.delete(node)
    return now
  }
  last.set(node, now.value)
  if (before === undefined) return null
  // The same reading again says nothing of the time since.
  if (now.value.at === before.at) return unknown('failed', `${node}: the counters are no longer told`)
  const delta = conntrackDelta(before.stat, now.value.stat)
  return known({ node, insertFailed: delta.insert_failed, drop: delta.drop })
}

function unscraped({ phase }: Pod, isForeign: boolean): ReturnType<typeof unknown> {
  if (isForeign) return unknown('not-asked', notHeard)
  return phase === 'Running'
    ? unknown('failed', 'more servers than are scraped')
    : unknown('not-asked', `the pod is ${phase}`)
}
