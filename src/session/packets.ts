import type { Capture } from '../model/capture.ts'
import { known } from '../model/known.ts'
import type { Model } from '../model/sources.ts'

export interface PacketsAsk {
  /** Files of packets that were captured there. */
  readonly pcap?: readonly string[]
}

/** Packets that were captured in the cluster which is diagnosed: null where none were named. */
export async function packetsOf({ pcap }: PacketsAsk): Promise<Capture | null> {
  if (pcap === undefined || pcap.length === 0) return null
  const { captureOf } = await import('./pcap.ts')
  return captureOf(pcap)
}

export function withPackets(model: Model, packets: Capture | null): Model {
  return packets === null ? model : { ...model, sources: { ...model.sources, capture: known(packets) } }
}
