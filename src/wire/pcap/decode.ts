import { i32, u16, u32, u8 } from './bytes.ts'
import { behindEtherType, ipBehindLink } from './link.ts'
import { destination, holds, type Packet, quotedDestination, quotedSource, says, source, syn } from './packet.ts'

/** VXLAN's own port, and the one that Linux, flannel and Cilium use; Geneve's. */
const vxlanPorts = [4789, 8472]
const genevePort = 6081
const mostTunnels = 4

/** Decodes the frame `start..end` of `packet.bytes`. Never throws; what can't be read is `cutShort` or `notIp`. */
export function decode(packet: Packet, link: number): void {
  packet.family = 0
  packet.tunnels = 0
  packet.payloadLength = 0
  packet.isFragment = false
  packet.ipId = 0
  // Nothing was on the wire.
  if (packet.length === 0) {
    packet.holds = holds.notIp
    return
  }
  const at = ipBehindLink(packet, link)
  if (at < 0) packet.holds = packet.end - packet.start < 14 && link === 1 ? holds.cutShort : holds.notIp
  else ip(packet, at)
}

function ip(packet: Packet, at: number): void {
  const version = at < packet.end ? u8(packet.bytes, at) >> 4 : 0
  if (version === 4) ipv4(packet, at)
  else if (version === 6) ipv6(packet, at)
  else packet.holds = at < packet.end ? holds.notIp : holds.cutShort
}

function ipv4(packet: Packet, at: number): void {
  const { bytes, words } = packet
  const header = (u8(bytes, at) & 15) << 2
  if (header < 20 || at + header > packet.end) {
    packet.holds = holds.cutShort
    return
  }
  // With segmentation offload the kernel may hand over a length of 0: then the frame's own length counts.
  const said = u16(bytes, at + 2)
  const total = said === 0 ? packet.start + packet.length - at : said
  packet.family = 4
  packet.ipLength = total
  packet.ipId = u16(bytes, at + 4)
  packet.ttl = u8(bytes, at + 8)
  packet.protocol = u8(bytes, at + 9)
  setV4(words, source, i32(bytes, at + 12))
  setV4(words, destination, i32(bytes, at + 16))
  const fragment = u16(bytes, at + 6)
  packet.isFragment = (fragment & 0x3fff) !== 0
  packet.hasMoreFragments = (fragment & 0x2000) !== 0
  packet.fragmentAt = (fragment & 0x1fff) << 3
  packet.fragmentLength = total - header
  behindIp(packet, at + header, total - header)
}

function setV4(words: Int32Array, at: number, address: number): void {
  words[at] = 0
  words[at + 1] = 0
  words[at + 2] = 0xffff
  words[at + 3] = address
}

function setV6(packet: Packet, to: number, at: number): void {
  for (let word = 0; word < 4; word++) packet.words[to + word] = i32(packet.bytes, at + word * 4)
}

function ipv6(packet: Packet, at: number): void {
  const { bytes } = packet
  if (at + 40 > packet.end) {
    packet.holds = holds.cutShort
    return
  }
  const said = u16(bytes, at + 4)
  const total = said === 0 ? packet.start + packet.length - at - 40 : said
  packet.family = 6
  packet.ipLength = total + 40
  packet.ttl = u8(bytes, at + 7)
  setV6(packet, source, at + 8)
  setV6(packet, destination, at + 24)
  packet.isFragment = false
  let next = u8(bytes, at + 6)
  let header = at + 40
  // Hop-by-hop, routing, destination, authentication; a chain that is longer than eight is an attack.
  for (let headers = 0; headers < 8; headers++) {
    if (next === 0 || next === 43 || next === 60 || next === 135) {
      next = u8(bytes, header)
      header += (u8(bytes, header + 1) + 1) << 3
    } else if (next === 51) {
      next = u8(bytes, header)
      header += (u8(bytes, header + 1) + 2) << 2
    } else if (next === 44) {
      const fragment = u16(bytes, header + 2)
      packet.isFragment = (fragment & 0xfff9) !== 0
      packet.hasMoreFragments = (fragment & 1) !== 0
      packet.fragmentAt = fragment & 0xfff8
      packet.ipId = u16(bytes, header + 6)
      next = u8(bytes, header)
      header += 8
      packet.fragmentLength = total - (header - at - 40)
    } else break
    if (header > packet.end) {
      packet.holds = holds.cutShort
      return
    }
  }
  packet.protocol = next
  behindIp(packet, header, total - (header - at - 40))
}

/** `length`: what the IP header says that follows; the capture may hold less, and padding of Ethernet may follow it. */
function behindIp(packet: Packet, at: number, length: number): void {
  if (packet.isFragment && packet.fragmentAt > 0) {
    packet.payload = at
    packet.payloadEnd = Math.min(packet.end, at + Math.max(0, length))
    packet.payloadLength = Math.max(0, length)
    packet.holds = holds.laterFragment
    return
  }
  switch (packet.protocol) {
    case 17:
      return udp(packet, at, length)
    case 6:
      return tcp(packet, at, length)
    case 1:
    case 58:
      return icmp(packet, at, length)
    case 4:
    case 41:
      return tunnelled(packet, at)
    case 47:
      return gre(packet, at)
    default:
      packet.holds = holds.otherIp
  }
}

function udp(packet: Packet, at: number, length: number): void {
  const { bytes } = packet
  if (length < 8 || at + 8 > packet.end) {
    packet.holds = holds.cutShort
    return
  }
  packet.holds = holds.udp
  packet.sport = u16(bytes, at)
  packet.dport = u16(bytes, at + 2)
  packet.payload = at + 8
  packet.payloadLength = length - 8
  packet.payloadEnd = Math.min(packet.end, at + length)
  if (packet.dport === genevePort) geneve(packet, at + 8)
  else if (vxlanPorts.includes(packet.dport)) vxlan(packet, at + 8)
}

function vxlan(packet: Packet, at: number): void {
  // The flag that says that there is a network number; without it this is somebody else's datagram.
  if (at + 8 + 14 > packet.end || (u8(packet.bytes, at) & 0x08) === 0 || u8(packet.bytes, at + 7) !== 0) return
  const inner = behindEtherType(packet, at + 8 + 12)
  if (inner >= 0) tunnelled(packet, inner)
}

function geneve(packet: Packet, at: number): void {
  const { bytes } = packet
  const options = (u8(bytes, at) & 0x3f) << 2
  if (at + 8 + options > packet.end || u8(bytes, at) >> 6 !== 0) return
  const type = u16(bytes, at + 2)
  if (type === 0x0800 || type === 0x86dd) tunnelled(packet, at + 8 + options)
  else if (type === 0x6558) {
    const inner = behindEtherType(packet, at + 8 + options + 12)
    if (inner >= 0) tunnelled(packet, inner)
  }
}

function gre(packet: Packet, at: number): void {
  const flags = u16(packet.bytes, at)
  const type = u16(packet.bytes, at + 2)
  const header = 4 + (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) + (flags & 0x1000 ? 4 : 0)
  packet.holds = holds.otherIp
  if ((flags & 7) !== 0 || at + header > packet.end) return
  if (type === 0x0800 || type === 0x86dd) tunnelled(packet, at + header)
}

/** What is inside is the packet; where it can't be read, what is outside stays. */
function tunnelled(packet: Packet, at: number): void {
  const outer = packet.holds
  const { protocol } = packet
  if (
    packet.tunnels >= mostTunnels ||
    at >= packet.end ||
    (u8(packet.bytes, at) >> 4 !== 4 && u8(packet.bytes, at) >> 4 !== 6)
  ) {
    packet.holds = protocol === 17 ? outer : holds.otherIp
    return
  }
  packet.tunnels++
  ip(packet, at)
}

function tcp(packet: Packet, at: number, length: number): void {
  const { bytes } = packet
  const header = at + 20 <= packet.end ? (u8(bytes, at + 12) >> 4) << 2 : 0
  if (header < 20 || header > length) {
    packet.holds = holds.cutShort
    return
  }
  packet.holds = holds.tcp
  packet.sport = u16(bytes, at)
  packet.dport = u16(bytes, at + 2)
  packet.seq = u32(bytes, at + 4)
  packet.ack = u32(bytes, at + 8)
  packet.flags = u8(bytes, at + 13)
  packet.window = u16(bytes, at + 14)
  packet.payload = Math.min(packet.end, at + header)
  packet.payloadLength = length - header
  packet.payloadEnd = Math.min(packet.end, at + length)
  packet.mss = -1
  packet.shift = -1
  if (packet.flags & syn) tcpOptions(packet, at + 20, Math.min(packet.end, at + header))
}

function tcpOptions(packet: Packet, from: number, end: number): void {
  const { bytes } = packet
  let at = from
  while (at < end) {
    const kind = u8(bytes, at)
    if (kind === 0) return
    if (kind === 1) {
      at++
      continue
    }
    const size = u8(bytes, at + 1)
    if (size < 2 || at + size > end) return
    if (kind === 2 && size === 4) packet.mss = u16(bytes, at + 2)
    if (kind === 3 && size === 3) packet.shift = Math.min(14, u8(bytes, at + 2))
    at += size
  }
}

const unreachableV4: Readonly<Record<number, number>> = {
  3: says.portUnreachable,
  4: says.fragmentationNeeded,
  9: says.adminProhibited,
  10: says.adminProhibited,
  13: says.adminProhibited,
}
const unreachableV6: Readonly<Record<number, number>> = {
  1: says.adminProhibited,
  4: says.portUnreachable,
  5: says.adminProhibited,
  6: says.adminProhibited,
}

function meaning(family: number, type: number, code: number): number {
  if (family === 4) {
    if (type === 3) return unreachableV4[code] ?? says.hostUnreachable
    return type === 11 ? says.timeExceeded : says.nothing
  }
  if (type === 1) return unreachableV6[code] ?? says.hostUnreachable
  if (type === 2) return says.fragmentationNeeded
  return type === 3 ? says.timeExceeded : says.nothing
}

function icmp(packet: Packet, at: number, length: number): void {
  const { bytes } = packet
  packet.holds = holds.icmp
  if (length < 8 || at + 8 > packet.end) {
    packet.holds = holds.cutShort
    return
  }
  packet.icmp = meaning(packet.protocol === 58 ? 6 : 4, u8(bytes, at), u8(bytes, at + 1))
  packet.icmpMtu = packet.protocol === 58 ? u32(bytes, at + 4) : u16(bytes, at + 6)
  packet.quotedProtocol = 0
  packet.payloadLength = length - 8
  if (packet.icmp !== says.nothing) quoted(packet, at + 8)
}

/** The beginning of the packet that an error is about. */
function quoted(packet: Packet, at: number): void {
  const { bytes } = packet
  const version = u8(bytes, at) >> 4
  let transport = at + 40
  if (version === 4 && at + 20 <= packet.end) {
    setV4(packet.words, quotedSource, i32(bytes, at + 12))
    setV4(packet.words, quotedDestination, i32(bytes, at + 16))
    transport = at + ((u8(bytes, at) & 15) << 2)
  } else if (version === 6 && at + 40 <= packet.end) {
    setV6(packet, quotedSource, at + 8)
    setV6(packet, quotedDestination, at + 24)
  } else return
  if (transport + 4 > packet.end) return
  packet.quotedProtocol = u8(bytes, at + (version === 4 ? 9 : 6))
  packet.quotedSport = u16(bytes, transport)
  packet.quotedDport = u16(bytes, transport + 2)
  packet.quotedSeq = packet.quotedProtocol === 6 && transport + 8 <= packet.end ? i32(bytes, transport + 4) : 0
}
