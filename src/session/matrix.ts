import { type Matrix, matrixOf } from '../answers/matrix.ts'
import { diagnose, type Diagnosis } from '../engine.ts'
import type { Known, Why } from '../model/known.ts'
import type { Model, Sources } from '../model/sources.ts'
import { announceMatrix, planMatrix } from '../probe/plan/plan-matrix.ts'
import { matrixCrossings } from '../probe/inside/matrix-crossings.ts'
import { ToolError } from '../tool-error.ts'
import { fromOutside } from '../wire/outside.ts'
import type { ClusterAsk, ProbeAsk } from './asks.ts'
import type { Caller } from './events.ts'
import { gather } from './gather.ts'
import { type Keep, keeper } from './keep-run.ts'
import { openRecording } from './open-recording.ts'
import { selected } from './select.ts'
import { type Ended, withCluster } from './with-cluster.ts'

export interface MatrixAskOf extends ClusterAsk, ProbeAsk {
  readonly port: number | null
  readonly keepIn: string | null
}

export interface Matrixed {
  readonly matrix: Matrix
  /** What disagrees with the policies, as findings. */
  readonly diagnosis: Diagnosis
  readonly asked: boolean
  /** Pairs that the bound left out, and workloads that could not be asked. */
  readonly left: number
  readonly unasked: readonly { readonly workload: string; readonly why: Why }[]
}

export interface MatrixedLive extends Matrixed {
  readonly keep: Keep
  readonly isLate: boolean
}

/** Whom policies let reach whom, and with `probe` who does. Execs in pods that are there; makes none. */
export async function matrixOfCluster(ask: MatrixAskOf, caller: Caller): Promise<Ended<MatrixedLive>> {
  return withCluster(ask, caller, async (frame) => {
    const { cluster, signal, tell } = frame
    const read = await gather(frame, null, { ...ask, probe: false, nodeAccess: false })
    const asks = ask.probe === true && ask.exec !== false
    if (!asks) {
      const keep = keeper(read.model, ask.keepIn)
      return { ...matrixed(read.model, ask.port), asked: false, left: 0, unasked: [], keep, isLate: read.isLate }
    }
    const plan = planMatrix(read.model, ask.port)
    for (const line of announceMatrix(plan)) tell({ kind: 'announce', line })
    const { crossings, unasked } = await matrixCrossings(cluster, plan, signal)
    const model = withCrossings(read.model, crossings)
    const keep = keeper(model, ask.keepIn)
    return { ...matrixed(model, ask.port), asked: true, left: plan.left, unasked, keep, isLate: read.isLate }
  })
}

/** The same from a recording of such a run, or of any: then nothing is measured. */
export async function matrixOfFile(ask: { readonly from: string; readonly port: number | null }): Promise<Matrixed> {
  const { model } = await openRecording(ask.from, undefined)
  return { ...matrixed(model, ask.port), asked: model.sources.crossings.known, left: 0, unasked: [] }
}

function withCrossings(model: Model, crossings: Known<Sources['crossings']>): Model {
  return {
    ...model,
    scope: { ...model.scope, level: 'probe' },
    sources: { ...model.sources, crossings: fromOutside(crossings) },
  }
}

/** What a matrix is about, and nothing else: the rest is for `diagnose`. */
const codes = ['POL411', 'POL422']

function matrixed(model: Model, port: number | null): Pick<Matrixed, 'matrix' | 'diagnosis'> {
  const matrix = matrixOf(model, { port })
  if (matrix === null) {
    const { pods, networkPolicies } = model.sources
    const why = pods.known ? networkPolicies : pods
    throw new ToolError(
      'forbidden',
      `pods or NetworkPolicies could not be read${why.known ? '' : `: ${why.why.detail}`}`,
      'deploy/rbac-read.yaml',
    )
  }
  return { matrix, diagnosis: diagnose(model, { checks: selected(codes) }) }
}
