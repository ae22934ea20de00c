import { encode } from 'dns-packet'

/** Bytes of packets for tests: what tcpdump would have written. */

export interface Sent {
  readonly from: string
  readonly to: string
  readonly sport: number
  readonly dport: number
  readonly ipId?: number
  readonly payload?: Uint8Array
}

export interface Segment extends Sent {
  readonly flags: string
  readonly seq?: number
  readonly ack?: number
  readonly window?: number
  readonly mss?: number
  readonly ttl?: number
}

const octets = (address: string): readonly number[] => address.split('.').map(Number)

function v6(address: string): Buffer {
  const [head = '', tail = ''] = address.split('::')
  const words = (it: string): readonly string[] => (it === '' ? [] : it.split(':'))
  const missing = 8 - words(head).length - words(tail).length
  const all = [...words(head), ...Array.from({ length: missing }, () => '0'), ...words(tail)]
  return Buffer.from(all.map((it) => it.padStart(4, '0')).join(''), 'hex')
}

export function ipv4(
  from: string,
  to: string,
  protocol: number,
  body: Uint8Array,
  {
    ipId = 0,
    fragment = 0,
    ttl = 64,
  }: { readonly ipId?: number; readonly fragment?: number; readonly ttl?: number } = {},
): Buffer {
  const head = Buffer.alloc(20)
  head[0] = 0x45
  head.writeUInt16BE(20 + body.length, 2)
  head.writeUInt16BE(ipId, 4)
  head.writeUInt16BE(fragment, 6)
  head[8] = ttl
  head[9] = protocol
  head.set(octets(from), 12)
  head.set(octets(to), 16)
  return Buffer.concat([head, body])
}

export function ipv6(from: string, to: string, next: number, body: Uint8Array, ttl = 64): Buffer {
  const head = Buffer.alloc(8)
  head[0] = 0x60
  head.writeUInt16BE(body.length, 4)
  head[6] = next
  head[7] = ttl
  return Buffer.concat([head, v6(from), v6(to), body])
}

export function udpBody({ sport, dport, payload = new Uint8Array(0) }: Sent): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt16BE(sport, 0)
  head.writeUInt16BE(dport, 2)
  head.writeUInt16BE(8 + payload.length, 4)
  return Buffer.concat([head, payload])
}

const bits: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16 }

function tcpBody(it: Segment): Buffer {
  const options = it.mss === undefined ? Buffer.alloc(0) : Buffer.from([2, 4, it.mss >> 8, it.mss & 255])
  const head = Buffer.alloc(20)
  head.writeUInt16BE(it.sport, 0)
  head.writeUInt16BE(it.dport, 2)
  head.writeUInt32BE(it.seq ?? 0, 4)
  head.writeUInt32BE(it.ack ?? 0, 8)
  head[12] = ((20 + options.length) >> 2) << 4
  head[13] = [...it.flags].reduce((sum, flag) => sum | (bits[flag] ?? 0), 0)
  head.writeUInt16BE(it.window ?? 64_000, 14)
  return Buffer.concat([head, options, it.payload ?? new Uint8Array(0)])
}

export function udp(it: Sent): Buffer {
  return it.from.includes(':')
    ? ipv6(it.from, it.to, 17, udpBody(it))
    : ipv4(it.from, it.to, 17, udpBody(it), it.ipId === undefined ? {} : { ipId: it.ipId })
}

export function tcp(it: Segment): Buffer {
  return it.from.includes(':') ? ipv6(it.from, it.to, 6, tcpBody(it), it.ttl) : ipv4(it.from, it.to, 6, tcpBody(it), it)
}

/** An ICMP error about this packet, from a router. */
export function icmpError(
  from: string,
  to: string,
  [type, code]: readonly [number, number],
  about: Uint8Array,
  mtu = 0,
): Buffer {
  const head = Buffer.alloc(8)
  head[0] = type
  head[1] = code
  head.writeUInt16BE(mtu, 6)
  return ipv4(from, to, 1, Buffer.concat([head, about.subarray(0, 28)]))
}

export function dnsQuery(id: number, name: string, type: 'A' | 'AAAA' | 'TXT' = 'A'): Buffer {
  return encode({ type: 'query', id, flags: 256, questions: [{ type, name, class: 'IN' }] })
}

export function dnsAnswer(
  id: number,
  name: string,
  {
    type = 'A',
    rcode = 0,
    truncated = false,
  }: { readonly type?: 'A' | 'AAAA' | 'TXT'; readonly rcode?: number; readonly truncated?: boolean } = {},
): Buffer {
  const flags = 384 | rcode | (truncated ? 512 : 0)
  const answers =
    rcode === 0 && type === 'A' && !truncated ? [{ type: 'A' as const, name, ttl: 5, data: '10.0.0.1' }] : []
  return encode({ type: 'response', id, flags, questions: [{ type, name, class: 'IN' }], answers })
}

export interface Frame {
  /** Milliseconds. */
  readonly at: number
  readonly ip: Uint8Array
  /** What the capture kept; all where it is left out. */
  readonly kept?: number
  /** Of Linux cooked v2: the number of the interface; 2 where it is left out. */
  readonly device?: number
}

const linkHeaders: Readonly<Record<number, (ip: Uint8Array) => Buffer>> = {
  1: (ip) => Buffer.from(`020202020202030303030303${etherType(ip)}`, 'hex'),
  101: () => Buffer.alloc(0),
  113: (ip) => Buffer.from(`000400010006020202020202${'0000'}${etherType(ip)}`, 'hex'),
  276: (ip) => Buffer.from(`${etherType(ip)}0000000000020001040602020202020200${'00'}`, 'hex'),
}

function etherType(ip: Uint8Array): string {
  return (ip[0] ?? 0) >> 4 === 6 ? '86dd' : '0800'
}

export interface PcapShape {
  readonly link?: number
  readonly order?: 'little' | 'big'
  readonly unit?: 'us' | 'ns'
  readonly snaplen?: number
}

function framed({ ip, device }: Pick<Frame, 'ip' | 'device'>, link: number): Buffer {
  const frame = Buffer.concat([linkHeaders[link]?.(ip) ?? Buffer.alloc(0), ip])
  if (device !== undefined && link === 276) frame.writeUInt32BE(device, 4)
  return frame
}

function number32(order: 'little' | 'big', ...values: readonly number[]): Buffer {
  const out = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries())
    if (order === 'little') out.writeUInt32LE(value >>> 0, index * 4)
    else out.writeUInt32BE(value >>> 0, index * 4)
  return out
}

export function pcapOf(frames: readonly Frame[], shape: PcapShape = {}): Buffer {
  const { link = 1, order = 'little', unit = 'us', snaplen = 262_144 } = shape
  const version = order === 'little' ? 0x00040002 : 0x00020004
  const head = number32(order, unit === 'us' ? 0xa1b2c3d4 : 0xa1b23c4d, version, 0, 0, snaplen, link)
  return Buffer.concat([
    head,
    ...frames.flatMap((frame) => {
      const { at, kept } = frame
      const whole = framed(frame, link)
      const some = whole.subarray(0, Math.min(kept ?? whole.length, snaplen))
      const fraction = Math.round((at % 1000) * (unit === 'us' ? 1e3 : 1e6))
      return [number32(order, Math.floor(at / 1000), fraction, some.length, whole.length), some]
    }),
  ])
}

export interface NgInterface {
  readonly name: string
  readonly comment?: string
  readonly link?: number
  /** if_tsresol, as in the file. */
  readonly resolution?: number
  readonly frames: readonly Frame[]
}

export function pcapngOf(
  interfaces: readonly NgInterface[],
  { order = 'little', dropped }: { readonly order?: 'little' | 'big'; readonly dropped?: number } = {},
): Buffer {
  const short = (code: number, size: number): Buffer => {
    const out = Buffer.alloc(4)
    if (order === 'little') out.writeUInt16LE(code, 0)
    else out.writeUInt16BE(code, 0)
    if (order === 'little') out.writeUInt16LE(size, 2)
    else out.writeUInt16BE(size, 2)
    return out
  }
  const padded = (body: Uint8Array): Buffer => Buffer.concat([body, Buffer.alloc(-body.length & 3)])
  const option = (code: number, body: Uint8Array): Buffer => Buffer.concat([short(code, body.length), padded(body)])
  const block = (type: number, body: Uint8Array): Buffer => {
    const size = number32(order, 12 + body.length)
    return Buffer.concat([number32(order, type), size, body, size])
  }
  const u64 = (value: number): Buffer => {
    const [high, low] = [Math.floor(value / 2 ** 32), value % 2 ** 32]
    return order === 'little' ? number32(order, low, high) : number32(order, high, low)
  }
  const section = block(
    0x0a0d0d0a,
    Buffer.concat([number32(order, 0x1a2b3c4d), order === 'little' ? short(1, 0) : short(1, 0), Buffer.alloc(8, 255)]),
  )
  const described = interfaces.map(({ name, comment, link = 1, resolution }) =>
    block(
      1,
      Buffer.concat([
        short(link, 0),
        number32(order, 262_144),
        option(2, Buffer.from(name)),
        ...(comment === undefined ? [] : [option(1, Buffer.from(comment))]),
        ...(resolution === undefined ? [] : [option(9, Buffer.from([resolution]))]),
        short(0, 0),
      ]),
    ),
  )
  const packets = interfaces
    .flatMap(({ frames, link = 1, resolution = 6 }, index) => frames.map((it) => ({ ...it, link, resolution, index })))
    .toSorted((one, other) => one.at - other.at)
    .map((frame) => {
      const { at, kept, link, resolution, index } = frame
      const whole = framed(frame, link)
      const some = whole.subarray(0, kept ?? whole.length)
      const ticks = Math.round(at * (resolution & 0x80 ? 2 ** (resolution & 0x7f) / 1000 : 10 ** (resolution - 3)))
      const time = number32(order, Math.floor(ticks / 2 ** 32), ticks % 2 ** 32)
      return block(
        6,
        Buffer.concat([number32(order, index), time, number32(order, some.length, whole.length), padded(some)]),
      )
    })
  const counted =
    dropped === undefined
      ? []
      : [block(5, Buffer.concat([number32(order, 0, 0, 0), option(5, u64(dropped)), short(0, 0)]))]
  return Buffer.concat([section, ...described, ...packets, ...counted])
}
