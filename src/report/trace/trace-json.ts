import type { Trace } from '../../answers/trace/hop.ts'
import type { DiagnosisJson } from '../diagnosis/json.ts'
import type { Output } from '../schemas/parts.ts'
import type { trace as traceSchema } from '../schemas/trace.ts'

/** One object, versioned; the field names are the contract for scripts. Findings stand in the diagnosis beside it. */
export function traceAnswer(trace: Trace, diagnosis: DiagnosisJson): Output<typeof traceSchema> {
  return { schema: 'hopscope/trace/v1', ...trace, diagnosis }
}
