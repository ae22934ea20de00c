import { closest } from '../closest.ts'
import { collect } from '../collect/collect.ts'
import { resolveTarget } from '../collect/target.ts'
import type { Cluster } from '../kube/cluster.ts'
import { connect } from '../kube/connect.ts'
import { checkReachable } from '../kube/reach.ts'
import { namespaces } from '../kube/resources.ts'
import { withoutExec } from '../kube/without-exec.ts'
import { isLate, readUntil } from '../kube/read-until.ts'
import { unknown } from '../model/known.ts'
import { type Level, type Model, type Scope, sourceLevel, sourceNames } from '../model/sources.ts'
import { ToolError } from '../tool-error.ts'
import type { Counts } from '../probe/plan/plan-dns.ts'
import type { ProbePlan } from '../probe/plan/plan.ts'
import type { ClusterFlags, ConntrackFrom, PodFlags, ProbeFlags } from './flags.ts'
import type { Progress } from './progress.ts'
import { version } from './version.ts'

export interface Gathered {
  readonly model: Model
  /** What was done to the cluster, in a few words: `read only`, `1 probe pod on each of 3 nodes, removed`. */
  readonly touched: string
  /** The time for the run was up before everything was read or measured; what is missing is unknown (timed-out). */
  readonly isLate: boolean
}

/** Connects, and asks for one thing. `signal`: Ctrl-C and the deadline. */
export async function open(flags: ClusterFlags, signal?: AbortSignal): Promise<Cluster> {
  const { kubeconfig, context, cluster, user, as, asGroup } = flags
  const connected = await connect({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(user === undefined ? {} : { user }),
    ...(as === undefined ? {} : { as }),
    ...(asGroup === undefined ? {} : { asGroup }),
    requestTimeoutMs: flags.requestTimeout,
  })
  try {
    await checkReachable(connected, flags.requestTimeout, signal)
    return flags.exec === false ? withoutExec(connected) : connected
  } catch (error) {
    connected.close()
    if (signal !== undefined && isLate(signal))
      throw new ToolError(
        'unreachable',
        `cluster \`${connected.context}\` (${connected.server}) gave no answer before the time for the whole run was up`,
        'give it longer: --timeout 10m',
        error,
      )
    throw error
  }
}

/** The namespace of the pods that are made; one that is not there is a slip, said before anything is begun. */
export async function probeNamespaceOf(
  cluster: Cluster,
  { probeNamespace }: Pick<PodFlags, 'probeNamespace'>,
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

/** Reads, and probes when asked to: the three levels of access in their order, each announced before it begins. */
export async function gather(
  cluster: Cluster,
  target: string | null,
  flags: ClusterFlags & ProbeFlags & { readonly counts?: Partial<Counts> },
  progress: Progress,
  signal: AbortSignal,
): Promise<Gathered> {
  const level = levelOf(flags)
  const namespace = flags.allNamespaces === true ? null : (flags.namespace ?? cluster.namespace)
  const way = conntrackWay(flags)
  const probeNamespace = level === 'read' ? null : await probeNamespaceOf(cluster, flags)
  const reading = readUntil(cluster, signal)
  const resolved = await resolveTarget(target, reading, namespace)
  const scope: Scope = { namespace: resolved.namespace, target: resolved.target, level }
  progress.step(
    `reading ${scope.namespace === null ? 'every namespace' : `namespace ${scope.namespace}`} of ${cluster.context} ...`,
  )
  const read = await collect(reading, { scope, tool: version, progress: progress.step, probeNamespace })
  if (isLate(signal)) return { model: unmeasured(read, level), touched: 'read only, not all', isLate: true }
  signal.throwIfAborted()
  if (level === 'read') return { model: read, touched: 'read only', isLate: false }

  const known = checkNodes(flags.node, read)
  // Loaded only by a run that probes: reading alone starts faster without it.
  const [{ announce, planProbe }, { newRunId }, { probe }] = await Promise.all([
    import('../probe/plan/plan.ts'),
    import('../probe/pods/pods.ts'),
    import('../probe/measure/run.ts'),
  ])
  const plan = planProbe(read, {
    run: newRunId(),
    conntrack: level === 'node' ? way : 'not-asked',
    exec: flags.exec !== false,
    ...(probeNamespace === null ? {} : { namespace: probeNamespace }),
    ...(known === null ? {} : { nodes: known }),
    image: flags.image,
    externalName: flags.probeName,
    tolerateAll: flags.probeTolerateAll === true,
    ...(flags.counts === undefined ? {} : { counts: flags.counts }),
  })
  for (const line of announce(plan)) progress.announce(line)
  const { notes, left, ...sources } = await probe(cluster, plan, progress.step, signal)
  for (const note of notes) progress.announce(note)
  for (const pod of left)
    progress.announce(`pod ${pod} would not go; its own deadline ends it, and \`hopscope cleanup\` removes it`)
  if (!isLate(signal)) signal.throwIfAborted()
  return {
    model: { ...read, sources: { ...read.sources, ...sources } },
    touched: touched(plan, left.length),
    isLate: isLate(signal),
  }
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

function levelOf({ nodeAccess, probe }: ProbeFlags): 'node' | 'probe' | 'read' {
  if (nodeAccess === true) return 'node'
  return probe === true ? 'probe' : 'read'
}
