import type { Spans } from '../../model/spans.ts'
import type { DiagnosisJson } from '../diagnosis/json.ts'
import type { Output } from '../schemas/parts.ts'
import type { spans } from '../schemas/spans.ts'

/** One object, versioned. */
export function spansAnswer(its: Spans, diagnosis: DiagnosisJson): Output<typeof spans> {
  return { schema: 'hopscope/spans/v1', spans: its, diagnosis }
}
