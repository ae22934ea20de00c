import { diagnose } from '../engine.ts'
import { readSnapshot } from '../snapshot/read.ts'
import { narrowed, type Narrower } from './narrowed.ts'
import { type ChecksAsk, checksOf, type Diagnosed } from './select.ts'

/** The diagnosis of a recording, narrowed to what was asked. Loads nothing that speaks to a cluster. */
export async function diagnoseFile(ask: ChecksAsk & Narrower & { readonly target: string | null }): Promise<Diagnosed> {
  const how = checksOf(ask)
  const model = await narrowed(await readSnapshot(ask.from), ask.target, ask)
  return { model, diagnosis: diagnose(model, how) }
}
