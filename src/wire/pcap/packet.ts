/** What a frame turned out to hold. Numbers, since the hot loop compares them. */
export const holds = {
  /** ARP, LLDP, a link type that is not read. */
  notIp: 0,
  udp: 1,
  tcp: 2,
  icmp: 3,
  otherIp: 4,
  /** A fragment that is not the first: it has no ports. */
  laterFragment: 5,
  /** The capture kept too little of it, or its headers contradict its length. */
  cutShort: 6,
} as const

/** What an ICMP message says, the same for both families. */
export const says = {
  nothing: 0,
  portUnreachable: 1,
  hostUnreachable: 2,
  adminProhibited: 3,
  fragmentationNeeded: 4,
  timeExceeded: 5,
  other: 6,
} as const

export const fin = 1
export const syn = 2
export const rst = 4
export const ack = 16

/** Where each address stands in `words`; IPv4 as ::ffff:a.b.c.d. */
export const source = 0
export const destination = 4
export const quotedSource = 8
export const quotedDestination = 12

/**
 * One packet, decoded. The reader has a single one and writes each packet into it: a million objects are what a capture
 * can't afford. Who wants to keep something copies it.
 */
export interface Packet {
  /** From 1, as tshark and Wireshark number them. */
  number: number
  /** Milliseconds since 1970. */
  time: number
  /** Whether the file says a time of it; else the one before it stays. */
  isTimed: boolean
  /** Index into the reader's points. */
  point: number
  bytes: Uint8Array
  /** Of the frame in `bytes`; `end` is where the capture stops. */
  start: number
  end: number
  /** On the wire. */
  length: number
  holds: number
  readonly words: Int32Array
  family: 0 | 4 | 6
  ttl: number
  /** Of IPv4, or of a fragment of IPv6; 0 where there is none. */
  ipId: number
  /** The whole IP packet, as its header says. */
  ipLength: number
  /** Of a fragment, first or later: its place and size in bytes. */
  isFragment: boolean
  hasMoreFragments: boolean
  fragmentAt: number
  fragmentLength: number
  protocol: number
  /** How many tunnels were opened to get to this packet. */
  tunnels: number
  /** The interface that the frame says it passed (Linux cooked v2), else 0. */
  link: number
  /** Linux cooked: 0 to this host, 4 sent by it; -1 where the frame does not say. */
  direction: number
  sport: number
  dport: number
  /** The payload in `bytes`, as far as it was captured, and its length on the wire. */
  payload: number
  payloadEnd: number
  payloadLength: number
  seq: number
  ack: number
  flags: number
  window: number
  /** Of a SYN: maximum segment size and window shift, -1 where it has none. */
  mss: number
  shift: number
  icmp: number
  icmpMtu: number
  quotedProtocol: number
  quotedSport: number
  quotedDport: number
  /** Of TCP. */
  quotedSeq: number
}

export function createPacket(): Packet {
  return {
    number: 0,
    time: 0.5,
    isTimed: true,
    point: 0,
    bytes: new Uint8Array(0),
    start: 0,
    end: 0,
    length: 0,
    holds: holds.notIp,
    words: new Int32Array(16),
    family: 0,
    ttl: 0,
    ipId: 0,
    ipLength: 0,
    isFragment: false,
    hasMoreFragments: false,
    fragmentAt: 0,
    fragmentLength: 0,
    protocol: 0,
    tunnels: 0,
    link: 0,
    direction: -1,
    sport: 0,
    dport: 0,
    payload: 0,
    payloadEnd: 0,
    payloadLength: 0,
    seq: 0,
    ack: 0,
    flags: 0,
    window: 0,
    mss: -1,
    shift: -1,
    icmp: says.nothing,
    icmpMtu: 0,
    quotedProtocol: 0,
    quotedSport: 0,
    quotedDport: 0,
    quotedSeq: 0,
  }
}
