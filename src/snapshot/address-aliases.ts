import { createHash } from 'node:crypto'
import ipaddr from 'ipaddr.js'

/** Stand-ins for addresses: which network holds which address stays as it is, the addresses don't. */
export interface AddressAliases {
  /** Before the first stand-in: every address that there is, so that no stand-in is one of them. */
  note(address: string): void
  /** null for what is no address. Loopback, 0.0.0.0 and addresses that every cluster has are their own. */
  standIn(address: string): string | null
  /** Of the network's address; what lies behind its mask stays zero. */
  network(address: string, bits: number): string | null
}

interface Block {
  readonly bytes: readonly number[]
  readonly bits: number
}

const block = (cidr: string): Block => {
  const [address, bits] = ipaddr.parseCIDR(cidr)
  return { bytes: address.toByteArray(), bits }
}

/** Networks whose beginning says what kind of address it is, and which checks go by. */
const v4Kinds = ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'].map(block)
const v6Kinds = ['64:ff9b::/96', '2000::/3', 'fc00::/7', 'fe80::/16'].map(block)
/** No network of anybody's; NodeLocal DNSCache, and the metadata servers of clouds. */
const everyones = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '224.0.0.0/3',
  '169.254.20.10/32',
  '169.254.25.10/32',
  '169.254.169.254/32',
].map(block)
const everyones6 = ['::/8', 'ff00::/8', 'fd00:ec2::254/128'].map(block)

/** Tries to find a key by which no stand-in is an address that was there: a cluster fills a small part of its range. */
const mostKeys = 24

/**
 * One bit after the other is kept or turned, by all bits before it (as Crypto-PAn does: Xu, Fan, Ammar, Moon, "Prefix-
 * preserving IP address anonymization", 2002). The key comes from all addresses together: same model, same stand-ins.
 */
export function createAddressAliases(): AddressAliases {
  const noted = new Map<string, readonly number[]>()
  let turn: ((bytes: readonly number[]) => readonly number[]) | null = null

  function standIn(address: string): string | null {
    const bytes = bytesOf(address)
    if (bytes === null) return null
    turn ??= bestTurn([...noted.values()])
    const turned = turn(bytes)
    return same(turned, bytes) ? address : written(turned)
  }

  return {
    note: (address) => {
      const bytes = bytesOf(address)
      if (bytes !== null) noted.set(bytes.join('.'), bytes)
    },
    standIn,
    network: (address, bits) => {
      const bytes = bytesOf(address)
      if (bytes === null || bits > bytes.length * 8) return null
      turn ??= bestTurn([...noted.values()])
      const isWhole = same(masked(bytes, bits), bytes)
      return written(isWhole ? masked(turn(bytes), bits) : turn(bytes))
    },
  }
}

function bestTurn(all: readonly (readonly number[])[]): (bytes: readonly number[]) => readonly number[] {
  const there = new Set(all.map((it) => it.join('.')))
  const seed = createHash('sha256')
    .update([...there].sort().join(' '))
    .digest('hex')
  let best = { turn: turnBy(seed), met: Number.POSITIVE_INFINITY }
  for (let key = 0; key < mostKeys && best.met > 0; key += 1) {
    const turn = turnBy(`${seed} ${key}`)
    const met = all.filter((it) => !isEveryones(it) && there.has(turn(it).join('.'))).length
    if (met < best.met) best = { turn, met }
  }
  return best.turn
}

function turnBy(key: string): (bytes: readonly number[]) => readonly number[] {
  // By the bytes before: what becomes of each value of the next one.
  const tables = new Map<string, Uint8Array>()
  return (bytes) => {
    if (isEveryones(bytes)) return bytes
    const kinds = bytes.length === 4 ? [...v4Kinds, ...everyones] : [...v6Kinds, ...everyones6]
    let before = `${bytes.length}`
    return bytes.map((byte, at) => {
      const table = tables.get(before) ?? tableOf(`${key} ${before}`, kinds, bytes.slice(0, at))
      tables.set(before, table)
      before = `${before}.${byte}`
      return table[byte] ?? byte
    })
  }
}

function tableOf(key: string, kinds: readonly Block[], before: readonly number[]): Uint8Array {
  const coins = createHash('sha256').update(key).digest()
  // Only networks that begin as these bytes do are reached from here.
  const near = kinds.filter((it) => it.bits > before.length * 8 && samePrefix(it.bytes, before, before.length * 8))
  const table = new Uint8Array(256)
  for (let byte = 0; byte < 256; byte += 1) {
    let out = byte
    for (let bit = 0; bit < 8; bit += 1) {
      const node = (1 << bit) - 1 + (byte >> (8 - bit))
      const isCoin = (((coins[node >> 3] ?? 0) >> (node & 7)) & 1) === 1
      const depth = before.length * 8 + bit
      const path = [...before, byte]
      if (isCoin && !near.some((it) => it.bits > depth && samePrefix(it.bytes, path, depth))) out ^= 128 >> bit
    }
    table[byte] = out
  }
  return table
}

function samePrefix(a: readonly number[], b: readonly number[], bits: number): boolean {
  for (let at = 0; at < bits; at += 8) {
    const mask = bits - at >= 8 ? 255 : (255 << (8 - (bits - at))) & 255
    if (((a[at >> 3] ?? 0) & mask) !== ((b[at >> 3] ?? 0) & mask)) return false
  }
  return true
}

function isEveryones(bytes: readonly number[]): boolean {
  return (bytes.length === 4 ? everyones : everyones6).some((it) => samePrefix(it.bytes, bytes, it.bits))
}

function bytesOf(address: string): readonly number[] | null {
  if (!ipaddr.isValid(address) || (!address.includes(':') && !/^\d+(?:\.\d+){3}$/.test(address))) return null
  // An IPv4 address in IPv6's clothes is that address.
  return ipaddr.process(address).toByteArray()
}

function written(bytes: readonly number[]): string {
  return ipaddr.fromByteArray([...bytes]).toString()
}

function masked(bytes: readonly number[], bits: number): readonly number[] {
  return bytes.map((byte, at) => {
    const left = Math.min(8, Math.max(0, bits - at * 8))
    return byte & ((255 << (8 - left)) & 255)
  })
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.every((byte, at) => byte === b[at])
}
