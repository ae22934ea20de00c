import type { WrittenPacket } from '../../wire/pcap/writer.ts'

/** Packets of several points in the order of their time, as far as the slowest connection is not further behind. */
export interface Merge {
  readonly add: (packet: WrittenPacket, now: number) => void
  /** Those that nothing earlier is expected before. */
  readonly take: (now: number) => readonly WrittenPacket[]
  readonly rest: () => readonly WrittenPacket[]
  readonly waiting: () => number
}

/** `holdMs`: how long a packet waits for one that is earlier and still on its way. */
export function createMerge(holdMs: number): Merge {
  let held: { readonly packet: WrittenPacket; readonly came: number }[] = []
  const upTo = (time: number): readonly WrittenPacket[] => {
    const ready = held.filter(({ packet }) => packet.time <= time)
    held = held.filter(({ packet }) => packet.time > time)
    return ready.map((it) => it.packet).toSorted((one, other) => one.time - other.time)
  }
  return {
    add: (packet, now) => void held.push({ packet, came: now }),
    take(now) {
      let latest = -Infinity
      for (const { packet, came } of held) if (now - came >= holdMs && packet.time > latest) latest = packet.time
      return latest === -Infinity ? [] : upTo(latest)
    },
    rest: () => upTo(Infinity),
    waiting: () => held.length,
  }
}
