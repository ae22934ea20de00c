import type { Capture } from '../../model/capture.ts'
import type { DiagnosisJson } from '../diagnosis/json.ts'
import type { Output } from '../schemas/parts.ts'
import type { pcap } from '../schemas/pcap.ts'

/** One object, versioned. */
export function captureAnswer(capture: Capture, diagnosis: DiagnosisJson): Output<typeof pcap> {
  return { schema: 'hopscope/pcap/v1', capture, diagnosis }
}
