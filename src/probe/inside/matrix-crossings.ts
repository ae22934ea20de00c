import type { Cluster } from '../../kube/cluster.ts'
import type { Crossing } from '../../model/crossing.ts'
import { type Known, known, unknown, type Why } from '../../model/known.ts'
import type { MatrixPlan } from '../plan/plan-matrix.ts'
import { crossingsOf } from './crossings.ts'

export interface MatrixCrossings {
  readonly crossings: Known<readonly Crossing[]>
  /** Workloads whose container could not be asked. */
  readonly unasked: readonly { readonly workload: string; readonly why: Why }[]
}

const atOnce = 4

/**
 * One exec for each source, a few at a time; what one container can't do is said of it, and costs the others nothing.
 */
export async function matrixCrossings(
  cluster: Cluster,
  { sources }: MatrixPlan,
  signal: AbortSignal,
): Promise<MatrixCrossings> {
  const found: { readonly workload: string; readonly got: Known<readonly Crossing[]> }[] = []
  const waiting = [...sources]
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !signal.aborted; next = waiting.shift())
      found.push({ workload: next.workload, got: await crossingsOf(cluster, next.specs, signal) })
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const inTurn = sources.map(({ workload }) => ({
    workload,
    got: found.find((it) => it.workload === workload)?.got ?? unknown('timed-out', 'the time for the run was up'),
  }))
  const told = inTurn.flatMap((it) => (it.got.known ? it.got.value : []))
  const unasked = inTurn.flatMap((it) => (it.got.known ? [] : [{ workload: it.workload, why: it.got.why }]))
  const [first] = unasked
  if (told.length === 0 && first !== undefined) return { crossings: { known: false, why: first.why }, unasked }
  return { crossings: known(told), unasked }
}
