import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dnsAnswer, dnsQuery, type Frame, ipv4, pcapngOf, pcapOf, tcp, udp, udpBody } from '../build/packets.ts'
import { filesIn, root } from '../meta/sources.ts'
import { bytesInput, type Random } from './inputs.ts'

/*
 * Hostile captures: recorded ones that are spoilt, cut and spliced, and packets that each are right and that make no
 * sense together: segments that overlap, fragments without a beginning, a connection that begins in its midst.
 */

/** Those that real tcpdumps wrote; long ones say nothing more. */
const recorded: readonly Buffer[] = filesIn('lab/captures/files', (it) => it.endsWith('.pcap'))
  .map((it) => readFileSync(join(root, it)))
  .filter((it) => it.length < 4500)
const headBytes = 24

/** An input of whatever follows the packets of a capture. */
export function captureInput(from: Random): Buffer {
  const kind = from.below(4)
  if (kind < 2) return madeUp(from)
  const one = bytesInput(recorded, from)
  if (kind === 2) return one
  return Buffer.concat([one, from.of(recorded).subarray(headBytes)])
}

const message = dnsAnswer(1, 'cart.shop.svc.cluster.local')
const prefixed = Buffer.concat([Buffer.from([0, message.length]), message])
const payloads: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
  Buffer.from('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n'),
  Buffer.from('16030100050100000103', 'hex'),
  Buffer.from('15030300020228', 'hex'),
  Buffer.alloc(1448, 'x'),
  dnsQuery(1, 'cart.shop'),
  message,
  dnsAnswer(1, 'cart.shop', { truncated: true }),
  prefixed,
  // A message in two segments, and a length that nothing follows.
  prefixed.subarray(0, 20),
  prefixed.subarray(20),
  Buffer.from([0xff, 0xff]),
  Buffer.from([0]),
]

function payloadOf(from: Random): Buffer {
  const its = from.of(payloads)
  return from.below(4) === 0 ? its.subarray(from.below(its.length + 1)) : its
}

function frame(from: Random, at: number): Frame {
  const [one, other] = from.below(2) === 0 ? ['10.0.0.1', '10.0.0.2'] : ['10.0.0.2', '10.0.0.1']
  const ports = from.of([
    [4000, 53],
    [53, 4000],
    [4000, 80],
    [80, 4000],
    [53, 53],
  ] as const)
  const sent = {
    from: one,
    to: other,
    sport: ports[0],
    dport: ports[1],
    ipId: from.below(20),
    payload: payloadOf(from),
  }
  const near = (): number => from.of([0, 1, 2, 0xffffffff, 0x7fffffff, from.below(3000)])
  const ips: readonly (() => Buffer)[] = [
    () => udp(sent),
    () => tcp({ ...sent, flags: from.of(['S', 'SA', 'A', 'PA', 'FA', 'R', 'RA', 'SF', '']), seq: near(), ack: near() }),
    () => tcp({ ...sent, flags: 'PA', seq: near(), ack: near(), window: from.of([0, 1, 0xffff]) }),
    // Any piece of a datagram, with more behind it or without.
    () => ipv4(one, other, 17, udpBody(sent), { ipId: from.below(4), fragment: from.of([0x2000, 0x2001, 1, 0x1fff]) }),
  ]
  const ip = from.of(ips)()
  return { at, ip, ...(from.below(8) === 0 ? { kept: from.below(ip.length) } : {}) }
}

function madeUp(from: Random): Buffer {
  let at = 0
  const frames = Array.from({ length: 1 + from.below(30) }, () => {
    at = Math.max(0, at + from.of([0, 0, 1, 3, 250, 5000, 40_000, -7000]))
    return frame(from, at)
  })
  if (from.below(3) > 0) return pcapOf(frames, { link: from.of([1, 101, 113, 276]) })
  const half = frames.slice(from.below(frames.length))
  return pcapngOf([
    { name: 'a', frames },
    { name: 'b', frames: half },
  ])
}
