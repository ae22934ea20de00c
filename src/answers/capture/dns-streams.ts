import { u16 } from '../../wire/pcap/bytes.ts'
import type { Packet } from '../../wire/pcap/packet.ts'
import { createKept, type Room } from './room.ts'

/** DNS over TCP: each message behind its length (RFC 7766), in segments of any size. */
export interface DnsStreams {
  /** New bytes of one direction of a connection; `ahead`: how many before them the capture has not got. */
  readonly bytes: (packet: Packet, stream: number, ahead: number) => void
  readonly over: (stream: number) => void
}

export interface DnsListener {
  /** False for what is no DNS message. */
  readonly message: (packet: Packet, at: number, end: number) => boolean
  /** Something that the side of this packet said was not kept whole: a message in it may be anything. */
  readonly hole: (packet: Packet) => void
}

/** Of a message only its beginning is read: header, a name, type and class. */
const enough = 12 + 256 + 4
const mostStreams = 2048

interface Waiting {
  /** Of the message that is on its way: what was kept, and how many bytes are to come; below 0: nobody knows. */
  kept: Uint8Array
  left: number
  isTold: boolean
  /** Where the next message begins is not known any more. */
  isLost: boolean
}

export function createDnsStreams({ message, hole }: DnsListener, room: Room): DnsStreams {
  const waiting = createKept<number, Waiting>(room, { most: mostStreams, each: 1600 })

  function tell(packet: Packet, bytes: Uint8Array, at: number, end: number): boolean {
    const whole = packet.bytes
    packet.bytes = bytes
    const isMessage = message(packet, at, end)
    packet.bytes = whole
    return isMessage
  }

  function keep(stream: number, its: Waiting): void {
    if (!waiting.set(stream, its)) room.miss()
  }

  function lose(packet: Packet, stream: number): void {
    hole(packet)
    keep(stream, { kept: new Uint8Array(0), left: 0, isTold: true, isLost: true })
  }

  /** Bytes of the message that is on its way which are not there; false where they go beyond its end. */
  function skip(packet: Packet, its: Waiting | undefined, size: number): boolean {
    if (size === 0) return true
    if (its === undefined || its.left < size) return false
    // What its beginning says is known or not; the rest does not matter.
    if (!its.isTold) {
      if (its.kept.length < 2 || !tell(packet, its.kept, 2, its.kept.length)) hole(packet)
      its.isTold = true
    }
    its.left -= size
    return true
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

  /** What was captured of a segment, message by message; the one that goes on behind it. */
  function read(packet: Packet, before: Waiting | undefined): Waiting | undefined {
    const { payloadEnd } = packet
    let at = packet.payload
    if (before !== undefined) {
      // The length itself may be cut in two.
      if (before.left < 0 && at < payloadEnd) {
        const size = ((before.kept[0] ?? 0) << 8) | (packet.bytes[at] ?? 0)
        before.kept = new Uint8Array([size >> 8, size & 255])
        before.left = size
        packet.payload++
      }
      if (before.left > 0) at = goOn(packet, before)
      if (before.left !== 0) return before
    }
    while (at < payloadEnd) {
      const size = payloadEnd - at >= 2 ? u16(packet.bytes, at) : -1
      if (size >= 0 && at + 2 + size <= payloadEnd) {
        tell(packet, packet.bytes, at + 2, at + 2 + size)
        at += 2 + size
        continue
      }
      const kept = packet.bytes.slice(at, Math.min(payloadEnd, at + 2 + enough))
      const left = size < 0 ? -1 : size + 2 - (payloadEnd - at)
      return { kept, left, isTold: false, isLost: false }
    }
    return undefined
  }

  return {
    bytes(packet, stream, ahead) {
      const before = waiting.get(stream)
      if (before?.isLost === true) return hole(packet)
      if (ahead < 0 || !skip(packet, before, ahead)) return lose(packet, stream)
      const uncut = packet.payloadLength - (packet.payloadEnd - packet.payload)
      const its = read(packet, before?.left === 0 ? undefined : before)
      // What the snap length took: of a message whose length is known, the next one begins behind it.
      if (!skip(packet, its, Math.max(0, uncut))) return lose(packet, stream)
      if (its === undefined || its.left === 0) waiting.delete(stream)
      else keep(stream, its)
    },
    over: (stream) => {
      if (waiting.size() > 0) waiting.delete(stream)
    },
  }
}
