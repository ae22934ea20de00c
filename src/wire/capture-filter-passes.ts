import type { IpAddress } from './dns-name.ts'
import { type Filter, maskOf, type Side, wordsOf } from './capture-filter.ts'

/** What is known of a packet; null where an address translation may have written something else. */
export interface Passing {
  readonly protocol: 'tcp' | 'udp'
  readonly src: IpAddress
  readonly dst: IpAddress
  readonly sport: number | null
  readonly dport: number | null
  /** Whether it opens or ends a connection. */
  readonly isTurning: boolean | null
}

/** Whether a filter lets a packet through; null where what is not known of it decides. pcap-filter(7). */
export function passes(filter: Filter, it: Passing): boolean | null {
  switch (filter.op) {
    case 'and':
      return all(filter.parts.map((part) => passes(part, it)))
    case 'or':
      return negated(all(filter.parts.map((part) => negated(passes(part, it)))))
    case 'not':
      return negated(passes(filter.of, it))
    case 'protocol':
      return filter.name === it.protocol || filter.name === (it.src.includes(':') ? 'ip6' : 'ip')
    case 'port': {
      if (filter.protocol !== null && filter.protocol !== it.protocol) return false
      return anySide(filter.side, (side) => {
        const port = side === 'src' ? it.sport : it.dport
        return port === null ? null : port === filter.port
      })
    }
    case 'net':
      return anySide(filter.side, (side) => isWithin(it[side], filter))
    case 'turning':
      return it.protocol === 'tcp' ? it.isTurning : false
  }
}

function all(its: readonly (boolean | null)[]): boolean | null {
  if (its.includes(false)) return false
  return its.includes(null) ? null : true
}

function negated(it: boolean | null): boolean | null {
  return it === null ? null : !it
}

function anySide(side: Side | null, test: (side: Side) => boolean | null): boolean | null {
  if (side !== null) return test(side)
  return negated(all([negated(test('src')), negated(test('dst'))]))
}

function isWithin(address: IpAddress, { address: net, bits }: Extract<Filter, { readonly op: 'net' }>): boolean {
  const [its, wanted] = [wordsOf(address), wordsOf(net)]
  if (its === null || wanted === null || its.length !== wanted.length) return false
  return its.every((word, index) => ((word ^ (wanted[index] ?? 0)) & maskOf(bits, index)) === 0)
}
