/** A place of a live capture, as a pcapng names it. */
export interface WrittenPoint {
  readonly name: string
  readonly comment: string
  /** As tcpdump was told. */
  readonly filter: string
  /** LINKTYPE_…, as the capture at that point says. */
  readonly link: number
  readonly snaplen: number
}

export interface WrittenPacket {
  /** Of the points, by their order. */
  readonly point: number
  /** Milliseconds since 1970. */
  readonly time: number
  /** On the wire. */
  readonly length: number
  /** What was kept of it. */
  readonly bytes: Uint8Array
}

/** draft-ietf-opsawg-pcapng: types of blocks, codes of options. */
const block = { section: 0x0a0d0d0a, point: 1, statistics: 5, packet: 6 } as const
const option = { comment: 1, name: 2, filter: 11, application: 4, from: 2, to: 3, dropped: 5 } as const
/** Of an option: the field of its length has 16 bits, and readers keep less. */
const longestText = 1000

const encoder = new TextEncoder()

/** The beginning of a file: one section, with each point as an interface of it. Times are in microseconds. */
export function pcapngHead(points: readonly WrittenPoint[], application: string): Uint8Array {
  const section = new Uint8Array(16)
  const view = viewOf(section)
  view.setUint32(0, 0x1a2b3c4d, true)
  view.setUint16(4, 1, true)
  // The section's length is not known while it is written.
  view.setBigInt64(8, -1n, true)
  return joined([
    blockOf(block.section, [section, textOption(option.application, application), endOfOptions]),
    ...points.map(({ name, comment, filter, link, snaplen }) => {
      const head = new Uint8Array(8)
      viewOf(head).setUint16(0, link, true)
      viewOf(head).setUint32(4, snaplen, true)
      return blockOf(block.point, [
        head,
        textOption(option.comment, comment),
        textOption(option.name, name),
        // Its first byte says that it is text (0).
        ...(filter === '' ? [] : [optionOf(option.filter, joined([new Uint8Array(1), textBytes(filter)]))]),
        endOfOptions,
      ])
    }),
  ])
}

export function pcapngPacket({ point, time, length, bytes }: WrittenPacket): Uint8Array {
  const head = new Uint8Array(20)
  const view = viewOf(head)
  view.setUint32(0, point, true)
  ticksInto(view, 4, time)
  view.setUint32(12, bytes.length, true)
  view.setUint32(16, length, true)
  return blockOf(block.packet, [head, bytes])
}

/** What a point says of itself at its end. */
export interface PointStatistics {
  readonly point: number
  /** Packets lost before they were written; null where the capture did not say. */
  readonly dropped: number | null
  /** When it listened, by its own clock. */
  readonly from: number
  readonly to: number
}

export function pcapngStatistics({ point, dropped, from, to }: PointStatistics): Uint8Array {
  const head = new Uint8Array(12)
  viewOf(head).setUint32(0, point, true)
  ticksInto(viewOf(head), 4, to)
  const time = (code: number, ms: number): Uint8Array => {
    const its = new Uint8Array(8)
    ticksInto(viewOf(its), 0, ms)
    return optionOf(code, its)
  }
  const lost = new Uint8Array(8)
  viewOf(lost).setBigUint64(0, BigInt(dropped ?? 0), true)
  return blockOf(block.statistics, [
    head,
    time(option.from, from),
    time(option.to, to),
    ...(dropped === null ? [] : [optionOf(option.dropped, lost)]),
    endOfOptions,
  ])
}

/** The upper half first, whatever the order of bytes. */
function ticksInto(view: DataView, at: number, ms: number): void {
  const ticks = Math.max(0, Math.round(ms * 1000))
  view.setUint32(at, Math.floor(ticks / 4_294_967_296), true)
  view.setUint32(at + 4, ticks % 4_294_967_296, true)
}

const endOfOptions = new Uint8Array(4)

function textOption(code: number, text: string): Uint8Array {
  return optionOf(code, textBytes(text))
}

function textBytes(text: string): Uint8Array {
  const whole = encoder.encode(text)
  return whole.length <= longestText ? whole : encoder.encode(text.slice(0, longestText / 4))
}

function optionOf(code: number, value: Uint8Array): Uint8Array {
  const out = new Uint8Array(4 + padded(value.length))
  viewOf(out).setUint16(0, code, true)
  viewOf(out).setUint16(2, value.length, true)
  out.set(value, 4)
  return out
}

function blockOf(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const size = 12 + padded(parts.reduce((sum, it) => sum + it.length, 0))
  const out = new Uint8Array(size)
  const view = viewOf(out)
  view.setUint32(0, type, true)
  view.setUint32(4, size, true)
  view.setUint32(size - 4, size, true)
  let at = 8
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function padded(length: number): number {
  return (length + 3) & ~3
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
