import type { Capture } from '../../model/capture.ts'
import type { DiagnosisJson } from '../diagnosis/json.ts'
import type { Output } from '../schemas/parts.ts'
import type { pcap } from '../schemas/pcap.ts'

/** One object, versioned. */
export function captureJson(capture: Capture, diagnosis: DiagnosisJson): string {
  const out: Output<typeof pcap> = { schema: 'hopscope/pcap/v1', capture, diagnosis }
  return `${JSON.stringify(out, null, 2)}\n`
}
