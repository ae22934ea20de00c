import type { Cluster } from '../../kube/cluster.ts'
import type { Why } from '../../model/known.ts'
import type { LoadEnd, LoadStep } from '../../model/load.ts'
import { type LoadPlan, loadWants } from './load-plan.ts'
import { mayHold } from '../pods/held-pod.ts'
import { podProgram } from '../pods/pod-program.ts'
import { runPod } from '../pods/pod-run.ts'
import { podLedger, removeLeftovers, watchPods } from '../pods/pods.ts'

export interface LoadResult {
  readonly steps: readonly LoadStep[]
  /** null when the pod did not get to its end; `why` says why. */
  readonly end: LoadEnd | null
  readonly why: Why | null
  /** Pods that could not be removed. */
  readonly left: readonly string[]
}

/** Carries out a load plan with one pod, which watches over itself, and removes it however it ends. */
export async function runLoad(
  cluster: Cluster,
  plan: LoadPlan,
  told: (step: LoadStep) => void,
  signal: AbortSignal,
): Promise<LoadResult> {
  const { run, namespace, node, image, tolerateAll, spec } = plan
  const began = performance.now()
  const ledger = podLedger(cluster)
  const steps: LoadStep[] = []
  let end: LoadEnd | null = null
  let why: Why | null = null
  const program = await podProgram()
  await removeLeftovers(cluster, namespace)
  const watch = watchPods(cluster, namespace, run)
  const context = { cluster, watch, now: () => performance.now() - began, ledger, signal }
  let left: readonly string[] = []
  try {
    why = await runPod(
      context,
      {
        run,
        namespace,
        node,
        image,
        program,
        spec,
        hostNetwork: false,
        tolerateAll,
        wants: loadWants,
        ...((await mayHold(cluster, namespace)) ? { held: 'must' } : {}),
      },
      (record) => {
        if (record.t === 'load-step') {
          steps.push(record.step)
          told(record.step)
        }
        if (record.t === 'load-end') end = record.end
        return record.t === 'load-end'
      },
    )
  } finally {
    watch.end()
    left = await ledger.removeAll()
  }
  return { steps, end, why, left }
}
