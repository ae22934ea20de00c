import { diagnose } from '../engine.ts'
import { besideOf } from './baseline.ts'
import { narrowed, type Narrower } from './narrowed.ts'
import { openRecording } from './open-recording.ts'
import { type PacketsAsk, packetsOf, withPackets } from './packets.ts'
import { type ChecksAsk, checksOf, type Diagnosed } from './select.ts'

export interface DiagnosedFile extends Diagnosed {
  /** When it was recorded. */
  readonly t0: Date
  /** What the answer rests on and the file can't prove; null of a recording of hopscope's own. */
  readonly taken: string | null
}

/** The diagnosis of a recording, narrowed to what was asked. Loads nothing that speaks to a cluster. */
export async function diagnoseFile(
  ask: ChecksAsk & Narrower & PacketsAsk & { readonly target: string | null },
): Promise<DiagnosedFile> {
  const how = checksOf(ask)
  const packets = await packetsOf(ask)
  const { model: read, t0, taken } = await openRecording(ask.from, ask.namespace)
  const recorded = withPackets(read, packets)
  const { shown: model, judged, within } = await narrowed(recorded, ask.target, ask)
  const diagnosis = { ...diagnose(judged, { ...how, ...(within === null ? {} : { within }) }), model }
  return { t0, taken, model, diagnosis, beside: await besideOf(ask, how, diagnosis) }
}
