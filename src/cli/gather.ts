import { closest } from '../closest.ts'
import { collect } from '../collect/collect.ts'
import { resolveTarget } from '../collect/target.ts'
import type { Cluster } from '../kube/cluster.ts'
import { connect } from '../kube/connect.ts'
import { checkReachable } from '../kube/reach.ts'
import type { Model, Scope } from '../model/sources.ts'
import { ToolError } from '../tool-error.ts'
import type { Counts } from '../probe/plan-dns.ts'
import type { ClusterFlags, ProbeFlags } from './flags.ts'
import type { Progress } from './progress.ts'
import { version } from './version.ts'

export interface Gathered {
  readonly model: Model
  /** What was done to the cluster, in a few words: `read only`, `1 probe pod on each of 3 nodes, removed`. */
  readonly touched: string
}

/** `signal`: Ctrl-C and the deadline, for every request of the cluster but those that take things down. */
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
  await checkReachable(connected, flags.requestTimeout, signal)
  return connected
}

/** Reads, and probes when asked to: the three levels of access in their order, each announced before it begins. */
export async function gather(cluster: Cluster, target: string | null, flags: ClusterFlags & ProbeFlags & { readonly counts?: Partial<Counts> }, progress: Progress, signal: AbortSignal): Promise<Gathered> {
  const level = flags.nodeAccess === true ? 'node' : flags.probe === true ? 'probe' : 'read'
  const namespace = flags.allNamespaces === true ? null : (flags.namespace ?? cluster.namespace)
  const resolved = await resolveTarget(target, cluster, namespace)
  const scope: Scope = { namespace: resolved.namespace, target: resolved.target, level }
  progress.step(`reading ${scope.namespace === null ? 'every namespace' : `namespace ${scope.namespace}`} of ${cluster.context} ...`)
  const read = await collect(cluster, { scope, tool: version, progress: progress.step })
  signal.throwIfAborted()
  if (level === 'read') return { model: read, touched: 'read only' }

  const known = checkNodes(flags.node, read)
  // Loaded only by a run that probes: reading alone starts faster without it.
  const [{ announce, planProbe }, { newRunId }, { probe }] = await Promise.all([import('../probe/plan.ts'), import('../probe/pods.ts'), import('../probe/run.ts')])
  const plan = planProbe(read, {
    run: newRunId(),
    nodeAccess: level === 'node',
    ...(known === null ? {} : { nodes: known }),
    image: flags.image,
    externalName: flags.probeName,
    tolerateAll: flags.probeTolerateAll === true,
    ...(flags.counts === undefined ? {} : { counts: flags.counts }),
  })
  for (const line of announce(plan)) progress.announce(line)
  const { notes, left, ...sources } = await probe(cluster, plan, progress.step, signal)
  for (const note of notes) progress.announce(note)
  for (const pod of left) progress.announce(`pod ${pod} would not go; its own deadline ends it, and \`hopscope cleanup\` removes it`)
  signal.throwIfAborted()
  return { model: { ...read, sources: { ...read.sources, ...sources } }, touched: touched(plan.nodes.length, level, left.length) }
}

function touched(nodes: number, level: 'probe' | 'node', left: number): string {
  const pods = level === 'node' ? 'probe pods' : 'a probe pod'
  return `${pods} on ${nodes} node${nodes === 1 ? '' : 's'}, ${left === 0 ? 'removed' : `${left} NOT removed`}`
}

/** The nodes that `--node` names; a name that is none is the user's slip, said at once with the closest names. */
export function checkNodes(names: readonly string[] | undefined, model: Model): readonly string[] | null {
  if (names === undefined || !model.sources.nodes.known) return names ?? null
  const all = model.sources.nodes.value.map((it) => it.name)
  for (const name of names) {
    if (all.includes(name)) continue
    const near = closest(name, all)
    throw new ToolError('not-found', `no node \`${name}\``, near.length === 0 ? `the nodes are ${all.slice(0, 8).join(', ')}` : `the closest names are ${near.map((it) => `\`${it}\``).join(', ')}`)
  }
  return names
}
