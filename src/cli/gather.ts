import { collect } from '../collect/collect.ts'
import { resolveTarget } from '../collect/target.ts'
import type { Cluster } from '../kube/cluster.ts'
import { checkReachable, connect } from '../kube/connect.ts'
import type { Model, Scope } from '../model/sources.ts'
import { planProbe } from '../probe/plan.ts'
import { probe } from '../probe/run.ts'
import type { ClusterFlags, ProbeFlags } from './flags.ts'
import type { Progress } from './progress.ts'
import { version } from './version.ts'

export interface Gathered {
  readonly model: Model
  /** What was done to the cluster, in a few words: `read only`, `1 probe pod on each of 3 nodes, removed`. */
  readonly touched: string
}

export async function open(flags: ClusterFlags): Promise<Cluster> {
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
  await checkReachable(connected)
  return connected
}

/** Reads, and probes when asked to: the three levels of access in their order, each announced before it begins. */
export async function gather(cluster: Cluster, target: string | null, flags: ClusterFlags & ProbeFlags, progress: Progress, signal: AbortSignal): Promise<Gathered> {
  const level = flags.nodeAccess === true ? 'node' : flags.probe === true ? 'probe' : 'read'
  const namespace = flags.allNamespaces === true ? null : (flags.namespace ?? cluster.namespace)
  const resolved = await resolveTarget(target, cluster, namespace)
  const scope: Scope = { namespace: resolved.namespace, target: resolved.target, level }
  progress.step(`reading ${scope.namespace === null ? 'every namespace' : `namespace ${scope.namespace}`} of ${cluster.context} ...`)
  const read = await collect(cluster, { scope, tool: version, progress: progress.step })
  signal.throwIfAborted()
  if (level === 'read') return { model: read, touched: 'read only' }

  const plan = planProbe(read, {
    nodeAccess: level === 'node',
    nodes: flags.node ?? null,
    image: flags.image,
    externalName: flags.probeName,
    tolerateAll: flags.probeTolerateAll === true,
  })
  for (const line of plan.announcement) progress.announce(line)
  const result = await probe(cluster, plan, progress.step, signal)
  return { model: { ...read, sources: { ...read.sources, ...result.sources } }, touched: result.touched }
}
