import { firstWords, alertName } from '../../wire/pcap/first-words.ts'
import { ack, destination, fin, type Packet, rst, says, source, syn } from '../../wire/pcap/packet.ts'
import type { Addresses } from './addresses.ts'
import {
  askedAt,
  client,
  floats,
  floatsOfSide,
  hasSeq,
  holeAt,
  holeFrom,
  holeTo,
  integers,
  integersOfSide,
  isAnswered,
  isFinished,
  isOpen,
  isRefused,
  isReset,
  isZero,
  lastAt,
  lastIpId,
  lastLink,
  mtu,
  nextSeq,
  perSide,
  perSideFloats,
  ports,
  rejectedNo,
  roundTrip,
  sawSyn,
  sawSynAck,
  server,
  sideState,
  state,
  stuckCount,
  stuckLength,
  stuckNo,
  stuckSeq,
  synAt,
  synCount,
  synNo,
  zeroLongest,
  zeroNo,
  zeroSince,
} from './connection-columns.ts'
import { connectionCounts } from './connection-counts.ts'
import { createDnsStreams } from './dns-streams.ts'
import { createRing, longestChain } from './ring.ts'
import type { Signs } from './signs.ts'
import { createTimes, type Times } from './spread.ts'

/** Linux sends a SYN again after 1 s, 3 s, 7 s: who has waited this long for an answer has none. */
const longEnoughMs = 3000
const lateMs = 1000
/** Packets that overtake each other do so by less, or by less than a round trip where one was seen, as in Wireshark. */
const reorderedMs = 3
/** A window that opens again at once is how TCP works. */
const standsMs = 200
/** IPv6 promises 1280 bytes, and nobody's tunnel takes more than a quarter of 1500. */
const largePacket = 1000
const mostNames = 4096

export interface Connections {
  readonly segment: (packet: Packet) => void
  /** An ICMP error about a connection; false where it is not the first one, or about none that is known. */
  readonly rejected: (packet: Packet, ends: { readonly from: number; readonly to: number }) => boolean
  readonly finish: (end: number) => void
  readonly counts: Readonly<Record<string, number>>
  readonly handshakes: Times
  readonly firstBytes: Times
  readonly ofServer: (
    id: number,
    port: number,
  ) => { readonly connections: number; readonly data: number; readonly firstBytes: number; readonly answers: number }
  readonly notFollowed: () => number
}

interface PerServer {
  connections: number
  data: number
  firstBytes: number
  answers: number
}

type OnMessage = (packet: Packet, at: number, end: number) => void

/** The difference of two sequence numbers, which wrap. */
function after(one: number, other: number): number {
  return (one - other) | 0
}

export function createConnections(addresses: Addresses, signs: Signs, onDns: OnMessage): Connections {
  const handshakes = createTimes()
  const firstBytes = createTimes()
  const perServer = new Map<number, PerServer>()
  const tlsNames = new Map<number, string>()
  const dns = createDnsStreams(onDns)
  const counts = connectionCounts()
  let notFollowed = 0
  let ends = 0
  let lastTime = 0
  let sides = 0

  const ring = createRing({ ints: integers, floats, most: 1 << 17, finish })
  const int = (row: number, column: number): number => ring.ints[ring.intsAt(row) + column] ?? 0
  const setInt = (row: number, column: number, value: number): void => {
    ring.ints[ring.intsAt(row) + column] = value
  }
  const float = (row: number, column: number): number => ring.floats[ring.floatsAt(row) + column] ?? 0
  const setFloat = (row: number, column: number, value: number): void => {
    ring.floats[ring.floatsAt(row) + column] = value
  }
  const has = (row: number, flag: number): boolean => (int(row, state) & flag) !== 0
  const mark = (row: number, flag: number): void => setInt(row, state, int(row, state) | flag)
  const portOf = (row: number): number => int(row, ports) & 0xffff
  const serverOf = (row: number): PerServer => {
    const key = int(row, server) * 65_536 + portOf(row)
    let its = perServer.get(key)
    if (its === undefined) {
      its = { connections: 0, data: 0, firstBytes: 0, answers: 0 }
      perServer.set(key, its)
    }
    return its
  }
  const about = (row: number, packet: number) => ({
    server: int(row, server),
    port: portOf(row),
    client: int(row, client),
    packet,
  })

  /** The same for both directions. */
  function hashOf(one: number, other: number, port: number, otherPort: number): number {
    const sum = Math.imul(one ^ 0x51ed270b, 0x85ebca6b) + Math.imul(other ^ 0x51ed270b, 0x85ebca6b)
    const mixed =
      Math.imul(sum ^ (sum >>> 15), 0xc2b2ae35) ^ Math.imul((port ^ otherPort) + (port + otherPort), 0x27d4eb2f)
    return mixed ^ (mixed >>> 13)
  }

  function find(one: number, other: number, port: number, otherPort: number): number {
    let row = ring.first(hashOf(one, other, port, otherPort))
    const forth = (port << 16) | otherPort
    const back = (otherPort << 16) | port
    for (let length = 0; row >= 0 && length < longestChain; length++) {
      const at = ring.intsAt(row)
      const { ints } = ring
      if (ints[at + client] === one && ints[at + server] === other && ints[at + ports] === forth) return row
      if (ints[at + client] === other && ints[at + server] === one && ints[at + ports] === back) return row
      row = ring.before(row)
    }
    return -1
  }

  function begin(packet: Packet, one: number, other: number): number {
    const isOpening = (packet.flags & (syn | ack)) === syn
    // Whose beginning was not seen: the lower port is the server's.
    const isForth = isOpening || ((packet.flags & syn) === 0 && packet.dport <= packet.sport)
    const row = ring.add(hashOf(one, other, packet.sport, packet.dport))
    setInt(row, client, isForth ? one : other)
    setInt(row, server, isForth ? other : one)
    setInt(row, ports, isForth ? (packet.sport << 16) | packet.dport : (packet.dport << 16) | packet.sport)
    if (isOpening) {
      counts.connections++
      serverOf(row).connections++
    } else counts.joinedLate++
    return row
  }

  function segment(packet: Packet): void {
    lastTime = packet.time
    counts.segments++
    const one = addresses.idOf(packet.words, source)
    const other = addresses.idOf(packet.words, destination)
    if (one < 0 || other < 0) {
      notFollowed++
      return
    }
    let row = find(one, other, packet.sport, packet.dport)
    const isOpening = (packet.flags & (syn | ack)) === syn
    // A port is used again: the connection before it is over.
    if (row >= 0 && isOpening && has(row, sawSynAck | isRefused | isReset | isFinished) && isNewSyn(row, packet, one))
      row = -1
    if (row < 0) row = begin(packet, one, other)
    const isForth = int(row, client) === one && int(row, ports) >>> 16 === packet.sport
    const side = perSide + (isForth ? 0 : integersOfSide)
    sides = side
    if (isSighting(packet, row)) {
      counts.sightings++
      return
    }
    setInt(row, side + lastIpId, packet.ipId)
    setInt(row, side + lastLink, packet.link * 8 + packet.direction + 1)
    if (packet.flags & syn) opening(packet, row, isForth)
    else if (packet.flags & rst) reset(packet, row, isForth)
    else body(packet, row, isForth)
    setFloat(row, lastAt, packet.time)
  }

  function isNewSyn(row: number, packet: Packet, one: number): boolean {
    return int(row, client) !== one || after(packet.seq + 1, int(row, perSide + nextSeq)) !== 0
  }

  /** The same packet at another interface of the node. */
  function isSighting({ ipId, time, link, direction, flags, payloadLength }: Packet, row: number): boolean {
    const its = sides
    if (int(row, its + lastLink) === 0) return false
    const isSoon = time - float(row, lastAt) < 1
    if (ipId !== 0) return ipId === int(row, its + lastIpId) && time - float(row, lastAt) < 1000 && (flags & rst) === 0
    return (
      isSoon &&
      direction >= 0 &&
      link * 8 + direction + 1 !== int(row, its + lastLink) &&
      payloadLength === 0 &&
      (flags & syn) !== 0
    )
  }

  function opening(packet: Packet, row: number, isForth: boolean): void {
    const side = sides
    if ((packet.flags & ack) === 0) {
      counts.syns++
      setInt(row, synCount, int(row, synCount) + 1)
      if (has(row, sawSyn)) {
        counts.synRetransmissions++
        return
      }
      mark(row, sawSyn)
      setInt(row, synNo, packet.number)
      setFloat(row, synAt, packet.time)
    } else {
      counts.synAcks++
      if (has(row, sawSynAck)) counts.synRetransmissions++
      else if (!isForth) {
        mark(row, sawSynAck)
        if (has(row, sawSyn)) {
          const took = Math.max(0, packet.time - float(row, synAt))
          handshakes.add(took)
          if (took >= lateMs)
            signs.see({
              ...about(row, int(row, synNo)),
              kind: 'handshake-late',
              detail: int(row, synCount) > 1 ? 'SYN sent again' : 'late',
              ms: took,
            })
        }
      }
    }
    setInt(row, side + nextSeq, (packet.seq + 1) | 0)
    setInt(row, side + sideState, int(row, side + sideState) | hasSeq)
  }

  function reset(packet: Packet, row: number, isForth: boolean): void {
    counts.resetPackets++
    if (has(row, isReset | isRefused)) return
    if (!isForth && has(row, sawSyn) && !has(row, sawSynAck)) {
      mark(row, isRefused)
      signs.see({ ...about(row, packet.number), kind: 'connect-refused', detail: 'RST' })
      return
    }
    mark(row, isReset)
    // After a FIN of either side a reset only saves the rest of the goodbye.
    if (has(row, isFinished)) return
    counts.resets++
    const when = has(row, isAnswered) ? 'after an answer' : 'before any answer'
    signs.see({
      ...about(row, packet.number),
      kind: 'reset',
      detail: `by the ${isForth ? 'client' : 'server'} ${when}`,
    })
  }

  function body(packet: Packet, row: number, isForth: boolean): void {
    if (!has(row, isOpen)) {
      mark(row, isOpen)
      if (has(row, sawSyn)) counts.opened++
      if (has(row, sawSyn) && has(row, sawSynAck))
        setFloat(row, roundTrip, Math.max(1e-3, packet.time - float(row, synAt)))
    }
    if (packet.flags & fin) mark(row, isFinished)
    if (packet.flags & ack) acked(packet, row, isForth)
    window(packet, row, isForth)
    if (packet.payloadLength > 0 || packet.flags & fin) data(packet, row, isForth)
  }

  /** What the other side has got: its stuck segment went through. */
  function acked(packet: Packet, row: number, isForth: boolean): void {
    const theirs = perSide + (isForth ? integersOfSide : 0)
    if (int(row, theirs + stuckCount) > 0 && after(packet.ack, int(row, theirs + stuckSeq)) > 0)
      setInt(row, theirs + stuckCount, 0)
  }

  function window(packet: Packet, row: number, isForth: boolean): void {
    const side = sides
    const floatsSide = perSideFloats + (isForth ? 0 : floatsOfSide)
    const flags = int(row, side + sideState)
    if (packet.window === 0) {
      counts.zeroWindows++
      if ((flags & isZero) !== 0) return
      setInt(row, side + sideState, flags | isZero)
      setFloat(row, floatsSide + zeroSince, packet.time)
      if (int(row, side + zeroNo) === 0) setInt(row, side + zeroNo, packet.number)
    } else if ((flags & isZero) !== 0) {
      setInt(row, side + sideState, flags & ~isZero)
      stood(row, floatsSide, packet.time)
    }
  }

  function stood(row: number, floatsSide: number, until: number): void {
    const since = until - float(row, floatsSide + zeroSince)
    if (since > float(row, floatsSide + zeroLongest)) setFloat(row, floatsSide + zeroLongest, since)
  }

  function data(packet: Packet, row: number, isForth: boolean): void {
    const side = sides
    const { seq, payloadLength } = packet
    const next = (seq + payloadLength + (packet.flags & fin ? 1 : 0)) | 0
    const its = int(row, side + nextSeq)
    const isKnown = (int(row, side + sideState) & hasSeq) !== 0
    if (payloadLength > 0) {
      counts.data++
      serverOf(row).data++
    }
    if (isKnown && after(seq, its) < 0) {
      again(packet, row, isForth)
      if (after(next, its) <= 0) return
    } else {
      if (isKnown && after(seq, its) > 0 && int(row, side + holeFrom) === int(row, side + holeTo)) {
        setInt(row, side + holeFrom, its)
        setInt(row, side + holeTo, seq | 0)
        setFloat(row, perSideFloats + (isForth ? 0 : floatsOfSide) + holeAt, packet.time)
      }
      if (payloadLength > 0) said(packet, row, isForth)
    }
    setInt(row, side + nextSeq, next)
    setInt(row, side + sideState, int(row, side + sideState) | hasSeq)
  }

  /** What was sent before: lost, and sent again; or overtaken on the way. */
  function again(packet: Packet, row: number, isForth: boolean): void {
    const side = sides
    // One byte before the next, or none: asks whether anybody is there (RFC 1122, 4.2.3.6).
    if (packet.payloadLength <= 1 && after(packet.seq, int(row, side + nextSeq)) === -1) return
    const inHole = after(packet.seq, int(row, side + holeFrom)) >= 0 && after(packet.seq, int(row, side + holeTo)) < 0
    if (inHole) setInt(row, side + holeFrom, (packet.seq + packet.payloadLength) | 0)
    const since = packet.time - float(row, perSideFloats + (isForth ? 0 : floatsOfSide) + holeAt)
    const trip = float(row, roundTrip)
    if (inHole && since < (trip === 0 ? reorderedMs : Math.min(reorderedMs, trip))) {
      counts.reordered++
      if (packet.payloadLength > 0) said(packet, row, isForth)
      return
    }
    counts.retransmissions++
    signs.see({
      ...about(row, packet.number),
      kind: 'retransmitted',
      detail: isForth ? 'by the client' : 'by the server',
    })
    if (int(row, side + stuckCount) > 0 && int(row, side + stuckSeq) === (packet.seq | 0)) {
      setInt(row, side + stuckCount, int(row, side + stuckCount) + 1)
      return
    }
    setInt(row, side + stuckSeq, packet.seq | 0)
    setInt(row, side + stuckCount, 1)
    setInt(row, side + stuckNo, packet.number)
    setInt(row, side + stuckLength, packet.ipLength)
  }

  /** New bytes of one side: the first of each tell when it asked and answered, and some tell what. */
  function said(packet: Packet, row: number, isForth: boolean): void {
    const { time } = packet
    if (isForth) {
      if (float(row, askedAt) === 0) setFloat(row, askedAt, time)
    } else if (!has(row, isAnswered)) {
      mark(row, isAnswered)
      const asked = float(row, askedAt)
      if (asked > 0) {
        const took = Math.max(0, time - asked)
        serverOf(row).firstBytes++
        firstBytes.add(took)
        if (took >= lateMs)
          signs.see({ ...about(row, packet.number), kind: 'first-byte-late', detail: 'late', ms: took })
      }
    }
    if (portOf(row) === 53) {
      dns.bytes(packet, row * 2 + (isForth ? 0 : 1))
      return
    }
    speak(packet, row, isForth)
  }

  /** What the bytes say of themselves: TLS and HTTP/1. */
  function speak({ number, bytes, payload, payloadEnd }: Packet, row: number, isForth: boolean): void {
    const first = bytes[payload] ?? 0
    if (first !== 21 && first !== 22 && first !== 0x48) return
    const words = firstWords(bytes, payload, payloadEnd)
    if (words === null) return
    if (words.kind === 'tls-client') {
      counts.tlsHellos++
      if (words.name !== null && tlsNames.size < mostNames) tlsNames.set(row, words.name)
    } else if (words.kind === 'tls-alert' && words.code !== 0) {
      counts.tlsAlerts++
      const detail = `${alertName(words.code)} by the ${isForth ? 'client' : 'server'}`
      signs.see({ ...about(row, number), kind: 'tls-alert', detail, name: tlsNames.get(row) ?? null })
    } else if (words.kind === 'http-answer') {
      counts.httpAnswers++
      serverOf(row).answers++
      if (words.status >= 500) signs.see({ ...about(row, number), kind: 'http-error', detail: String(words.status) })
    }
  }

  function rejected(packet: Packet, { from, to }: { readonly from: number; readonly to: number }): boolean {
    const row = find(from, to, packet.quotedSport, packet.quotedDport)
    if (row < 0) return false
    if (packet.icmp === says.fragmentationNeeded) {
      setInt(row, mtu, packet.icmpMtu)
      return true
    }
    if (int(row, rejectedNo) !== 0) return false
    setInt(row, rejectedNo, packet.number)
    return true
  }

  function finish(row: number, why: 'early' | 'end'): void {
    const until = why === 'end' ? ends : lastTime
    tlsNames.delete(row)
    dns.over(row * 2)
    dns.over(row * 2 + 1)
    finishSide(row, true)
    finishSide(row, false)
    if (int(row, rejectedNo) !== 0 && !has(row, sawSynAck)) counts.rejected++
    if (!has(row, sawSyn) || has(row, sawSynAck | isOpen)) return
    if (has(row, isRefused)) {
      counts.refused++
      return
    }
    if (int(row, rejectedNo) !== 0 || has(row, isReset)) return
    // Who sends it again says that no answer came; else only time does.
    if (int(row, synCount) < 2 && until - float(row, synAt) < longEnoughMs) {
      counts.unfinished++
      return
    }
    counts.unanswered++
    signs.see({
      ...about(row, int(row, synNo)),
      kind: 'connect-unanswered',
      detail: int(row, synCount) > 1 ? 'SYN sent again' : 'SYN sent once',
    })
  }

  function finishSide(row: number, isForth: boolean): void {
    const side = perSide + (isForth ? 0 : integersOfSide)
    const floatsSide = perSideFloats + (isForth ? 0 : floatsOfSide)
    const who = isForth ? 'client' : 'server'
    if ((int(row, side + sideState) & isZero) !== 0) stood(row, floatsSide, float(row, lastAt))
    if (float(row, floatsSide + zeroLongest) >= standsMs)
      signs.see({
        ...about(row, int(row, side + zeroNo)),
        kind: 'zero-window',
        detail: `the ${who} does not read`,
        ms: float(row, floatsSide + zeroLongest),
      })
    if (int(row, side + stuckCount) < 2 || int(row, side + stuckLength) < largePacket) return
    const said = int(row, mtu)
    const icmp = said > 0 ? `an ICMP message named ${said} bytes` : 'no ICMP message'
    signs.see({
      ...about(row, int(row, side + stuckNo)),
      kind: 'large-lost',
      detail: `from the ${who}, ${icmp}`,
      ms: null,
    })
  }

  return {
    segment,
    rejected,
    finish(end) {
      ends = end
      ring.finishAll()
    },
    counts,
    handshakes,
    firstBytes,
    ofServer: (id, port) => perServer.get(id * 65_536 + port) ?? { connections: 0, data: 0, firstBytes: 0, answers: 0 },
    notFollowed: () => notFollowed,
  }
}
