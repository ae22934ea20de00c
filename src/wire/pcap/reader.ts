import { u16, u16le, u32, u32le } from './bytes.ts'
import { decode } from './decode.ts'
import { linkName } from './link.ts'
import { createPacket, type Packet } from './packet.ts'

/** Where packets were taken: an interface of a pcapng, or a whole pcap. */
export interface Point {
  readonly name: string | null
  readonly comment: string | null
  readonly filter: string | null
  readonly link: number
  readonly snaplen: number
}

/** How the file ended, as far as it was read. */
export type End =
  | { readonly kind: 'whole' }
  /** In the middle of a record: a capture that was killed, or a copy that was not finished. */
  | { readonly kind: 'cut-off'; readonly at: number }
  /** What stands there can be no record. */
  | { readonly kind: 'damaged'; readonly at: number; readonly why: string }
  | { readonly kind: 'no-capture'; readonly why: string }

export interface Read {
  readonly format: 'pcap' | 'pcapng' | null
  readonly end: End
  readonly packets: number
  /** Frames of which the capture kept less than was on the wire. */
  readonly shortened: number
  /** Frames of a link type that is not read. */
  readonly unreadLink: number
  readonly points: readonly Point[]
  /** Dropped before they were written, as the file itself says; null where it does not. */
  readonly dropped: number | null
  /** By point the same, of those of which it says so. */
  readonly droppedAt: ReadonlyMap<number, number>
  /** By point, when it listened, where the file says so: in milliseconds since 1970. */
  readonly listened: ReadonlyMap<number, Listened>
}

export interface Listened {
  readonly from: number
  readonly to: number
}

export interface CaptureReader {
  /** Those that are described by now. */
  readonly points: readonly Point[]
  /** What stands there can't be read on: no further piece changes anything. */
  readonly isOver: () => boolean
  /** Any piece of the file, in order. Hands over each packet that is whole by now. */
  push(bytes: Uint8Array): void
  end(): Read
}

/** libpcap's own limit is 262,144 bytes a packet (MAXIMUM_SNAPLEN); of another block only the size matters. */
const longestPacket = 1024 * 1024
const longestOption = 1024
/** A node runs 110 pods, 250 or 500 at most; each interface with packets costs a third of a megabyte. */
export const mostPoints = 512
const magics: Readonly<
  Record<number, { readonly order: 'big' | 'little'; readonly fraction: number; readonly header: number }>
> = {
  0xa1b2c3d4: { order: 'big', fraction: 1e-3, header: 16 },
  0xd4c3b2a1: { order: 'little', fraction: 1e-3, header: 16 },
  0xa1b23c4d: { order: 'big', fraction: 1e-6, header: 16 },
  0x4d3cb2a1: { order: 'little', fraction: 1e-6, header: 16 },
  // Alexey Kuznetzov's, with an interface and a protocol in each record.
  0xa1b2cd34: { order: 'big', fraction: 1e-3, header: 24 },
  0x34cdb2a1: { order: 'little', fraction: 1e-3, header: 24 },
}
const sectionHeader = 0x0a0d0d0a

/** Of an interface, what its packets are read with. */
interface Interface {
  readonly point: number
  readonly link: number
  readonly snaplen: number
  /** Milliseconds a tick, and in the high half of the counter; and what is added. */
  readonly tick: number
  readonly offset: number
}

/**
 * Reads pcap and pcapng as they come, in pieces of any size, and hands each packet over, decoded, in one object that is
 * written anew for the next. Holds the piece that it works on and no more. Whatever the bytes are, it ends with a
 * value.
 */
export function captureReader(onPacket: (packet: Packet) => void): CaptureReader {
  const packet = createPacket()
  const points: Point[] = []
  const interfaces: Interface[] = []
  let buffer = new Uint8Array(1 << 16)
  let filled = 0
  let offset = 0
  let skipping = 0
  let format: Read['format'] = null
  const ended: { how: End | null } = { how: null }
  let little = true
  let recordHeader = 16
  let fraction = 1e-3
  let shortened = 0
  let unreadLink = 0
  let dropped: number | null = null
  const droppedAt = new Map<number, number>()
  const listened = new Map<number, Listened>()

  const n32 = (at: number): number => (little ? u32le(buffer, at) : u32(buffer, at))
  const n16 = (at: number): number => (little ? u16le(buffer, at) : u16(buffer, at))
  const damaged = (at: number, why: string): void => {
    ended.how = { kind: 'damaged', at: offset + at, why }
  }

  function deliver(at: number, captured: number, { link, point }: Interface): void {
    packet.number++
    packet.bytes = buffer
    packet.start = at
    packet.end = at + captured
    packet.point = point
    if (captured < packet.length) shortened++
    decode(packet, link)
    if (linkName(link) === null) unreadLink++
    onPacket(packet)
  }

  /** How many bytes of the buffer are read; what is left is the beginning of a record. */
  function pcapRecords(from: number): number {
    let at = from
    const only = interfaces[0]
    if (only === undefined) return at
    while (filled - at >= recordHeader) {
      const captured = n32(at + 8)
      if (captured > longestPacket) {
        damaged(at, `a packet of ${captured} bytes`)
        return at
      }
      if (filled - at < recordHeader + captured) return at
      packet.time = n32(at) * 1000 + n32(at + 4) * fraction
      packet.length = n32(at + 12)
      deliver(at + recordHeader, captured, only)
      at += recordHeader + captured
    }
    return at
  }

  function pcapHeader(): number {
    const magic = magics[u32(buffer, 0)]
    if (magic === undefined) {
      ended.how = { kind: 'no-capture', why: 'it begins as neither a pcap nor a pcapng does' }
      return 0
    }
    if (filled < 24) return 0
    format = 'pcap'
    little = magic.order === 'little'
    recordHeader = magic.header
    ;({ fraction } = magic)
    // The upper half may say how long frame check sequences are.
    const link = n32(20) & 0xffff
    const snaplen = n32(16)
    points.push({ name: null, comment: null, filter: null, link, snaplen })
    interfaces.push({ point: 0, link, snaplen, tick: fraction, offset: 0 })
    return 24
  }

  function blocks(): number {
    let at = 0
    while (filled - at >= 12 && ended.how === null) {
      const type = n32(at)
      // The order of a section's bytes is told behind its length.
      if (type === sectionHeader) {
        const order = u32(buffer, at + 8)
        if (order !== 0x1a2b3c4d && order !== 0x4d3c2b1a) {
          damaged(at, 'a section without a byte order')
          return at
        }
        little = order === 0x4d3c2b1a
      }
      const size = n32(at + 4)
      if (size < 12 || size % 4 !== 0) {
        damaged(at, `a block of ${size} bytes`)
        return at
      }
      if (size > longestPacket + 4096) {
        if (type === 6 || type === 3 || type === 2) damaged(at, `a packet of ${size} bytes`)
        else skipping = size - (filled - at)
        return ended.how === null ? filled : at
      }
      if (filled - at < size) return at
      block(type, at, size)
      at += size
    }
    return at
  }

  function block(type: number, at: number, size: number): void {
    if (type === sectionHeader) interfaces.length = 0
    else if (type === 1) describeInterface(at, size)
    else if (type === 6 || type === 2) packetBlock(type, at, size)
    else if (type === 3) simplePacket(at, size)
    else if (type === 5) statistics(at, size)
  }

  function packetBlock(type: number, at: number, size: number): void {
    const its = interfaces[type === 6 ? n32(at + 8) : n16(at + 8)]
    const captured = n32(at + 20)
    if (its === undefined || captured > size - 32) {
      damaged(
        at,
        its === undefined ? 'a packet of an interface that is not described' : 'a packet longer than its block',
      )
      return
    }
    packet.time = (n32(at + 12) * 4294967296 + n32(at + 16)) * its.tick + its.offset
    packet.length = n32(at + 24)
    deliver(at + 28, captured, its)
  }

  function simplePacket(at: number, size: number): void {
    const its = interfaces[0]
    if (its === undefined) {
      damaged(at, 'a packet of an interface that is not described')
      return
    }
    packet.length = n32(at + 8)
    packet.isTimed = false
    deliver(at + 12, Math.min(packet.length, size - 16, its.snaplen === 0 ? longestPacket : its.snaplen), its)
    packet.isTimed = true
  }

  function eachOption(from: number, to: number, see: (code: number, at: number, length: number) => void): void {
    let at = from
    while (at + 4 <= to) {
      const code = n16(at)
      const length = n16(at + 2)
      if (code === 0 || at + 4 + length > to) return
      see(code, at + 4, length)
      at += 4 + length + (-length & 3)
    }
  }

  function describeInterface(at: number, size: number): void {
    if (size < 20) {
      damaged(at, 'an interface without a description')
      return
    }
    const link = n16(at + 8)
    const snaplen = n32(at + 12)
    let name: string | null = null
    let comment: string | null = null
    let filter: string | null = null
    let tick = 1e-3
    let seconds = 0
    eachOption(at + 16, at + size - 4, (code, its, length) => {
      if (code === 1) comment = text(buffer, its, length)
      else if (code === 2) name = text(buffer, its, length)
      else if (code === 11) filter = text(buffer, its + 1, length - 1)
      else if (code === 9 && length === 1) tick = tickOf(buffer[its] ?? 6)
      else if (code === 14 && length === 8) seconds = signed(n32(its + (little ? 4 : 0)), n32(its + (little ? 0 : 4)))
    })
    if (points.length >= mostPoints) {
      damaged(at, `more than ${mostPoints} interfaces`)
      return
    }
    interfaces.push({ point: points.length, link, snaplen, tick, offset: seconds * 1000 })
    points.push({ name, comment, filter, link, snaplen })
  }

  function statistics(at: number, size: number): void {
    if (size < 24) return
    let lost: number | null = null
    const point = interfaces[n32(at + 8)]
    const times: [number | null, number | null] = [null, null]
    eachOption(at + 20, at + size - 4, (code, its, length) => {
      if (code === 5 && length === 8) lost = signed(n32(its + (little ? 4 : 0)), n32(its + (little ? 0 : 4)))
      else if ((code === 2 || code === 3) && length === 8 && point !== undefined)
        times[code - 2] = (n32(its) * 4294967296 + n32(its + 4)) * point.tick + point.offset
    })
    const [from, to] = times
    if (point !== undefined && from !== null && to !== null && from <= to) listened.set(point.point, { from, to })
    if (lost === null) return
    dropped = (dropped ?? 0) + lost
    if (point !== undefined) droppedAt.set(point.point, (droppedAt.get(point.point) ?? 0) + lost)
  }

  /** Reads what is there, and moves what is left to the front. */
  function work(): void {
    if (ended.how !== null) return
    let at = 0
    if (format === null) {
      if (filled < 4) return
      if (u32(buffer, 0) === sectionHeader) format = 'pcapng'
      else at = pcapHeader()
      if (format === null) return
    }
    at = format === 'pcap' ? pcapRecords(at) : blocks()
    buffer.copyWithin(0, at, filled)
    offset += at
    filled -= at
  }

  return {
    points,
    isOver: () => ended.how !== null,
    push(bytes) {
      let from = 0
      while (from < bytes.length && ended.how === null) {
        if (skipping > 0) {
          const some = Math.min(skipping, bytes.length - from)
          skipping -= some
          offset += some
          from += some
          continue
        }
        // Room for what comes, and never for more than the longest record beside it.
        const some = Math.min(bytes.length - from, 1 << 20)
        if (buffer.length < filled + some) {
          const larger = new Uint8Array(Math.max(buffer.length * 2, filled + some))
          larger.set(buffer.subarray(0, filled))
          buffer = larger
        }
        buffer.set(some === bytes.length ? bytes : bytes.subarray(from, from + some), filled)
        filled += some
        from += some
        work()
      }
    },
    end() {
      const at = offset + filled
      const left: End = filled > 0 || skipping > 0 ? { kind: 'cut-off', at } : { kind: 'whole' }
      const none: End = {
        kind: 'no-capture',
        why: at === 0 ? 'it is empty' : 'it ends before the header of a capture does',
      }
      return {
        format,
        end: ended.how ?? (format === null ? none : left),
        packets: packet.number,
        shortened,
        unreadLink,
        points,
        dropped,
        droppedAt,
        listened,
      }
    },
  }
}

const decoder = new TextDecoder()

/** Whoever made the file chose it. */
function text(bytes: Uint8Array, at: number, length: number): string | null {
  const some = decoder.decode(bytes.subarray(at, at + Math.min(Math.max(0, length), longestOption))).trim()
  return some === '' ? null : some
}

/** if_tsresol: ten to the minus n seconds, or two where the highest bit is set. */
function tickOf(resolution: number): number {
  return resolution & 0x80 ? 1000 * 2 ** -(resolution & 0x7f) : 1000 * 10 ** -resolution
}

function signed(high: number, low: number): number {
  return (high | 0) * 4294967296 + low
}
