import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  dnsQuery,
  type Frame,
  icmpError,
  ipv4,
  ipv6,
  type NgInterface,
  pcapngOf,
  pcapOf,
  tcp,
  udp,
  udpBody,
} from '../../../test/build/packets.ts'
import { destination, holds, type Packet, says, source } from './packet.ts'
import { captureReader, type Read } from './reader.ts'

const query = udp({ from: '10.0.0.5', to: '10.96.0.10', sport: 40_000, dport: 53, payload: dnsQuery(7, 'cart.shop') })
const opening = tcp({ from: '10.0.0.5', to: '10.0.0.6', sport: 40_001, dport: 80, flags: 'S', seq: 5, mss: 1460 })

interface Seen {
  readonly number: number
  readonly time: number
  readonly point: number
  readonly holds: number
  readonly from: readonly number[]
  readonly to: readonly number[]
  readonly ports: readonly [number, number]
  readonly payload: string
}

function seenOf(packet: Packet): Seen {
  const { number, time, point, words, bytes } = packet
  return {
    number,
    time,
    point,
    holds: packet.holds,
    from: [...words.subarray(source, source + 4)],
    to: [...words.subarray(destination, destination + 4)],
    ports: [packet.sport, packet.dport],
    payload: Buffer.from(bytes.subarray(packet.payload, packet.payloadEnd)).toString('hex'),
  }
}

function readAll(file: Uint8Array, piece = file.length): { readonly seen: readonly Seen[]; readonly read: Read } {
  const seen: Seen[] = []
  const reader = captureReader((it) => seen.push(seenOf(it)))
  for (let at = 0; at < file.length; at += Math.max(1, piece)) reader.push(file.subarray(at, at + Math.max(1, piece)))
  return { seen, read: reader.end() }
}

const frames: readonly Frame[] = [
  { at: 1_760_000_000_123.456, ip: query },
  { at: 1_760_000_000_200, ip: opening },
]

describe('one content in every shape', () => {
  const plain = readAll(pcapOf(frames))
  test('plain', () => {
    expect(plain.read).toMatchObject({
      format: 'pcap',
      end: { kind: 'whole' },
      packets: 2,
      shortened: 0,
      unreadLink: 0,
    })
    expect(plain.seen.map((it) => [it.holds, it.ports])).toEqual([
      [holds.udp, [40_000, 53]],
      [holds.tcp, [40_001, 80]],
    ])
    expect(plain.seen[0]?.payload).toBe(dnsQuery(7, 'cart.shop').toString('hex'))
    expect(plain.seen[0]?.time).toBeCloseTo(1_760_000_000_123.456, 3)
  })

  const shapes = [1, 101, 113, 276].flatMap((link) =>
    (['little', 'big'] as const).flatMap((order) => (['us', 'ns'] as const).map((unit) => ({ link, order, unit }))),
  )
  test.each(shapes)('pcap, link $link, $order, $unit', (shape) => {
    const { seen } = readAll(pcapOf(frames, shape))
    expect(seen.map((it) => ({ ...it, time: Math.round(it.time * 1000) }))).toEqual(
      plain.seen.map((it) => ({ ...it, time: Math.round(it.time * 1000) })),
    )
  })

  test.each(['little', 'big'] as const)('pcapng, %s, three interfaces with resolutions of their own', (order) => {
    const interfaces: readonly NgInterface[] = [
      { name: 'eth0', comment: 'in the pod', frames: [frames[0] as Frame] },
      { name: 'veth1', resolution: 9, link: 276, frames: [frames[1] as Frame] },
      { name: 'eth1', resolution: 0x80 | 20, link: 113, frames: [{ at: 1_760_000_001_000, ip: query }] },
    ]
    const { seen, read } = readAll(pcapngOf(interfaces, { order, dropped: 3 }))
    expect(read).toMatchObject({ format: 'pcapng', end: { kind: 'whole' }, dropped: 3 })
    expect(read.points.map((it) => [it.name, it.comment])).toEqual([
      ['eth0', 'in the pod'],
      ['veth1', null],
      ['eth1', null],
    ])
    expect(seen.map((it) => it.point)).toEqual([0, 1, 2])
    expect(seen[0]?.time).toBeCloseTo(1_760_000_000_123.456, 3)
    expect(seen[1]?.time).toBeCloseTo(1_760_000_000_200, 3)
    expect(seen[2]?.time).toBeCloseTo(1_760_000_001_000, 2)
  })

  test('in pieces of any size', () => {
    const files = [pcapOf(frames), pcapngOf([{ name: 'a', frames }])]
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.integer({ min: 1, max: 200 }), (file, piece) => {
        expect(readAll(file, piece)).toEqual(readAll(file))
      }),
      { numRuns: 60 },
    )
  })
})

describe('what wraps an IP packet', () => {
  const ethernet = (type: string): Buffer => Buffer.from(`020202020202030303030303${type}`, 'hex')
  const vxlan = (inner: Uint8Array): Uint8Array =>
    Buffer.concat([Buffer.from('0800000000000100', 'hex'), ethernet('0800'), inner])
  const outer = (dport: number, payload: Uint8Array): Buffer =>
    udp({ from: '192.168.0.1', to: '192.168.0.2', sport: 9, dport, payload })
  const geneve = (inner: Uint8Array): Uint8Array =>
    Buffer.concat([Buffer.from('0140655800000100', 'hex'), Buffer.alloc(4), ethernet('0800'), inner])
  const only = (ip: Uint8Array): Seen | undefined => readAll(pcapOf([{ at: 0, ip }], { link: 101 })).seen[0]
  const bare = only(query)

  test.each([
    ['VXLAN', outer(4789, vxlan(query))],
    ['VXLAN as flannel sends it', outer(8472, vxlan(query))],
    ['Geneve with options', outer(6081, geneve(query))],
    ['IP in IP', ipv4('192.168.0.1', '192.168.0.2', 4, query)],
    ['GRE', ipv4('192.168.0.1', '192.168.0.2', 47, Buffer.concat([Buffer.from('00000800', 'hex'), query]))],
    [
      'VXLAN in IPv6',
      ipv6('fd00::1', 'fd00::2', 17, udpBody({ from: '', to: '', sport: 1, dport: 4789, payload: vxlan(query) })),
    ],
  ])('%s', (_, ip) => expect(only(ip)).toEqual(bare))

  test('VLAN tags', () => {
    const tagged = pcapOf(
      [
        {
          at: 0,
          ip: Buffer.concat([
            Buffer.from('02'.repeat(12), 'hex'),
            Buffer.from('88a800058100000608', 'hex'),
            Buffer.from('00', 'hex'),
            query,
          ]),
        },
      ],
      { link: 101 },
    )
    tagged.writeUInt32LE(1, 20)
    expect(readAll(tagged).seen[0]).toEqual(bare)
  })

  test('a datagram to the port of a tunnel that is none stays what it is', () => {
    expect(only(outer(4789, Buffer.from('nothing of the kind, but long enough')))?.holds).toBe(holds.udp)
  })

  test('a tunnel in a tunnel in a tunnel … ends', () => {
    let ip = query
    for (let depth = 0; depth < 50; depth++) ip = ipv4('1.1.1.1', '2.2.2.2', 4, ip)
    expect(only(ip)?.holds).toBe(holds.otherIp)
  })
})

describe('inside', () => {
  const packets = (...ips: readonly Uint8Array[]): readonly Packet[] => {
    const all: Packet[] = []
    const reader = captureReader((it) => all.push({ ...it, words: it.words.slice() }))
    reader.push(pcapOf(ips.map((ip) => ({ at: 0, ip }))))
    reader.end()
    return all
  }

  test('IPv6 with extension headers, and its fragments', () => {
    const body = udpBody({ from: '', to: '', sport: 5, dport: 53, payload: dnsQuery(1, 'a') })
    const hop = Buffer.concat([Buffer.from('3c00000000000000', 'hex'), Buffer.from('1100000000000000', 'hex'), body])
    const first = Buffer.concat([Buffer.from('1100000100000009', 'hex'), body])
    const later = Buffer.concat([Buffer.from('1100002000000009', 'hex'), Buffer.alloc(8)])
    const [one, two, three] = packets(
      ipv6('fd00::1', 'fd00::2', 0, hop),
      ipv6('fd00::1', 'fd00::2', 44, first),
      ipv6('fd00::1', 'fd00::2', 44, later),
    )
    expect(one).toMatchObject({ holds: holds.udp, dport: 53, family: 6 })
    expect(two).toMatchObject({ holds: holds.udp, isFragment: true, hasMoreFragments: true, ipId: 9, fragmentAt: 0 })
    expect(three).toMatchObject({ holds: holds.laterFragment, hasMoreFragments: false, fragmentAt: 32, ipId: 9 })
  })

  test('fragments of IPv4', () => {
    const [first, last] = packets(
      ipv4('10.0.0.1', '10.0.0.2', 17, udpBody({ from: '', to: '', sport: 53, dport: 5, payload: Buffer.alloc(24) }), {
        ipId: 3,
        fragment: 0x2000,
      }),
      ipv4('10.0.0.1', '10.0.0.2', 17, Buffer.alloc(10), { ipId: 3, fragment: 4 }),
    )
    expect(first).toMatchObject({ holds: holds.udp, isFragment: true, hasMoreFragments: true, fragmentLength: 32 })
    expect(last).toMatchObject({
      holds: holds.laterFragment,
      hasMoreFragments: false,
      fragmentAt: 32,
      fragmentLength: 10,
    })
  })

  test.each([
    [3, 3, says.portUnreachable],
    [3, 13, says.adminProhibited],
    [3, 4, says.fragmentationNeeded],
    [3, 1, says.hostUnreachable],
    [11, 0, says.timeExceeded],
    [8, 0, says.nothing],
  ])('ICMP %i/%i', (type, code, meaning) => {
    const [it] = packets(icmpError('10.0.0.9', '10.0.0.5', [type, code], opening, 1300))
    expect(it).toMatchObject({ holds: holds.icmp, icmp: meaning })
    if (meaning !== says.nothing) expect(it).toMatchObject({ quotedProtocol: 6, quotedSport: 40_001, quotedDport: 80 })
    if (meaning === says.fragmentationNeeded) expect(it?.icmpMtu).toBe(1300)
  })

  test('what a SYN offers', () => expect(packets(opening)[0]).toMatchObject({ mss: 1460, seq: 5 }))
})

describe('a file that is not whole', () => {
  const files: readonly (readonly [string, Buffer])[] = [
    ['pcap', pcapOf([...frames, ...frames, ...frames])],
    ['pcapng', pcapngOf([{ name: 'a', frames: [...frames, ...frames] }])],
  ]

  test.each(files)('%s cut anywhere gives the packets before the cut, and says that it is cut off', (_, file) => {
    const whole = readAll(file)
    let wholes = 0
    for (let length = 0; length < file.length; length++) {
      const { seen, read } = readAll(file.subarray(0, length))
      expect(seen).toEqual(whole.seen.slice(0, seen.length))
      expect(read.packets).toBe(seen.length)
      if (read.end.kind === 'whole') wholes++
      else expect(['cut-off', 'no-capture']).toContain(read.end.kind)
    }
    // Between two records a cut can't be seen: behind the header, or each block before the packets, and behind each
    // packet.
    expect(wholes).toBe(whole.seen.length - 1 + (whole.read.format === 'pcap' ? 1 : 2))
  })

  test.each([
    ['nothing', '', 'it is empty'],
    ['a text', 'apiVersion: v1\n', 'it begins as neither'],
    ['three bytes', 'abc', 'it ends before'],
  ])('%s', (_, text, why) => {
    const { end } = readAll(Buffer.from(text)).read
    expect(end.kind === 'no-capture' ? end.why : end.kind).toContain(why)
  })

  test('a length that no packet has', () => {
    const file = pcapOf(frames)
    file.writeUInt32LE(0x7fffffff, 24 + 8)
    expect(readAll(file)).toMatchObject({ seen: [], read: { packets: 0, end: { kind: 'damaged', at: 24 } } })
  })

  test('whatever the bytes are, it ends with a value, in time and room in proportion', () => {
    const start = fc.constantFrom(...files.map(([, it]) => it))
    const spoilt = fc
      .tuple(start, fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 20 }))
      .map(([file, changes]) => {
        const out = Buffer.from(file)
        for (const [at, value] of changes) if (at < out.length) out[at] = value
        return out
      })
    fc.assert(
      fc.property(
        fc.oneof(spoilt, fc.uint8Array({ maxLength: 400 })),
        fc.integer({ min: 1, max: 64 }),
        (file, piece) => {
          const { seen, read } = readAll(file, piece)
          expect(read.packets).toBe(seen.length)
          expect(seen.length).toBeLessThanOrEqual(file.length / 12)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

test('what was kept only in part, and links that are not read, are counted', () => {
  expect(readAll(pcapOf(frames, { snaplen: 60 })).read).toMatchObject({ packets: 2, shortened: 1 })
  const odd = pcapOf(frames)
  odd.writeUInt32LE(105, 20)
  expect(readAll(odd).read).toMatchObject({ packets: 2, unreadLink: 2 })
})
