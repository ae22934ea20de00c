import type { Trace } from '../answers/trace/hop.ts'
import { diagnose } from '../engine.ts'
import { besideOf } from './baseline.ts'
import type { DiagnosedFile } from './diagnose-file.ts'
import { openRecording } from './open-recording.ts'
import { type ChecksAsk, checksOf } from './select.ts'
import { tracedIn } from './trace.ts'

export interface Reported extends DiagnosedFile {
  /** null: it is no recording of a trace. */
  readonly trace: Trace | null
}

/** A run again, from the file that it left, as what it was: a trace is told as a trace. */
export async function reportFile(ask: ChecksAsk & { readonly from: string }): Promise<Reported> {
  const how = checksOf(ask)
  const { model, t0, taken } = await openRecording(ask.from, undefined)
  const diagnosis = diagnose(model, how)
  const beside = await besideOf(ask, how, diagnosis)
  return {
    model,
    t0,
    taken,
    diagnosis,
    beside,
    trace: model.scope.trace === undefined ? null : tracedIn(model, diagnosis).trace,
  }
}
