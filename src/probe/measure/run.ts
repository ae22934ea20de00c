import type { Cluster } from '../../kube/cluster.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { ConntrackWindow, CoreDnsWindow } from '../../model/counters.ts'
import type { Crossing } from '../../model/crossing.ts'
import type { IngressConfigs } from '../../model/ingress-config.ts'
import type { InsideView } from '../../model/inside.ts'
import { type Known, known, leftOut, unknown } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { NameAnswers } from '../../model/name-answers.ts'
import type { NodeNetwork, NodeNetworks } from '../../model/node-network.ts'
import type { ProgramLog } from '../../model/program-log.ts'
import type { ProxyLog } from '../../model/proxy-log.ts'
import type { PodWays } from '../../model/pod-ways.ts'
import type { DnsServerLog } from '../../model/server-log.ts'
import { hostAlone } from '../../wire/host-pattern.ts'
import { fromOutside } from '../../wire/outside.ts'
import {
  type ConntrackReader,
  type ConntrackReading,
  conntrackWindow,
  openConntrack,
  type RulesRead,
} from '../node/conntrack.ts'
import { mtuSpec, mtuTargets, networkOf, networksOf, targetsFrom } from '../node/node-networks.ts'
import { crossingsOf } from '../inside/crossings.ts'
import { withFailedRequests } from '../ingress/failed-requests.ts'
import { readIngressConfigs, settleMs } from '../ingress/ingress-configs.ts'
import { insideView } from '../inside/inside.ts'
import { inTurn, type Start } from './in-turn.ts'
import { type RunContext, runNode } from './node-run.ts'
import type { ProbePlan } from '../plan/plan.ts'
import { podProgram } from '../pods/pod-program.ts'
import { podLedger, removeLeftovers, watchPods } from '../pods/pods.ts'
import { progressOf } from './progress.ts'
import { conntrackOf, contactsOf, coreDnsOf, dnsProbeOf, insideOf, namesOf, notesOf, podWaysOf } from './results.ts'
import { readProgramLogs } from '../logs/program-logs.ts'
import { readProxyLogs } from '../logs/proxy-logs.ts'
import { readServerLogs } from '../logs/server-logs.ts'
import { probeSpec } from '../plan/spec-of.ts'

/** The sources above the read level. `notes` are for the reader; `left` are pods that could not be removed. */
export interface ProbeResult {
  readonly dnsProbe: Known<DnsProbe>
  readonly nameAnswers: Known<NameAnswers>
  readonly contacts: Known<Contacts>
  readonly podWays: Known<PodWays>
  readonly insideViews: Known<readonly InsideView[]>
  readonly crossings: Known<readonly Crossing[]>
  readonly coreDnsWindows: Known<readonly CoreDnsWindow[]>
  readonly dnsServerLogs: Known<readonly DnsServerLog[]>
  readonly programLogs: Known<readonly ProgramLog[]>
  readonly ingressConfigs: Known<IngressConfigs>
  readonly proxyLogs: Known<readonly ProxyLog[]>
  readonly conntrack: Known<readonly ConntrackWindow[]>
  readonly nodeNetworks: Known<NodeNetworks>
  readonly notes: readonly string[]
  readonly left: readonly string[]
}

/**
 * Carries out a plan: all nodes at once, counters before and after, and every pod removed at the end, however it
 * ends. On abort the result holds what had been heard by then, and each unfinished node says `interrupted`.
 */
export async function probe(
  cluster: Cluster,
  plan: ProbePlan,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const began = performance.now()
  const ledger = podLedger(cluster)
  const program = await podProgram()
  const stale = await removeLeftovers(cluster, plan.namespace)
  const watch = watchPods(cluster, plan.namespace, plan.run)
  const context: RunContext = {
    cluster,
    plan,
    program,
    watch,
    now: () => performance.now() - began,
    ledger,
    heard: progressOf(plan.nodes.length, progress),
    signal,
  }
  let result: Omit<ProbeResult, 'left'>
  let left: readonly string[] = []
  try {
    result = await carryOut(context, stale)
  } finally {
    watch.end()
    left = await ledger.removeAll()
  }
  return { ...result, left }
}

async function carryOut(context: RunContext, stale: readonly string[]): Promise<Omit<ProbeResult, 'left'>> {
  const { cluster, plan, signal } = context
  const inside = Promise.all(plan.inside.map((it) => insideView(cluster, it, signal)))
  const crossings = crossingsOfPlan(cluster, plan, signal)
  const ingressConfigs = readIngressConfigs(cluster, plan.ingressConfigs, {
    exec: plan.exec === 'allowed',
    settled: () => pause(settleMs, signal),
    signal,
  })
  const proxyLogs = readProxyLogs(cluster, plan.proxyLogs, signal)
  const serverLogs = readServerLogs(cluster, plan.serverLogs, signal)
  const opened =
    plan.conntrack !== 'not-asked' ? await Promise.all(plan.nodes.map((node) => openConntrack(context, node))) : []
  const readers = new Map(opened.flatMap((it) => ('reader' in it ? [[it.reader.node, it.reader] as const] : [])))
  const windows: ConntrackWindow[] = []
  const networks: NodeNetwork[] = []
  const targets = mtuTargets([...readers.values()], plan.podRanges)
  const unread = unknown('not-asked', 'needs --node-access')
  const rulesNow = (reader: ConntrackReader | undefined): Promise<RulesRead> =>
    reader?.network?.drops() ?? Promise.resolve({ drops: unread, nftTables: unread })

  const one: Start = async (node, between, heardHere) => {
    const reader = readers.get(node)
    let before: ConntrackReading | null = null
    const heard: RunContext['heard'] = (from, record) => {
      if (record.t === 'hello') before = reader?.latest() ?? null
      heardHere(record)
      context.heard(from, record)
    }
    const rulesBefore = await rulesNow(reader)
    const own = { ...mtuSpec(plan.run, targetsFrom(targets, node)), ...between }
    const run = await runNode({ ...context, heard }, node, probeSpec(plan, node, own))
    // A node that drops new connections may drop this one: its counters are what tells why.
    const after = (await reader?.fresh()) ?? (await reader?.fresh()) ?? null
    // The same reading twice is no window: its pod went silent.
    const since = before as ConntrackReading | null
    if (reader !== undefined && since !== null && after !== null && after.at > since.at)
      windows.push(conntrackWindow(node, reader.way, since, after))
    if (reader !== undefined)
      networks.push(...networkOf({ reader, before: since, after, rulesBefore, rulesAfter: await rulesNow(reader) }))
    return run
  }
  const { run, nodes, hubs } = plan
  const { runs, peers } = await inTurn({ run, nodes, hubs, wait: (ms) => pause(ms, signal) }, one)
  for (const it of readers.values()) it.end()
  const contacts = contactsOf(plan, runs)
  // Both logs at once: whoever waits for the command waits for the slower of the two.
  const programLogs = readProgramLogs(cluster, plan.programLogs, {
    during: Math.max(1, Math.ceil(context.now() / 1000)),
    signal,
  })
  const failed = withFailedRequests(cluster, await ingressConfigs, {
    hosts: new Set(contacts.known ? contacts.value.http.map((it) => hostAlone(it.host)) : []),
    seconds: Math.max(1, Math.ceil(context.now() / 1000)),
    signal,
  })
  return fromOutside({
    dnsProbe: dnsProbeOf(plan, runs),
    nameAnswers: namesOf(plan, runs),
    contacts,
    podWays: podWaysOf(plan, runs, peers),
    insideViews: insideOf(plan, await inside),
    crossings: await crossings,
    coreDnsWindows: coreDnsOf(plan, runs),
    dnsServerLogs: await serverLogs,
    programLogs: await programLogs,
    ingressConfigs: await failed,
    proxyLogs: await proxyLogs,
    conntrack: conntrackOf(plan, opened, windows),
    nodeNetworks: networksOf(plan, { opened, runs, networks, targets }),
    notes: notesOf(plan, runs, opened, stale),
  })
}

async function crossingsOfPlan(
  cluster: Cluster,
  { crossings, exec }: ProbePlan,
  signal: AbortSignal,
): Promise<Known<readonly Crossing[]>> {
  if (exec === 'left-out') return unknown('not-asked', leftOut('--no-exec'))
  const groups = [...Map.groupBy(crossings, ({ from }) => `${from.namespace}/${from.pod}`).values()]
  const [only = []] = groups
  if (groups.length < 2) return crossingsOf(cluster, only, signal)
  const all = await Promise.all(groups.map((it) => crossingsOf(cluster, it, signal)))
  const said = all.filter((it) => it.known)
  // What one container cannot do costs the others nothing.
  return said.length === 0
    ? (all[0] ?? unknown('failed', 'no container was asked'))
    : known(said.flatMap((it) => it.value))
}

/** Ends early when the run does. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
