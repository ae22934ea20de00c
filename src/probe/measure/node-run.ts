import type { Why } from '../../model/known.ts'
import type { PodRecord } from '../pod/records.ts'
import type { ProbeSpec } from '../pod/spec.ts'
import { type PodRunContext, runPod } from '../pods/pod-run.ts'
import type { ProbePlan } from '../plan/plan.ts'
import { type Readings, readingsOf } from './readings.ts'

export interface NodeRun {
  readonly node: string
  readonly readings: Readings
  /** Why what it measured is not all there; null when the pod said its last word. */
  readonly why: Why | null
}

export interface RunContext extends PodRunContext {
  readonly plan: ProbePlan
  readonly program: string
  readonly heard: (node: string, record: PodRecord) => void
}

/** One node's probe pod. Whatever goes wrong is in the value. */
export async function runNode(context: RunContext, node: string, spec: ProbeSpec): Promise<NodeRun> {
  const { plan, program, now } = context
  const readings = readingsOf(node)
  const { run, namespace, image, tolerateAll } = plan
  const why = await runPod(
    context,
    { run, namespace, node, image, program, spec, hostNetwork: false, tolerateAll },
    (record) => {
      readings.take(record, now())
      context.heard(node, record)
      return record.t === 'end'
    },
  )
  return { node, readings: readings.read(), why }
}
