import type { Cluster } from '../kube/cluster.ts'
import { readRecord } from './pod/records.ts'
import type { PodRecord } from './pod/records.ts'
import type { ProbeSpec } from './pod/spec.ts'
import type { ProbePlan } from './plan.ts'
import { createPod, type MadePod, type PodWatch } from './pods.ts'
import { type Readings, readingsOf } from './readings.ts'

/** An image of 80 MB on a slow link; the pod's own deadline counts on meanwhile. */
const startWithinMs = 60_000

/** The pod says something of each series, and a series of a server that is silent ends within this. */
const silentMs = 30_000

export interface NodeRun {
  readonly node: string
  readonly readings: Readings
  /** Why what it measured is not all there; null when the pod said its last word. */
  readonly why: string | null
}

export interface RunContext {
  readonly cluster: Cluster
  readonly plan: ProbePlan
  readonly program: string
  readonly watch: PodWatch
  /** Milliseconds since the run began. */
  readonly now: () => number
  readonly made: (pod: MadePod) => void
  readonly heard: (node: string, record: PodRecord) => void
  readonly signal: AbortSignal
}

/** One probe pod from its creation to its last record. Whatever goes wrong is in the value. */
export async function runNode(context: RunContext, node: string, spec: ProbeSpec): Promise<NodeRun> {
  const { cluster, plan, program, watch, now, signal } = context
  const readings = readingsOf(node)
  const failed = (why: string): NodeRun => ({ node, readings: readings.read(), why })
  const { run, namespace, image, tolerateAll } = plan
  const created = await createPod(cluster, { run, namespace, node, image, program, spec, hostNetwork: false, tolerateAll })
  if ('why' in created) return failed(created.why)
  const { name } = created.made
  context.made(created.made)

  for (const start = now(); ; await watch.next()) {
    const state = watch.state(name)
    if (signal.aborted) return failed('interrupted')
    if (state?.kind === 'started' || (state?.kind === 'ended' && state.why === null)) break
    if (state?.kind === 'stuck' || state?.kind === 'ended') return failed(state.why ?? 'the pod ended at once')
    if (now() - start > startWithinMs) return failed(`did not start within ${startWithinMs / 1000} s: ${state?.kind === 'waiting' ? state.why : 'nothing heard of it'}`)
  }

  const taken: string[] = []
  let heardAt = now()
  const read = async (follow: boolean): Promise<string | null> => {
    const log = await cluster.logs(namespace, name, { follow, signal })
    if (!log.known) return log.why.detail
    let at = 0
    for await (const line of log.value) {
      // A log that is opened again starts from its first line. What differs was not of the pod: an error of the kubelet's, or half a line.
      const index = at++
      if (taken[index] === line) continue
      taken[index] = line
      const record = readRecord(line)
      if (record === null) continue
      heardAt = now()
      readings.take(record, now())
      context.heard(node, record)
      if (record.t === 'end' || record.t === 'broken') return null
    }
    return 'its log ended early'
  }
  for (let attempt = 1; ; attempt++) {
    const ended = watch.state(name)?.kind === 'ended'
    // A kubelet that has no inotify instance left ends each `follow` at once ("too many open files"), while the pod goes on.
    const why = await read(attempt < 3).catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
    const { endAt, broken } = readings.read()
    if (endAt !== null) return { node, readings: readings.read(), why: null }
    if (broken !== null) return failed(`the probe's program failed: ${broken.split('\n')[0] ?? ''}`)
    if (signal.aborted) return failed('interrupted')
    const state = watch.state(name)
    if (ended && state?.kind === 'ended') return failed(state.why ?? `cut off: ${why ?? 'no end record'}`)
    if (now() - heardAt > silentMs) return failed(`cut off: ${why ?? 'no end record'}`)
    await Promise.race([watch.next(), new Promise((resolve) => setTimeout(resolve, 500))])
  }
}
