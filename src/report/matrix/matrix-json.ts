import type { Matrix } from '../../answers/matrix.ts'
import type { Why } from '../../model/known.ts'
import type { DiagnosisJson } from '../diagnosis/json.ts'
import type { matrix as matrixSchema } from '../schemas/matrix.ts'
import type { Output } from '../schemas/parts.ts'

/** How far a matrix was measured. */
export interface MatrixAsked {
  readonly asked: boolean
  readonly left: number
  readonly unasked: readonly { readonly workload: string; readonly why: Why }[]
}

/** One object, versioned; the field names are the contract for scripts. */
export function matrixAnswer(
  { leftOut, ...matrix }: Matrix,
  how: MatrixAsked,
  diagnosis: DiagnosisJson,
): Output<typeof matrixSchema> {
  return {
    schema: 'hopscope/matrix/v1',
    ...matrix,
    asked: how.asked,
    notAsked: {
      pairs: how.left,
      workloads: how.unasked,
      rows: leftOut.rows,
      columns: leftOut.columns,
      withoutPort: leftOut.withoutPort,
      podsWithoutAddress: leftOut.withoutPod,
    },
    diagnosis,
  }
}
