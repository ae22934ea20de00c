import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/build/effort.ts'
import { icmpError, ipv4, ipv6, tcp, udp } from '../../test/build/packets.ts'
import { filterCode } from './capture-bpf.ts'
import { type Filter, filterText, maskOf, readFilter, wordsOf } from './capture-filter.ts'
import type { IpAddress } from './dns-name.ts'

const read = (text: string): string => {
  const its = readFilter(text)
  return its.kind === 'filter' ? filterText(its.filter) : `refused: ${its.why}`
}

describe('what a user may write', () => {
  test.each([
    ['udp port 53', 'udp port 53'],
    ['UDP PORT 53', 'udp port 53'],
    ['port 53', 'port 53'],
    ['tcp and port 80', '(tcp) and (port 80)'],
    ['tcp dst port 8080', 'tcp dst port 8080'],
    ['host 10.1.2.3', 'host 10.1.2.3'],
    ['src host fd00::1', 'src host fd00::1'],
    ['net 10.0.0.0/8', 'net 10.0.0.0/8'],
    ['icmp or (tcp and not port 22)', '(icmp) or ((tcp) and (not (port 22)))'],
    ['!(port 22)', 'not (port 22)'],
    ['tcp host 10.0.0.1', '(tcp) and (host 10.0.0.1)'],
  ])('%s', (given, expected) => expect(read(given)).toBe(expected))

  test.each([
    '',
    'port',
    'port 65536',
    'port http',
    'icmp port 3',
    'host web',
    'host 10.0.0.1/8',
    'net 10.0.0.1/8',
    'net 10.0.0.0/33',
    'net 10.0.0.0',
    'tcp[13] = 2',
    'greater 100',
    '-w /tmp/x',
    'tcp -w x',
    'port 53; reboot',
    'port 53 $(reboot)',
    'tcp and',
    '(tcp',
    'tcp)',
    'tcp port 80 or udp and port 53',
    'host 1::2::3',
    'host 10.0.0.999',
    `${'('.repeat(40)}tcp${')'.repeat(40)}`,
    `tcp${' and tcp'.repeat(90)}`,
  ])('refused: %s', (given) => expect(read(given)).toMatch(/^refused: /))
})

const address = fc.constantFrom('10.1.2.3', '10.1.2.4', '10.2.0.1', 'fd00::1', 'fd00::2', 'fd01:2:3:4:5:6:7:8')
const side = fc.constantFrom('src' as const, 'dst' as const, null)
const port = fc.constantFrom(53, 80, 8080)
const filters = fc.letrec<{ readonly filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      op: fc.constant('protocol' as const),
      name: fc.constantFrom('ip', 'ip6', 'arp', 'tcp', 'udp', 'icmp', 'icmp6'),
    }),
    fc.record({ op: fc.constant('port' as const), protocol: fc.constantFrom('tcp', 'udp', null), side, port }),
    fc
      .tuple(address, side, fc.integer({ min: 0, max: 128 }))
      .map(([its, way, bits]): Filter => netOf(its as IpAddress, way, bits)),
    fc.record({ op: fc.constant('turning' as const) }),
    fc.record({ op: fc.constant('not' as const), of: tie('filter') }),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }),
    }),
  ) as fc.Arbitrary<Filter>,
})).filter

/** With the bits beyond its mask taken off, as a reader demands them. */
function netOf(its: IpAddress, way: 'src' | 'dst' | null, bits: number): Filter {
  const isV4 = !its.includes(':')
  const most = isV4 ? Math.min(bits, 32) : bits
  const words = (wordsOf(its) ?? []).map((word, index) => (word & maskOf(most, index)) >>> 0)
  const text = isV4
    ? [24, 16, 8, 0].map((shift) => ((words[0] ?? 0) >>> shift) & 255).join('.')
    : words.map((word) => `${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`).join(':')
  return { op: 'net', side: way, address: text as IpAddress, bits: most }
}

interface Shape {
  readonly family: 4 | 6
  readonly kind: 'tcp' | 'udp' | 'icmp'
  readonly from: string
  readonly to: string
  readonly sport: number
  readonly dport: number
  readonly flags: string
}

const v4 = fc.constantFrom('10.1.2.3', '10.1.2.4', '10.9.9.9')
const v6 = fc.constantFrom('fd00::1', 'fd00::2', 'fd09::9')
const ports = fc.constantFrom(53, 80, 8080, 40_000)
const flags = fc.constantFrom('S', 'SA', 'A', 'PA', 'FA', 'R', 'RA')
const shapes: fc.Arbitrary<Shape> = fc.oneof(
  fc.record({
    family: fc.constant(4 as const),
    kind: fc.constantFrom('tcp', 'udp', 'icmp'),
    from: v4,
    to: v4,
    sport: ports,
    dport: ports,
    flags,
  }),
  fc.record({
    family: fc.constant(6 as const),
    kind: fc.constantFrom('tcp', 'udp', 'icmp'),
    from: v6,
    to: v6,
    sport: ports,
    dport: ports,
    flags,
  }),
)

function frameOf(it: Shape): Uint8Array {
  const head = Buffer.from(`020202020202030303030303${it.family === 4 ? '0800' : '86dd'}`, 'hex')
  if (it.kind === 'udp') return Buffer.concat([head, udp(it)])
  if (it.kind === 'tcp') return Buffer.concat([head, tcp(it)])
  const body = Buffer.alloc(16)
  return Buffer.concat([head, it.family === 4 ? ipv4(it.from, it.to, 1, body) : ipv6(it.from, it.to, 58, body)])
}

/** What a filter means, said without frames. */
function isTaken(filter: Filter, it: Shape): boolean {
  switch (filter.op) {
    case 'and':
      return filter.parts.every((part) => isTaken(part, it))
    case 'or':
      return filter.parts.some((part) => isTaken(part, it))
    case 'not':
      return !isTaken(filter.of, it)
    case 'protocol':
      return [it.family === 4 ? 'ip' : 'ip6', it.kind === 'icmp' && it.family === 6 ? 'icmp6' : it.kind].includes(
        filter.name,
      )
    case 'port':
      return (
        it.kind !== 'icmp' &&
        (filter.protocol ?? it.kind) === it.kind &&
        [['src', it.sport] as const, ['dst', it.dport] as const].some(
          ([way, number]) => (filter.side ?? way) === way && number === filter.port,
        )
      )
    case 'net': {
      const network = wordsOf(filter.address) ?? []
      return [['src', it.from] as const, ['dst', it.to] as const].some(([way, text]) => {
        const words = wordsOf(text as IpAddress) ?? []
        return (
          (filter.side ?? way) === way &&
          words.length === network.length &&
          words.every((word, index) => (word & maskOf(filter.bits, index)) >>> 0 === network[index])
        )
      })
    }
    case 'turning':
      return it.kind === 'tcp' && /[SFR]/.test(it.flags)
  }
}

/** The kernel's machine, as far as these programs use it (net/core/filter.c). */
function run(code: string, frame: Uint8Array): number {
  const program = (code.match(/.{16}/g) ?? []).map((it) => {
    const n = (from: number, to: number): number => Number.parseInt(it.slice(from, to), 16)
    return { op: n(0, 4), jt: n(4, 6), jf: n(6, 8), k: n(8, 16) }
  })
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const sizes: Readonly<Record<number, 1 | 2 | 4>> = { 0x20: 4, 0x28: 2, 0x48: 2, 0x30: 1, 0x50: 1, 0xb1: 1 }
  let [a, x] = [0, 0]
  for (let at = 0, steps = 0; steps < 1000; at++, steps++) {
    const { op, jt, jf, k } = program[at] ?? { op: -1, jt: 0, jf: 0, k: 0 }
    const size = sizes[op]
    if (size !== undefined) {
      const from = op === 0x48 || op === 0x50 ? k + x : k
      if (from + size > frame.length) return 0
      const value = { 1: () => view.getUint8(from), 2: () => view.getUint16(from), 4: () => view.getUint32(from) }[
        size
      ]()
      if (op === 0xb1) x = 4 * (value & 15)
      else a = value
    } else if (op === 0x06) return k
    else if (op === 0x54) a = (a & k) >>> 0
    else if (op === 0x15) at += a === k ? jt : jf
    else if (op === 0x45) at += (a & k) === 0 ? jf : jt
    else throw new Error(`no such instruction: ${op}`)
  }
  throw new Error('it does not end')
}

test('the kernel takes what the filter means, and nothing else', () => {
  fc.assert(
    fc.property(filters, fc.array(shapes, { minLength: 1, maxLength: 8 }), (filter, some) => {
      const code = filterCode(filter)
      fc.pre(code !== null)
      for (const it of some) expect(run(code, frameOf(it)) > 0).toBe(isTaken(filter, it))
    }),
    { numRuns: runs(2000) },
  )
})

test('whatever a filter is made of, its text is read as one that takes the same', () => {
  fc.assert(
    fc.property(filters, fc.array(shapes, { minLength: 1, maxLength: 8 }), (filter, some) => {
      const its = readFilter(filterText(filter))
      // What no user writes, and what is too long for one.
      fc.pre(its.kind === 'filter')
      for (const it of some) expect(isTaken(its.filter, it)).toBe(isTaken(filter, it))
    }),
    { numRuns: runs(500) },
  )
})

test('any text becomes a filter of known words, or is refused', () => {
  const word = fc.constantFrom(
    'tcp',
    'port',
    '53',
    'host',
    '10.0.0.1',
    '(',
    ')',
    'and',
    'not',
    '-w',
    '$(x)',
    ';',
    '`',
    "'",
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word).map((it) => it.join(' ')),
      ),
      (text) => {
        const its = readFilter(text)
        if (its.kind === 'filter') expect(filterText(its.filter)).toMatch(/^[a-z0-9(][a-z0-9 ().:/]*$/)
      },
    ),
    { numRuns: runs(2000) },
  )
})

test('a fragment has no ports, an error of ICMP none of its own', () => {
  const its = readFilter('port 53')
  const code = its.kind === 'filter' ? (filterCode(its.filter) ?? '') : ''
  const head = Buffer.from('0202020202020303030303030800', 'hex')
  const later = ipv4('10.0.0.1', '10.0.0.2', 17, Buffer.from('0035003500000000', 'hex'), { fragment: 100 })
  expect(run(code, Buffer.concat([head, later]))).toBe(0)
  const query = udp({ from: '10.0.0.1', to: '10.0.0.2', sport: 9, dport: 53 })
  expect(run(code, Buffer.concat([head, icmpError('10.0.0.9', '10.0.0.1', [3, 3], query)]))).toBe(0)
  expect(run(code, Buffer.concat([head, query]))).toBeGreaterThan(0)
})
