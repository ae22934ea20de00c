import { u16, u8 } from './pcap/bytes.ts'

/**
 * What a capture is asked about a DNS message: its header and first question. `dns-packet` decodes all of a message
 * into objects, which takes longer than tcpdump needs for the whole packet; this reads into one object that is used
 * again.
 */
export interface DnsQuestion {
  id: number
  isAnswer: boolean
  opcode: number
  isTruncated: boolean
  rcode: number
  answers: number
  /** Of the question; 0 where the message has none, as some servers refuse. */
  type: number
  /** Of the name in the bytes, its final zero included; both 0 without a question. */
  nameAt: number
  nameEnd: number
  /** Of the name in small letters. */
  hash: number
  /** What the asker says that it can take over UDP; 512 without EDNS. Of queries only. */
  udpSize: number
}

export function createDnsQuestion(): DnsQuestion {
  return {
    id: 0,
    isAnswer: false,
    opcode: 0,
    isTruncated: false,
    rcode: 0,
    answers: 0,
    type: 0,
    nameAt: 0,
    nameEnd: 0,
    hash: 0,
    udpSize: 512,
  }
}

/** A name has at most 255 bytes (RFC 1035, 2.3.4). */
const longestName = 255

/** False for what is no DNS message, or was cut off before its question ends. */
export function readDnsQuestion(into: DnsQuestion, bytes: Uint8Array, at: number, end: number): boolean {
  if (at + 12 > end) return false
  const flags = u16(bytes, at + 2)
  into.id = u16(bytes, at)
  into.isAnswer = (flags & 0x8000) !== 0
  into.opcode = (flags >> 11) & 15
  into.isTruncated = (flags & 0x0200) !== 0
  into.rcode = flags & 15
  into.answers = u16(bytes, at + 6)
  into.type = 0
  into.nameAt = 0
  into.nameEnd = 0
  into.hash = 0
  into.udpSize = 512
  const questions = u16(bytes, at + 4)
  if (questions === 0) return into.isAnswer && into.opcode === 0
  let hash = 0x811c9dc5 | 0
  let name = at + 12
  for (;;) {
    const size = u8(bytes, name)
    if (name >= end) return false
    hash = Math.imul(hash ^ size, 0x01000193)
    name++
    if (size === 0) break
    // A pointer has nothing to point to in the first name of a message.
    if (size > 63 || name + size >= end || name - at > longestName + 12) return false
    for (const labelEnd = name + size; name < labelEnd; name++) {
      const byte = bytes[name] ?? 0
      hash = Math.imul(hash ^ (byte >= 65 && byte <= 90 ? byte | 32 : byte), 0x01000193)
    }
  }
  if (name + 4 > end) return false
  into.nameAt = at + 12
  into.nameEnd = name
  into.hash = hash
  into.type = u16(bytes, name)
  // OPT stands first among the additional records of a query, under the root's name.
  if (!into.isAnswer && name + 9 <= end && u8(bytes, name + 4) === 0 && u16(bytes, name + 5) === 41)
    into.udpSize = Math.max(512, u16(bytes, name + 7))
  return true
}

const types: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  35: 'NAPTR',
  43: 'DS',
  48: 'DNSKEY',
  64: 'SVCB',
  65: 'HTTPS',
  255: 'ANY',
}

export function dnsTypeName(type: number): string {
  return types[type] ?? `TYPE${type}`
}

/** Without the upper bits that EDNS brings; what UPDATE alone answers is none of a query (RFC 6895). */
const codes: readonly string[] = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'BADCOOKIE',
]

export function dnsCodeName(code: number): string {
  return codes[code] ?? `RCODE${code}`
}

/** As dig prints it, in small letters and without the final dot: what is no printable ASCII is `\ddd` (RFC 4343). */
export function dnsNameText(wire: Uint8Array): string {
  const labels: string[] = []
  let at = 0
  while (at < wire.length && u8(wire, at) !== 0) {
    const size = u8(wire, at)
    let label = ''
    for (const byte of wire.subarray(at + 1, at + 1 + size)) label += spelled(byte)
    labels.push(label)
    at += size + 1
  }
  return labels.length === 0 ? '.' : labels.join('.')
}

function spelled(byte: number): string {
  const char = String.fromCharCode(byte >= 65 && byte <= 90 ? byte | 32 : byte)
  if (char === '.' || char === '\\') return `\\${char}`
  return byte > 32 && byte < 127 ? char : `\\${String(byte).padStart(3, '0')}`
}
