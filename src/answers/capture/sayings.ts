import { unanswered } from '../../model/capture.ts'
import { alertName, firstWords } from '../../wire/pcap/first-words.ts'
import type { Packet } from '../../wire/pcap/packet.ts'
import { type Clock, muteMs } from './clock.ts'
import {
  ackedTo,
  askedAt,
  askedNo,
  hasAcked,
  hasSeq,
  isAnswered,
  isFinished,
  isLaterTurn,
  isLeftByServer,
  isRequest,
  isReset,
  isSaid,
  lastAt,
  nextSeq,
  sawSynAck,
  server,
  sideState,
} from './connection-columns.ts'
import type { ConnectionCounts } from './connection-counts.ts'
import { type ConnectionTable, sideOf } from './connection-table.ts'
import { createDnsStreams, type DnsListener } from './dns-streams.ts'
import type { PerServer, ServerCounts } from './per-server.ts'
import { createKept, type Room } from './room.ts'
import { after } from './sequence.ts'
import type { Signs } from './signs.ts'
import { createTimes, lateMs, type Times } from './spread.ts'

const mostNames = 4096
/** Who waits for longer than any request should take, and is not yet answered. */
const longEnoughMs = 10_000

/** What the two sides say to each other: when each first does, and what bytes tell of themselves (DNS, TLS, HTTP/1). */
export interface Sayings {
  /** New bytes of one side, and how many before them the capture has not got; below 0 where they overlap others. */
  readonly hear: (packet: Packet, row: number, it: { readonly isForth: boolean; readonly ahead: number }) => void
  /** At the end: a request that was never answered. */
  readonly judge: (row: number, until: number) => void
  readonly over: (row: number) => void
  readonly firstBytes: Times
}

interface Books {
  readonly table: ConnectionTable
  readonly counts: ConnectionCounts
  readonly perServer: PerServer<ServerCounts>
  readonly signs: Signs
  readonly clock: Clock
  readonly room: Room
}

export function createSayings({ table, counts, perServer, signs, clock, room }: Books, onDns: DnsListener): Sayings {
  const { int, setInt, float, setFloat, has, mark, unmark, portOf, about } = table
  const firstBytes = createTimes()
  const tlsNames = createKept<number, string>(room, { most: mostNames, each: 500 })
  const dns = createDnsStreams(onDns, room)
  const serverOf = (row: number): ServerCounts => perServer.of(int(row, server), portOf(row))

  function answered(packet: Packet, row: number): void {
    mark(row, isAnswered)
    const asked = float(row, askedAt)
    if (asked <= 0) return
    const took = Math.max(0, packet.time - asked)
    serverOf(row).firstBytes++
    if (clock.crosses(asked, packet.time, muteMs)) return clock.untimed()
    firstBytes.add(took)
    if (took >= lateMs) signs.see({ ...about(row, packet.number), kind: 'first-byte-late', detail: 'late', ms: took })
  }

  function speak({ number, bytes, payload, payloadEnd }: Packet, row: number, isForth: boolean): void {
    const first = bytes[payload] ?? 0
    if (first !== 21 && first !== 22 && first !== 0x48) return
    const words = firstWords(bytes, payload, payloadEnd)
    if (words === null) return
    if (words.kind === 'tls-client') {
      counts.tlsHellos++
      if (words.name !== null) tlsNames.set(row, words.name)
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

  /** Of a log that is only sent nobody expects an answer; of these everybody does. */
  function asks({ bytes, payload, payloadEnd }: Packet, row: number): void {
    const words = firstWords(bytes, payload, payloadEnd)
    if (words?.kind === 'http-request' || words?.kind === 'tls-client') mark(row, isRequest)
  }

  function begin({ time, number }: Packet, row: number): void {
    setFloat(row, askedAt, time)
    setInt(row, askedNo, number)
  }

  /** The client has bytes that the capture has not: a gap, or another way back. */
  function isHeardElsewhere(row: number): boolean {
    const side = sideOf(false)
    const hasBoth = (int(row, side + sideState) & (hasSeq | hasAcked)) === (hasSeq | hasAcked)
    return !hasBoth || after(int(row, side + ackedTo), int(row, side + nextSeq)) > 0
  }

  function judge(row: number, until: number): void {
    const asked = float(row, askedAt)
    if (!has(row, isRequest) || !has(row, sawSynAck) || has(row, isReset) || isHeardElsewhere(row)) return
    // Of a later request an answer to one before it says nothing.
    if (has(row, has(row, isLaterTurn) ? isAnswered : isSaid)) return
    const hasLeft = has(row, isFinished)
    const waited = clock.waited(asked, hasLeft ? float(row, lastAt) : until)
    // It may be at once: nobody waits for an answer that will not come.
    if (has(row, isLeftByServer) && waited < lateMs) {
      serverOf(row).firstBytes++
      signs.see({ ...about(row, int(row, askedNo)), kind: 'closed-unanswered', detail: 'closed', ms: waited })
      return
    }
    if (waited < (hasLeft ? lateMs : longEnoughMs)) return
    serverOf(row).firstBytes++
    const detail = hasLeft ? unanswered.closed : unanswered.ended
    signs.see({ ...about(row, int(row, askedNo)), kind: 'first-byte-late', detail, ms: waited })
  }

  return {
    judge,
    hear(packet, row, { isForth, ahead }) {
      if (isForth) {
        if (float(row, askedAt) === 0) {
          begin(packet, row)
          asks(packet, row)
        } else if (has(row, isAnswered) && portOf(row) !== 53 && isHttpRequest(packet)) {
          begin(packet, row)
          unmark(row, isAnswered)
          mark(row, isLaterTurn | isRequest)
        }
      } else if (!has(row, isAnswered)) answered(packet, row)
      if (portOf(row) === 53) dns.bytes(packet, row * 2 + (isForth ? 0 : 1), ahead)
      else speak(packet, row, isForth)
    },
    over(row) {
      tlsNames.delete(row)
      dns.over(row * 2)
      dns.over(row * 2 + 1)
    },
    firstBytes,
  }
}

const isHttpRequest = ({ bytes, payload, payloadEnd }: Packet): boolean =>
  firstWords(bytes, payload, payloadEnd)?.kind === 'http-request'
