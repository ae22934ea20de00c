import { closest } from '../closest.ts'
import { collect } from '../collect/collect.ts'
import { type Names, resolveTarget } from '../collect/target.ts'
import type { Cluster } from '../kube/cluster.ts'
import { namespaces } from '../kube/resources.ts'
import { isLate, readUntil } from '../kube/read-until.ts'
import { unknown } from '../model/known.ts'
import { type Level, type Model, type Scope, sourceLevel, sourceNames } from '../model/sources.ts'
import { ToolError } from '../tool-error.ts'
import type { Counts } from '../probe/plan/plan-dns.ts'
import type { ProbePlan } from '../probe/plan/plan.ts'
import type { OutsideAsk } from '../probe/outside/ask-outside.ts'
import { fromOutside } from '../wire/outside.ts'
import { version } from '../version.ts'
import type { ClusterAsk, ConntrackFrom, PodAsk, ProbeAsk } from './asks.ts'
import { stepsOf } from './events.ts'
import type { Frame } from './with-cluster.ts'

export interface Gathered {
  readonly model: Model
  /** What was done to the cluster, in a few words: `read only`, `1 probe pod on each of 3 nodes, removed`. */
  readonly touched: string
  /** The time for the run was up before everything was read or measured; what is missing is unknown (timed-out). */
  readonly isLate: boolean
}

/** The namespace of the pods that are made; one that is not there is a slip, said before anything is begun. */
export async function probeNamespaceOf(
  cluster: Cluster,
  { probeNamespace }: Pick<PodAsk, 'probeNamespace'>,
): Promise<string | null> {
  if (probeNamespace === undefined) return null
  const found = await cluster.get(namespaces, null, probeNamespace, (raw) => raw.metadata.name)
  if (!found.known && found.why.reason === 'not-there')
    throw new ToolError(
      'not-found',
      `no namespace \`${probeNamespace}\` for the probe pods`,
      `kubectl create namespace ${probeNamespace}`,
    )
  return probeNamespace
}

/** How `--node-access` reads. What needs an exec and what leaves exec out are not asked for together. */
export function conntrackWay({
  conntrackFrom,
  exec,
}: {
  readonly conntrackFrom?: ConntrackFrom
  readonly exec?: boolean
}): 'host-network-pod' | 'kube-proxy-exec' {
  if (conntrackFrom === 'kube-proxy' && exec === false)
    throw new ToolError(
      'usage',
      "--conntrack-from kube-proxy is an exec in kube-proxy's pods, and --no-exec leaves exec out",
      'leave out one of the two: without --conntrack-from a hostNetwork pod reads the counters',
    )
  return conntrackFrom === 'kube-proxy' ? 'kube-proxy-exec' : 'host-network-pod'
}

/** What the words of an ask mean in this cluster, checked to be there. */
export type Meant = (names: Names, namespace: string | null) => Promise<Omit<Scope, 'level'>>

/** Reads, and probes when asked to: the three levels of access in their order, each announced before it begins. */
export async function gather(
  { cluster, signal, tell, consent }: Pick<Frame, 'cluster' | 'signal' | 'tell' | 'consent'>,
  target: string | null | Meant,
  ask: ClusterAsk &
    ProbeAsk & { readonly counts?: Partial<Counts>; /** Where a probe is asked for. */ readonly traces?: true },
): Promise<Gathered> {
  const level = levelOf(ask)
  const namespace = ask.allNamespaces === true ? null : (ask.namespace ?? cluster.namespace)
  const way = conntrackWay(ask)
  const step = stepsOf(tell)
  const probeNamespace = level === 'read' ? null : await probeNamespaceOf(cluster, ask)
  const reading = readUntil(cluster, signal)
  const resolved: Awaited<ReturnType<Meant>> =
    typeof target === 'function' ? await target(reading, namespace) : await resolveTarget(target, reading, namespace)
  const scope: Scope = { ...resolved, level }
  step(
    `reading ${scope.namespace === null ? 'every namespace' : `namespace ${scope.namespace}`} ` +
      `of ${cluster.context} ...`,
  )
  const read = await collect(reading, { scope, tool: version, progress: step, probeNamespace })
  if (isLate(signal)) return { model: unmeasured(read, level), touched: 'read only, not all', isLate: true }
  signal.throwIfAborted()
  if (level === 'read') return { model: read, touched: 'read only', isLate: false }

  const known = checkNodes(ask.node, read)
  // Loaded only by a run that probes: reading alone starts faster without it.
  const [{ announce, planProbe }, { newRunId }, { probe }, { announceOutside, askOutside }, { tracesOfTarget }] =
    await Promise.all([
      import('../probe/plan/plan.ts'),
      import('../probe/pods/pods.ts'),
      import('../probe/measure/run.ts'),
      import('../probe/outside/ask-outside.ts'),
      import('./spans/of-target.ts'),
    ])
  const plan = planProbe(read, {
    run: newRunId(),
    conntrack: level === 'node' ? way : 'not-asked',
    exec: ask.exec !== false,
    http: ask.http !== false,
    logs: ask.logs !== false,
    ...(probeNamespace === null ? {} : { namespace: probeNamespace }),
    ...(known === null ? {} : { nodes: known }),
    image: ask.image,
    externalName: ask.probeName,
    tolerateAll: ask.probeTolerateAll === true,
    ...(ask.counts === undefined ? {} : { counts: ask.counts }),
  })
  for (const line of announce(plan)) tell({ kind: 'announce', line })
  const outsideAsk = outsideOf(scope, ask.lb)
  if (outsideAsk !== null) tell({ kind: 'announce', line: announceOutside(outsideAsk) })
  const spansOf = await tracesOfTarget(reading, read, { ...ask, signal, tell })
  if (consent !== undefined && !(await consent(signal))) {
    if (!isLate(signal)) signal.throwIfAborted()
    return { model: { ...read, scope: { ...scope, level: 'read' } }, touched: 'read only', isLate: isLate(signal) }
  }
  const outside = outsideAsk === null ? unknown('not-there', 'no URL was asked about') : askOutside(outsideAsk, signal)
  const spans = spansOf()
  const { notes, left, ...sources } = await probe(cluster, plan, step, signal)
  for (const line of notes) tell({ kind: 'announce', line })
  if (!isLate(signal)) signal.throwIfAborted()
  return {
    model: {
      ...read,
      sources: { ...read.sources, ...sources, outside: fromOutside(await outside), spans: await spans },
    },
    touched: touched(plan, left.length),
    isLate: isLate(signal),
  }
}

function outsideOf({ target }: Scope, lb: string | undefined): OutsideAsk | null {
  return target.kind === 'object' && target.url !== null ? { url: target.url, lb: lb ?? null } : null
}

/** What was asked for and not begun is not "not asked". */
function unmeasured(read: Model, level: Level): Model {
  const late = unknown('timed-out', 'the time for the whole run was up before it was measured')
  const wanted = sourceNames.filter(
    (name) => sourceLevel[name] === 'probe' || (sourceLevel[name] === 'node' && level === 'node'),
  )
  return level === 'read'
    ? read
    : { ...read, sources: { ...read.sources, ...Object.fromEntries(wanted.map((name) => [name, late])) } }
}

function touched({ nodes: { length: nodes }, conntrack }: ProbePlan, left: number): string {
  const pods = conntrack === 'host-network-pod' ? 'probe pods' : 'a probe pod'
  return `${pods} on ${nodes} node${nodes === 1 ? '' : 's'}, ${left === 0 ? 'removed' : `${left} NOT removed`}`
}

/** The nodes that `--node` names; a name that is none is the user's slip, said at once with the closest names. */
export function checkNodes(names: readonly string[] | undefined, model: Model): readonly string[] | null {
  if (names === undefined || !model.sources.nodes.known) return names ?? null
  const all = model.sources.nodes.value.map((it) => it.name)
  for (const name of names) {
    if (all.includes(name)) continue
    const near = closest(name, all)
    throw new ToolError(
      'not-found',
      `no node \`${name}\``,
      near.length === 0
        ? `the nodes are ${all.slice(0, 8).join(', ')}`
        : `the closest names are ${near.map((it) => `\`${it}\``).join(', ')}`,
    )
  }
  return names
}

function levelOf({ nodeAccess, probe }: ProbeAsk): 'node' | 'probe' | 'read' {
  if (nodeAccess === true) return 'node'
  return probe === true ? 'probe' : 'read'
}
