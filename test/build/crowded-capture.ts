import { pcapngHead, pcapngPacket } from '../../src/wire/pcap/writer.ts'
import { dnsAnswer, dnsQuery, ipv4, tcp, udp, udpBody } from './packets.ts'

/** What one client does, n times, each time as another: packets of which each leaves something to be kept in mind. */
type Deed = (n: number) => readonly Uint8Array[]

const client = (n: number): string => `10.${1 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`
const server = (n: number): string => `10.200.${(n >> 8) & 7}.${n & 255}`
const portOf = (n: number): number => 1024 + (n % 60_000)
const out = (n: number, dport: number) => ({
  from: client(n),
  to: server(n),
  sport: portOf(n),
  dport,
  ipId: n & 0xffff,
})
const back = (n: number, sport: number) => ({
  from: server(n),
  to: client(n),
  sport,
  dport: portOf(n),
  ipId: n & 0xffff,
})
export const hello = (name: string): Buffer => {
  const bytes = Buffer.from(name)
  const u16 = (it: number): Buffer => Buffer.from([it >> 8, it & 255])
  const names = Buffer.concat([u16(bytes.length + 3), Buffer.from([0]), u16(bytes.length), bytes])
  const extensions = Buffer.concat([u16(0), u16(names.length), names])
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32),
    Buffer.from([0, 0, 2, 0x13, 1, 1, 0]),
    u16(extensions.length),
    extensions,
  ])
  return Buffer.concat([Buffer.from([22, 3, 1]), u16(body.length + 4), Buffer.from([1, 0]), u16(body.length), body])
}

export const deeds: Readonly<Record<string, Deed>> = {
  unanswered: (n) => [tcp({ ...out(n, 80), flags: 'S', seq: n }), tcp({ ...out(n, 80), ipId: 7, flags: 'S', seq: n })],
  refused: (n) => [
    tcp({ ...out(n, 1 + (n % 2000)), flags: 'S', seq: n }),
    tcp({ ...back(n, 1 + (n % 2000)), flags: 'RA', ack: n + 1 }),
  ],
  silent: (n) => [
    udp({ ...out(n, 53), payload: dnsQuery(n & 0xffff, `${'x'.repeat(40)}${n}.shop`) }),
    udp({ ...out(n, 53), ipId: 7, payload: dnsQuery(n & 0xffff, `${'x'.repeat(40)}${n}.shop`) }),
  ],
  failing: (n) => [
    udp({ ...out(n, 53), payload: dnsQuery(n & 0xffff, `e${n}.shop`) }),
    udp({ ...back(n, 53), payload: dnsAnswer(n & 0xffff, `e${n}.shop`, { rcode: 2 }) }),
  ],
  truncated: (n) => [
    udp({ ...out(n, 53), payload: dnsQuery(n & 0xffff, `t${n}.shop`) }),
    udp({ ...back(n, 53), payload: dnsAnswer(n & 0xffff, `t${n}.shop`, { truncated: true }) }),
  ],
  fragments: (n) => [
    ipv4(server(n), client(n), 17, udpBody({ ...back(n, 53), payload: Buffer.alloc(280, 1) }), {
      ipId: n & 0xffff,
      fragment: 0x2000,
    }),
  ],
  streams: (n) => [
    tcp({ ...out(n, 53), flags: 'PA', seq: n, payload: Buffer.concat([Buffer.from([9, 9]), Buffer.alloc(270, 1)]) }),
  ],
  hellos: (n) => [
    tcp({ ...out(n, 443), flags: 'PA', seq: n, payload: hello(`${'y'.repeat(50)}${n}.example`) }),
    tcp({ ...back(n, 443), flags: 'PA', seq: n, payload: Buffer.from([21, 3, 3, 0, 2, 2, 40]) }),
  ],
  scanned: (n) => [tcp({ ...out(n % 7, 1 + (n % 65_000)), flags: 'S', seq: n, ipId: n & 0xffff })],
}

export interface Crowd {
  readonly interfaces: number
  /** How often at each interface, in turn. */
  readonly times: number
  readonly what: readonly string[]
  /** Of each interface, as `hopscope capture` marks the points of one path. */
  readonly comment?: (index: number) => string
}

/** A capture of as many interfaces and connections as one likes, in pieces. */
export function* crowdedCapture({ interfaces, times, what, comment }: Crowd): Generator<Uint8Array> {
  const points = Array.from({ length: interfaces }, (_, index) => ({
    name: `veth${index}`,
    comment: comment?.(index) ?? '',
    filter: '',
    link: 101,
    snaplen: 262_144,
  }))
  yield pcapngHead(points, 'a test')
  for (let n = 0; n < times; n++) {
    // At each interface the same: bytes are made once.
    const packets = what.flatMap((it) => deeds[it]?.(n) ?? [])
    for (const point of points.keys())
      yield Buffer.concat(
        packets.map((bytes, index) =>
          pcapngPacket({ point, time: 1_700_000_000_000 + n * 5 + index, length: bytes.length, bytes }),
        ),
      )
  }
}
