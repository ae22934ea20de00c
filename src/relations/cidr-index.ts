import ipaddr from 'ipaddr.js'
import { once, put } from './once.ts'

/**
 * IPv4 as its 32 bits: with a hundred thousand addresses, or a tenant's four, the library's objects and their arrays
 * take several times what they say.
 */
type Address = number | ipaddr.IPv6

/** Other parsed texts are kept, up to a bound: the same addresses are asked about again and again. */
const kept = 100_000
/** No address is longer, its zone with it: what is, is none, and is not kept. */
const longest = 64
const addresses = new Map<string, Address | null>()

function addressOf(ip: string): Address | null {
  if (ip.length > longest) return null
  const plain = plainAddress(ip)
  if (plain !== null) return plain
  const before = addresses.get(ip)
  if (before !== undefined) return before
  const address = ipaddr.isValid(ip) ? compact(ipaddr.process(ip)) : null
  if (addresses.size >= kept) addresses.clear()
  addresses.set(ip, address)
  return address
}

/**
 * IPv4 as nearly every address is written, four decimal numbers without a leading zero; null: whatever else there is,
 * such as `0x0a.1`, is left to the library. It takes as long as to look for it among those that are kept, and nothing
 * is made: a cluster has hundred thousands.
 */
function plainAddress(ip: string): number | null {
  let [bits, octet, digits, dots] = [0, 0, 0, 0]
  for (let at = 0; at < ip.length; at++) {
    const code = ip.charCodeAt(at)
    if (code === 46) {
      if (digits === 0 || ++dots > 3) return null
      bits = (bits << 8) | octet
      octet = digits = 0
    } else {
      if (code < 48 || code > 57 || (digits > 0 && octet === 0)) return null
      octet = octet * 10 + code - 48
      if (++digits > 3 || octet > 255) return null
    }
  }
  return dots === 3 && digits > 0 ? (bits << 8) | octet : null
}

function compact(address: ipaddr.IPv4 | ipaddr.IPv6): Address {
  if (address instanceof ipaddr.IPv6) return address
  return address.octets.reduce((bits, it) => (bits << 8) | it, 0)
}

function kindOf(address: Address): string {
  return typeof address === 'number' ? 'ipv4' : address.kind()
}

function bytesOf(address: Address): readonly number[] {
  if (typeof address !== 'number') return address.toByteArray()
  return [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255]
}

interface Range {
  readonly kind: string
  readonly bits: number
  readonly network: string
  readonly first: Address
}

/** Null for what is no CIDR: it contains nothing. */
function rangeOf(cidr: string): Range | null {
  const before = ranges.get(cidr)
  if (before !== undefined) return before
  const range = cidr.length > longest ? null : parsedRange(cidr)
  if (ranges.size >= kept) ranges.clear()
  if (cidr.length <= longest) ranges.set(cidr, range)
  return range
}

const ranges = new Map<string, Range | null>()

function parsedRange(cidr: string): Range | null {
  if (!ipaddr.isValidCIDR(cidr)) return null
  const [range, bits] = ipaddr.parseCIDR(cidr)
  const first = compact(range)
  return { kind: range.kind(), bits, network: networkOf(first, bits), first }
}

/** The first `bits` bits, as text. */
function networkOf(address: Address, bits: number): string {
  const bytes = bytesOf(address)
  const whole = bits >> 3
  const rest = bits & 7
  return `${bytes.slice(0, whole).join('.')}/${rest === 0 ? '' : (bytes[whole] ?? 0) >> (8 - rest)}`
}

export function contains(cidr: string, ip: string): boolean {
  const [range, address] = [rangeOf(cidr), addressOf(ip)]
  if (range === null || address === null || range.kind !== kindOf(address)) return false
  if (typeof address === 'number' && typeof range.first === 'number')
    return range.bits === 0 || (address ^ range.first) >>> (32 - range.bits) === 0
  return networkOf(address, range.bits) === range.network
}

/**
 * The address behind that of the network: of a range of pods, the one that a bridge takes for itself (CNI host-local
 * and bridge, `isGateway`). No pod has it, and somebody may answer there.
 */
export function isFirstOf(cidr: string, ip: string): boolean {
  const address = addressOf(ip)
  if (address === null || !contains(cidr, ip)) return false
  const own = bytesOf(address)
  const first = ipaddr.parseCIDR(cidr)[0].toByteArray()
  return own.every((it, at) => it === (first[at] ?? 0) + (at === own.length - 1 ? 1 : 0))
}

/**
 * Which of many blocks contain an address: one question for each length of prefix that is there, not for each block.
 */
export function byBlock<T>(its: readonly T[], cidrOf: (it: T) => string): (ip: string) => readonly T[] {
  const kinds = new Map<string, Map<number, Map<string, T[]>>>()
  for (const it of its) {
    const range = rangeOf(cidrOf(it))
    if (range === null) continue
    const lengths = put(kinds, range.kind, () => new Map<number, Map<string, T[]>>())
    put(
      put(lengths, range.bits, () => new Map<string, T[]>()),
      range.network,
      () => [],
    ).push(it)
  }
  return (ip) => {
    const address = addressOf(ip)
    const lengths = address === null ? undefined : kinds.get(kindOf(address))
    if (address === null || lengths === undefined) return []
    return [...lengths].flatMap(([bits, networks]) => networks.get(networkOf(address, bits)) ?? [])
  }
}

interface Block {
  readonly cidr: string
  readonly except: readonly string[]
}

const exceptions = once((except: readonly string[]) => byBlock(except, (it) => it))

/** Whether an address that is in the block is in none of its exceptions. */
export function isExcepted({ except }: Block, ip: string): boolean {
  return except.length > 0 && exceptions(except)(ip).length > 0
}
