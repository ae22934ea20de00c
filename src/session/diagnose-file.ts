import { diagnose } from '../engine.ts'
import { readRecording } from '../snapshot/read.ts'
import { besideOf } from './baseline.ts'
import { narrowed, type Narrower } from './narrowed.ts'
import { type ChecksAsk, checksOf, type Diagnosed } from './select.ts'

export interface DiagnosedFile extends Diagnosed {
  /** When it was recorded. */
  readonly t0: Date
}

/** The diagnosis of a recording, narrowed to what was asked. Loads nothing that speaks to a cluster. */
export async function diagnoseFile(
  ask: ChecksAsk & Narrower & { readonly target: string | null },
): Promise<DiagnosedFile> {
  const how = checksOf(ask)
  const { model: recorded, t0 } = await readRecording(ask.from)
  const model = await narrowed(recorded, ask.target, ask)
  const diagnosis = diagnose(model, how)
  return { t0, model, diagnosis, beside: await besideOf(ask, how, diagnosis) }
}
