import ipaddr from 'ipaddr.js'
import { once, put } from './once.ts'

/**
 * IPv4 as its 32 bits: with a hundred thousand addresses, or a tenant's four, the library's objects and their arrays
 * take several times what they say.
 */
type Address = number | ipaddr.IPv6

/** Parsed texts are kept, up to a bound: the same addresses are asked about again and again. */
const kept = 100_000
/** No address is longer, its zone with it: what is, is none, and is not kept. */
const longest = 64
const addresses = new Map<string, Address | null>()

function addressOf(ip: string): Address | null {
  if (ip.length > longest) return null
  const before = addresses.get(ip)
  if (before !== undefined) return before
  const address = ipaddr.isValid(ip) ? compact(ipaddr.process(ip)) : null
  if (addresses.size >= kept) addresses.clear()
  addresses.set(ip, address)
  return address
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
  return { kind: range.kind(), bits, network: networkOf(compact(range), bits) }
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
  return (
    range !== null &&
    address !== null &&
    range.kind === kindOf(address) &&
    networkOf(address, range.bits) === range.network
  )
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
