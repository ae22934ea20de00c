import { i32, u16, u32, u32le, u8 } from './bytes.ts'
import type { Packet } from './packet.ts'

/** Link types as https://www.tcpdump.org/linktypes.html numbers them. */
const links: Readonly<Record<number, string>> = {
  0: 'BSD loopback',
  1: 'Ethernet',
  12: 'raw IP',
  14: 'raw IP',
  101: 'raw IP',
  108: 'OpenBSD loopback',
  113: 'Linux cooked v1',
  228: 'IPv4',
  229: 'IPv6',
  276: 'Linux cooked v2',
}

/** In words; null for a link type that is not read. */
export function linkName(type: number): string | null {
  return links[type] ?? null
}

/**
 * Where the IP packet of this frame begins, or -1 for a frame without one. Notes what the link says of interface and
 * direction.
 */
export function ipBehindLink(packet: Packet, type: number): number {
  const { bytes, start } = packet
  packet.link = 0
  packet.direction = -1
  switch (type) {
    case 1:
      return behindEtherType(packet, start + 12)
    case 113:
      packet.direction = u16(bytes, start)
      return behindEtherType(packet, start + 14)
    case 276:
      packet.link = u32(bytes, start + 4)
      packet.direction = u8(bytes, start + 10)
      return isIp(u16(bytes, start)) ? start + 20 : behindTag(packet, start)
    case 0:
    case 108:
      // The address family, in the byte order of the machine that captured: 2 is IPv4 everywhere, IPv6 is not.
      return i32(bytes, start) !== 0 || u32le(bytes, start) !== 0 ? start + 4 : -1
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return start
    default:
      return -1
  }
}

function isIp(etherType: number): boolean {
  return etherType === 0x0800 || etherType === 0x86dd
}

/** A VLAN's tag after the header of Linux cooked v2: its protocol stands at the start. */
function behindTag(packet: Packet, start: number): number {
  const type = u16(packet.bytes, start)
  return type === 0x8100 || type === 0x88a8 ? behindEtherType(packet, start + 22) : -1
}

/** VLAN tags may be stacked; more than four are nobody's. */
export function behindEtherType(packet: Packet, at: number): number {
  const { bytes } = packet
  let type = u16(bytes, at)
  let next = at + 2
  for (let tags = 0; tags < 4 && (type === 0x8100 || type === 0x88a8 || type === 0x9100); tags++) {
    type = u16(bytes, next + 2)
    next += 4
  }
  // PPPoE's session stage, as some nodes' uplinks have it.
  if (type === 0x8864) return u16(bytes, next + 6) === 0x0021 || u16(bytes, next + 6) === 0x0057 ? next + 8 : -1
  return isIp(type) ? next : -1
}
