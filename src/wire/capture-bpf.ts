import { type Filter, maskOf, type Protocol, type Side, wordsOf } from './capture-filter.ts'

declare const checked: unique symbol
/** A program of the kernel's packet filter as hexadecimal digits, eight bytes an instruction, big-endian. */
export type FilterCode = string & { readonly [checked]: 'filter-code' }

interface Instruction {
  readonly code: number
  readonly k: number
  readonly yes: Label | null
  readonly no: Label | null
}

interface Label {
  at: number
}

/** linux/bpf_common.h. The packet begins with its Ethernet header. */
const bpf = {
  loadWord: 0x20,
  loadHalf: 0x28,
  loadByte: 0x30,
  loadHalfX: 0x48,
  loadByteX: 0x50,
  headerLengthToX: 0xb1,
  and: 0x54,
  jumpEqual: 0x15,
  jumpSet: 0x45,
  returns: 0x06,
} as const

const ether = { ip: 0x0800, ip6: 0x86dd, arp: 0x0806 } as const
const numbers: Readonly<Record<'tcp' | 'udp' | 'icmp' | 'icmp6', number>> = { tcp: 6, udp: 17, icmp: 1, icmp6: 58 }
/** Where things stand in a frame. */
const at = { type: 12, v4: { protocol: 23, fragment: 20, header: 14 }, v6: { next: 20, payload: 54 } } as const
const addressAt = { v4: { src: 26, dst: 30 }, v6: { src: 22, dst: 38 } } as const
/** Jumps of the classic filter reach 255 instructions. */
const mostInstructions = 250

/** The whole packet; the reader cuts it, so that its length stays known. */
const accept = 262_144

/** What the kernel runs for a filter where there is no tcpdump to compile it; null where it is too long. */
export function filterCode(filter: Filter | null): FilterCode | null {
  const out: Instruction[] = []
  const yes: Label = { at: -1 }
  const no: Label = { at: -1 }
  const emit = (code: number, k: number, hit: Label | null = null, miss: Label | null = null): void => {
    out.push({ code, k: k >>> 0, yes: hit, no: miss })
  }
  const place = (label: Label): void => {
    label.at = out.length
  }
  const equal = (k: number, hit: Label, miss: Label): void => emit(bpf.jumpEqual, k, hit, miss)

  /** Each family by itself; another EtherType is no match. */
  function byFamily(v4: ((miss: Label) => void) | null, v6: ((miss: Label) => void) | null, miss: Label): void {
    emit(bpf.loadHalf, at.type)
    if (v4 !== null) {
      const [is4, not4]: readonly [Label, Label] = [{ at: -1 }, { at: -1 }]
      equal(ether.ip, is4, v6 === null ? miss : not4)
      place(is4)
      v4(miss)
      place(not4)
    }
    if (v6 === null) return
    const is6: Label = { at: -1 }
    equal(ether.ip6, is6, miss)
    place(is6)
    v6(miss)
  }

  function protocol(name: Protocol, hit: Label, miss: Label): void {
    if (name === 'ip' || name === 'ip6' || name === 'arp') {
      emit(bpf.loadHalf, at.type)
      return equal(ether[name], hit, miss)
    }
    const number = numbers[name]
    const check = (from: number) => () => {
      emit(bpf.loadByte, from)
      equal(number, hit, miss)
    }
    byFamily(name === 'icmp6' ? null : check(at.v4.protocol), name === 'icmp' ? null : check(at.v6.next), miss)
  }

  /** The transport header of an unfragmented IPv4 packet, or of the first fragment: X is the length of IP's. */
  function transport4(wanted: readonly number[], miss: Label): void {
    emit(bpf.loadByte, at.v4.protocol)
    anyOf(wanted, miss)
    emit(bpf.loadHalf, at.v4.fragment)
    const first: Label = { at: -1 }
    emit(bpf.jumpSet, 0x1fff, miss, first)
    place(first)
    emit(bpf.headerLengthToX, at.v4.header)
  }

  function anyOf(wanted: readonly number[], miss: Label): void {
    const found: Label = { at: -1 }
    for (const [index, number] of wanted.entries()) {
      const another: Label = { at: -1 }
      equal(number, found, index === wanted.length - 1 ? miss : another)
      place(another)
    }
    place(found)
  }

  function transport6(wanted: readonly number[], miss: Label): void {
    emit(bpf.loadByte, at.v6.next)
    anyOf(wanted, miss)
  }

  function port(its: Extract<Filter, { readonly op: 'port' }>, hit: Label, miss: Label): void {
    const wanted = its.protocol === null ? [6, 17] : [numbers[its.protocol]]
    const sides = sidesOf(its.side)
    const compare = (load: (side: Side) => void): void => {
      for (const [index, side] of sides.entries()) {
        const another: Label = { at: -1 }
        load(side)
        equal(its.port, hit, index === sides.length - 1 ? miss : another)
        place(another)
      }
    }
    byFamily(
      () => {
        transport4(wanted, miss)
        compare((side) => emit(bpf.loadHalfX, at.v4.header + (side === 'src' ? 0 : 2)))
      },
      () => {
        transport6(wanted, miss)
        compare((side) => emit(bpf.loadHalf, at.v6.payload + (side === 'src' ? 0 : 2)))
      },
      miss,
    )
  }

  function net(its: Extract<Filter, { readonly op: 'net' }>, hit: Label, miss: Label): void {
    const words = wordsOf(its.address) ?? []
    const isV4 = words.length === 1
    const sides = sidesOf(its.side)
    const compare = (): void => {
      for (const [index, side] of sides.entries()) {
        const another: Label = { at: -1 }
        const wrong = index === sides.length - 1 ? miss : another
        for (const [word, value] of words.entries()) {
          const mask = maskOf(its.bits, word)
          if (mask === 0) continue
          emit(bpf.loadWord, (isV4 ? addressAt.v4 : addressAt.v6)[side] + 4 * word)
          if (mask !== 0xffffffff) emit(bpf.and, mask)
          const right: Label = { at: -1 }
          equal(value, right, wrong)
          place(right)
        }
        // All words are right: a comparison that is always true is the only jump that is unconditional here.
        emit(bpf.jumpSet, 0, hit, hit)
        place(another)
      }
    }
    byFamily(isV4 ? compare : null, isV4 ? null : compare, miss)
  }

  function turning(hit: Label, miss: Label): void {
    byFamily(
      () => {
        transport4([numbers.tcp], miss)
        emit(bpf.loadByteX, at.v4.header + 13)
        emit(bpf.jumpSet, 7, hit, miss)
      },
      () => {
        transport6([numbers.tcp], miss)
        emit(bpf.loadByte, at.v6.payload + 13)
        emit(bpf.jumpSet, 7, hit, miss)
      },
      miss,
    )
  }

  function write(its: Filter, hit: Label, miss: Label): void {
    switch (its.op) {
      case 'and':
      case 'or':
        for (const [index, part] of its.parts.entries()) {
          const next: Label = { at: -1 }
          const isLast = index === its.parts.length - 1
          if (its.op === 'and') write(part, isLast ? hit : next, miss)
          else write(part, hit, isLast ? miss : next)
          place(next)
        }
        return
      case 'not':
        return write(its.of, miss, hit)
      case 'protocol':
        return protocol(its.name, hit, miss)
      case 'port':
        return port(its, hit, miss)
      case 'net':
        return net(its, hit, miss)
      case 'turning':
        return turning(hit, miss)
    }
  }

  if (filter !== null) write(filter, yes, no)
  place(yes)
  emit(bpf.returns, accept)
  place(no)
  emit(bpf.returns, 0)
  return out.length > mostInstructions ? null : (out.map(hexOf).join('') as FilterCode)
}

function sidesOf(side: Side | null): readonly Side[] {
  return side === null ? ['src', 'dst'] : [side]
}

function hexOf({ code, k, yes, no }: Instruction, index: number): string {
  const jump = (label: Label | null): number => (label === null ? 0 : label.at - index - 1)
  return hex(code, 4) + hex(jump(yes), 2) + hex(jump(no), 2) + hex(k, 8)
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
