import { u16 } from '../../wire/pcap/bytes.ts'
import type { Packet } from '../../wire/pcap/packet.ts'
import { createKept, type Room } from './room.ts'

/** DNS over TCP: each message behind its length (RFC 7766), in segments of any size. */
export interface DnsStreams {
  /** New bytes of one direction of a connection, in order. */
  readonly bytes: (packet: Packet, stream: number) => void
  readonly over: (stream: number) => void
}

/** Of a message only its beginning is read: header, a name, type and class. */
const enough = 12 + 256 + 4
const mostStreams = 2048

interface Waiting {
  /** Of the message that is on its way: what was kept, and how many bytes are to come. */
  kept: Uint8Array
  left: number
  isTold: boolean
}

export function createDnsStreams(onMessage: (packet: Packet, at: number, end: number) => void, room: Room): DnsStreams {
  const waiting = createKept<number, Waiting>(room, { most: mostStreams, each: 1600 })

  function tell(packet: Packet, bytes: Uint8Array, at: number, end: number): void {
    const whole = packet.bytes
    packet.bytes = bytes
    onMessage(packet, at, end)
    packet.bytes = whole
  }

  function goOn(packet: Packet, its: Waiting): number {
    const { payload, payloadEnd } = packet
    const some = Math.min(its.left, payloadEnd - payload)
    if (!its.isTold) {
      const more = packet.bytes.subarray(payload, payload + Math.min(some, Math.max(0, enough + 2 - its.kept.length)))
      const kept = new Uint8Array(its.kept.length + more.length)
      kept.set(its.kept)
      kept.set(more, its.kept.length)
      its.kept = kept
    }
    its.left -= some
    if (!its.isTold && (its.left === 0 || its.kept.length >= enough + 2)) {
      its.isTold = true
      tell(packet, its.kept, 2, its.kept.length)
    }
    return payload + some
  }

  return {
    bytes(packet, stream) {
      const before = waiting.get(stream)
      let at = packet.payload
      // What the capture did not keep can't be waited for.
      if (packet.payloadEnd - packet.payload < packet.payloadLength) waiting.delete(stream)
      else if (before !== undefined) {
        // The length itself may be cut in two.
        if (before.left < 0) {
          const size = ((before.kept[0] ?? 0) << 8) | (packet.bytes[at] ?? 0)
          before.kept = new Uint8Array([size >> 8, size & 255])
          before.left = size
          packet.payload++
        }
        at = goOn(packet, before)
        if (before.left === 0) waiting.delete(stream)
      }
      while (at < packet.payloadEnd) {
        const size = packet.payloadEnd - at >= 2 ? u16(packet.bytes, at) : -1
        if (size >= 0 && at + 2 + size <= packet.payloadEnd) {
          tell(packet, packet.bytes, at + 2, at + 2 + size)
          at += 2 + size
          continue
        }
        const kept = packet.bytes.slice(at, Math.min(packet.payloadEnd, at + 2 + enough))
        const left = size < 0 ? -1 : size + 2 - (packet.payloadEnd - at)
        if (!waiting.set(stream, { kept, left, isTold: false })) room.miss()
        return
      }
    },
    over: (stream) => {
      if (waiting.size() > 0) waiting.delete(stream)
    },
  }
}
