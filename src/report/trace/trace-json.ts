import type { Trace } from '../../answers/trace.ts'
import type { DiagnosisJson } from '../diagnosis/json.ts'
import type { Output } from '../schemas/parts.ts'
import type { trace as traceSchema } from '../schemas/trace.ts'

/** One object, versioned; the field names are the contract for scripts. Findings stand in the diagnosis beside it. */
export function traceJson(trace: Trace, diagnosis: DiagnosisJson): string {
  const out: Output<typeof traceSchema> = { schema: 'hopscope/trace/v1', ...trace, diagnosis }
  return `${JSON.stringify(out, null, 2)}\n`
}
