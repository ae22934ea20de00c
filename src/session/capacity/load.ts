import type { Model } from '../../model/sources.ts'
import { announceLoad, mostRate, planLoad } from '../../probe/load/load-plan.ts'
import { runLoad } from '../../probe/load/load-run.ts'
import { newRunId } from '../../probe/pods/pods.ts'
import { ToolError } from '../../tool-error.ts'
import { probeNamespaceOf } from '../gather.ts'
import type { Frame } from '../with-cluster.ts'
import type { CapacityAnswer, CapacityAsk, CapacityCaller } from './capacity.ts'

type LoadFrame = Pick<Frame, 'cluster' | 'signal'> & Pick<CapacityCaller, 'tell' | 'confirm'>

/** Says what the load will do, asks, and does it. */
export async function loadUp(
  { cluster, signal, tell, confirm }: LoadFrame,
  model: Model,
  ask: CapacityAsk,
  rate: number,
): Promise<CapacityAnswer> {
  if (rate > mostRate)
    throw new ToolError('usage', `--load ${rate} is more than hopscope sends`, `at most ${mostRate} queries/s`)
  const plan = planLoad(model, {
    rate,
    run: newRunId(),
    namespace: (await probeNamespaceOf(cluster, ask)) ?? ask.namespace ?? cluster.namespace,
    image: ask.image,
    nodes: ask.node ?? null,
    tolerateAll: ask.probeTolerateAll === true,
  })
  if ('why' in plan) throw new ToolError('probe-failed', plan.why, plan.hint)
  tell({ kind: 'announce', line: `This puts load on the DNS of context ${cluster.context}:` })
  for (const line of announceLoad(plan)) tell({ kind: 'announce', line: `  ${line}` })
  const yes = await confirm(signal)
  signal.throwIfAborted()
  if (!yes) return { kind: 'declined' }
  const { steps, end, why } = await runLoad(cluster, plan, (step) => tell({ kind: 'load-step', step }), signal)
  signal.throwIfAborted()
  if (end === null)
    throw new ToolError(
      'probe-failed',
      `the load did not come to its end: ${why?.detail ?? 'unknown'}`,
      steps.length === 0 ? null : `${steps.length} steps were told; the pod is removed`,
    )
  return { kind: 'loaded', steps, end, target: rate }
}
