import { createDnsQuestion, dnsCodeName, readDnsQuestion } from '../../wire/dns-question.ts'
import { destination, holds, type Packet, source } from '../../wire/pcap/packet.ts'
import type { Addresses } from './addresses.ts'
import { type Clock, silentMs } from './clock.ts'
import { createNames } from './names.ts'
import { createPerServer } from './per-server.ts'
import { createRing, longestChain } from './ring.ts'
import { createKept, type Room } from './room.ts'
import type { Seen, Signs } from './signs.ts'
import { createTimes, lateMs, type Times } from './spread.ts'

/** A port and number that come again after this long are another lookup: resolvers give up before. */
const sameLookupMs = 35_000
/** glibc waits 5 s, musl 2.5 s for a first answer: who has waited this long waits in vain. */
const longEnoughMs = 5000
/** A and AAAA leave together; glibc and musl send them within a millisecond (knowledge: dns.md C). */
const pairMs = 50
const stepMs = 10_000
/** What a packet takes from one interface of a node to the next, where nothing else tells two sightings apart. */
const sightingMs = 1
const mostTruncated = 4096
/** Clients of which something was not kept. */
const mostHoles = 4096

// Columns of a row.
const client = 0
const server = 1
/** Port in the upper half, DNS id in the lower. */
const portAndId = 2
const type = 3
const nameHash = 4
const nameId = 5
const packetNo = 6
const sent = 7
const state = 8
/** Of BADCOOKIE (23) the lower four bits; the client asks again with the cookie that comes with it (RFC 7873, 5.3). */
const badCookie = 7
const rcode = 9
const lastIpId = 10
const otherServer = 11
const twin = 12
const overTcp = 13
const lastLink = 14
const integers = 15

const firstAt = 0
const lastAt = 1
const resentAt = 2
const answeredAt = 3
const floats = 4

const isAnswered = 1
const isTruncated = 2
const isStepOfSearch = 4
const isAnsweredElsewhere = 8
/** More than two servers were asked: musl asks all at once, and a Service leads each try to another. */
const isAskedOfMany = 16

export interface Lookups {
  /** True for a DNS message. `payload..payloadEnd` is one, whatever carried it. */
  readonly message: (packet: Packet, at: number, end: number, carrier: 'udp' | 'tcp') => boolean
  /** Something of DNS that this packet said, or stands for, was not kept: who waits for it may have got it. */
  readonly hole: (packet: Packet) => void
  /** An answer whose later fragments did not come. */
  readonly fragmentLost: (packet: { readonly number: number; readonly client: number; readonly server: number }) => void
  readonly finish: (end: number) => void
  readonly counts: () => Readonly<Record<string, number>>
  readonly times: Times
  readonly ofServer: (id: number) => number
  readonly pairs: (id: number) => number
}

interface Truncated {
  readonly packet: number
  readonly server: number
  readonly client: number
  /** When it came, or was asked again by TCP. */
  at: number
  readonly name: number
  isAsked: boolean
}

interface Books {
  readonly addresses: Addresses
  readonly signs: Signs
  readonly clock: Clock
  readonly room: Room
}

export function createLookups({ addresses, signs, clock, room }: Books): Lookups {
  const question = createDnsQuestion()
  const names = createNames(room)
  const times = createTimes()
  const perServer = createPerServer(room, () => ({ lookups: 0, pairs: 0 }))
  const truncated = createKept<string, Truncated>(room, { most: mostTruncated, each: 500 })
  const holes = createKept<number, true>(room, { most: mostHoles, each: 100 })
  // The newest row of each client and port, and of each client and type.
  const twins = createNewest(room, 1 << 14)
  const steps = createNewest(room, 1 << 12)
  const counts = {
    queries: 0,
    answers: 0,
    sightings: 0,
    lookups: 0,
    answered: 0,
    resent: 0,
    unanswered: 0,
    unfinished: 0,
    unasked: 0,
    notWhole: 0,
    late: 0,
    truncated: 0,
    overTcp: 0,
    malformed: 0,
    pairs: 0,
    searchSteps: 0,
  }
  let lastTime = 0
  let ends = 0

  const ring = createRing(room, { ints: integers, floats, most: 1 << 18, finish })
  const codes: number[] = []
  const { int, setInt, float, setFloat } = ring
  const mark = (row: number, flag: number): void => setInt(row, state, int(row, state) | flag)
  const has = (row: number, flag: number): boolean => (int(row, state) & flag) !== 0

  function hashOf(who: number, key: number): number {
    let mixed = Math.imul(who ^ 0x2545f491, 0x85ebca6b) ^ key
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) ^ question.hash
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0x27d4eb2f) ^ question.type
    return mixed ^ (mixed >>> 16)
  }

  function find(hash: number, who: number, key: number): number {
    let row = ring.first(hash)
    for (let length = 0; row >= 0 && length < longestChain; length++) {
      const at = ring.intsAt(row)
      const { ints } = ring
      if (
        ints[at + portAndId] === key &&
        ints[at + client] === who &&
        ints[at + nameHash] === question.hash &&
        ints[at + type] === question.type
      )
        return row
      row = ring.before(row)
    }
    return -1
  }

  function query(packet: Packet, tcp: number): void {
    const { words, time } = packet
    const who = addresses.idOf(words, source)
    const whom = addresses.idOf(words, destination)
    const key = (packet.sport << 16) | question.id
    const hash = hashOf(who, key)
    const row = find(hash, who, key)
    if (row >= 0 && time - float(row, lastAt) < sameLookupMs) {
      askedToo(row, whom)
      if (isSighting(packet, row)) {
        counts.sightings++
        return
      }
      counts.queries++
      setInt(row, sent, int(row, sent) + 1)
      setInt(row, lastIpId, packet.ipId)
      setInt(row, lastLink, packet.link * 8 + packet.direction)
      setFloat(row, lastAt, time)
      if (int(row, sent) === 2) {
        setFloat(row, resentAt, time)
        counts.resent++
      }
      return
    }
    counts.queries++
    if (who < 0 || whom < 0) {
      room.miss()
      return
    }
    begin(packet, { hash, who, whom, key, tcp })
  }

  function askedToo(row: number, whom: number): void {
    if (int(row, server) === whom || int(row, otherServer) === whom + 1) return
    if (int(row, otherServer) !== 0) mark(row, isAskedOfMany)
    setInt(row, otherServer, whom + 1)
  }

  /** The same packet once more, at another interface of the node: `tcpdump -i any` shows veth, bridge and uplink. */
  function isSighting({ ipId, time, link, direction }: Packet, row: number): boolean {
    if (ipId !== 0) return ipId === int(row, lastIpId) && time - float(row, lastAt) < 1000
    return time - float(row, lastAt) < sightingMs && link * 8 + direction !== int(row, lastLink)
  }

  interface Begun {
    readonly hash: number
    readonly who: number
    readonly whom: number
    readonly key: number
    readonly tcp: number
  }

  function begin(packet: Packet, { hash, who, whom, key, tcp }: Begun): void {
    const { time } = packet
    const row = ring.add(hash)
    const at = ring.intsAt(row)
    const { ints } = ring
    ints[at + client] = who
    ints[at + server] = whom
    ints[at + portAndId] = key
    ints[at + type] = question.type
    ints[at + nameHash] = question.hash
    const name = names.idOf(question.hash, packet.bytes, question.nameAt, question.nameEnd)
    ints[at + nameId] = name
    ints[at + packetNo] = packet.number
    ints[at + sent] = 1
    ints[at + lastIpId] = packet.ipId
    ints[at + overTcp] = tcp
    ints[at + lastLink] = packet.link * 8 + packet.direction
    const its = ring.floatsAt(row)
    ring.floats[its + firstAt] = time
    ring.floats[its + lastAt] = time
    counts.lookups++
    if (tcp === 1) counts.overTcp++
    perServer.of(whom, 53).lookups++
    if (question.type === 1 || question.type === 28) joinTwin(row, time)
    joinStep(row, time)
    if (tcp === 1 && truncated.size() > 0) {
      const before = truncated.get(truncatedKey(who))
      if (before !== undefined) {
        before.isAsked = true
        before.at = time
      }
    }
  }

  const truncatedKey = (who: number): string => `${who} ${question.hash} ${question.type}`

  function joinTwin(row: number, time: number): void {
    const other = twins.replace(
      Math.imul(int(row, client), 0x9e3779b1) ^ (int(row, portAndId) >>> 16) ^ question.hash,
      row,
    )
    if (other < ring.oldest || time - float(other, firstAt) > pairMs) return
    if (
      int(other, client) === int(row, client) &&
      int(other, portAndId) >>> 16 === int(row, portAndId) >>> 16 &&
      int(other, nameHash) === question.hash &&
      int(other, type) !== question.type &&
      int(other, overTcp) === int(row, overTcp)
    ) {
      setInt(other, twin, row - other)
      counts.pairs++
      perServer.of(int(row, server), 53).pairs++
    }
  }

  /** The lookup of this client and type before: where it found nothing, and this one has another end, it was a step. */
  function joinStep(row: number, time: number): void {
    const other = steps.replace(Math.imul(int(row, client), 0x9e3779b1) ^ question.type, row)
    if (other < ring.oldest || time - float(other, lastAt) > stepMs) return
    if (int(other, client) !== int(row, client) || int(other, type) !== question.type) return
    if (!has(other, isAnswered) || int(other, rcode) !== 3) return
    if (int(other, nameId) < 0 || int(row, nameId) < 0) room.miss()
    else if (names.isStep(int(other, nameId), int(row, nameId))) mark(other, isStepOfSearch)
  }

  const holeOf = (who: number, port: number): number => (who + 1) * 131_072 + port
  /** Of TCP, beside all that a client asked at one port: what it asked over TCP at all. */
  const anyPort = 65_536

  function hole(packet: Packet): void {
    const isForth = packet.dport === 53
    const who = addresses.idOf(packet.words, isForth ? source : destination)
    const isKept = holes.set(holeOf(who, isForth ? packet.sport : packet.dport), true)
    const isTcp = packet.holds === holds.tcp
    if (!isKept || (isTcp && !holes.set(holeOf(who, anyPort), true))) room.miss()
  }

  /** Whether an answer to it may be in what was not kept. */
  function isBlind(row: number): boolean {
    return holes.size() > 0 && holes.get(holeOf(int(row, client), int(row, portAndId) >>> 16)) !== undefined
  }

  function answer(packet: Packet): void {
    const { words, time } = packet
    const who = addresses.idOf(words, destination)
    const from = addresses.idOf(words, source)
    const key = (packet.dport << 16) | question.id
    const row = question.nameEnd === 0 ? -1 : find(hashOf(who, key), who, key)
    if (row >= 0 && has(row, isAnswered) && isAgain(packet, row, from)) {
      counts.sightings++
      return
    }
    counts.answers++
    codes[question.rcode] = (codes[question.rcode] ?? 0) + 1
    if (question.isTruncated) counts.truncated++
    if (row < 0) {
      counts.unasked++
      return
    }
    if (from !== int(row, server) && from + 1 !== int(row, otherServer) && !has(row, isAskedOfMany)) {
      if (!has(row, isAnsweredElsewhere))
        signs.see({
          kind: 'answer-from-elsewhere',
          server: int(row, server),
          port: 53,
          client: who,
          detail: addresses.textOf(from),
          packet: packet.number,
        })
      mark(row, isAnsweredElsewhere)
      return
    }
    if (has(row, isAnswered)) return
    mark(row, isAnswered)
    setInt(row, rcode, question.rcode)
    setInt(row, lastIpId, packet.ipId)
    setFloat(row, answeredAt, time)
    const about = { server: int(row, server), port: 53, client: who, packet: packet.number }
    if (question.rcode !== 0 && question.rcode !== 3 && question.rcode !== badCookie)
      signs.see({
        ...about,
        kind: 'lookup-error',
        detail: dnsCodeName(question.rcode),
        name: names.textOf(int(row, nameId)),
      })
    timed(row, time, about)
    if (question.isTruncated) {
      mark(row, isTruncated)
      const isKept = truncated.set(truncatedKey(who), {
        packet: packet.number,
        server: int(row, server),
        client: who,
        at: time,
        name: int(row, nameId),
        isAsked: false,
      })
      if (!isKept) room.miss()
    } else if (int(row, overTcp) === 1) truncated.delete(truncatedKey(who))
  }

  function timed(row: number, time: number, about: Omit<Seen, 'kind' | 'detail'>): void {
    if (clock.crosses(float(row, firstAt), time, silentMs)) return clock.untimed()
    const took = time - float(row, firstAt)
    times.add(Math.max(0, took))
    if (took < lateMs) return
    counts.late++
    const name = names.textOf(int(row, nameId))
    signs.see({ ...about, kind: 'lookup-late', detail: dnsCodeName(question.rcode), ms: took, name })
  }

  /** An answer to a question that was answered: the same packet at another interface, or really a second one. */
  function isAgain({ ipId, time }: Packet, row: number, from: number): boolean {
    if (time - float(row, answeredAt) > 1000) return false
    if (ipId !== 0 && ipId === int(row, lastIpId)) return true
    return time - float(row, answeredAt) < sightingMs && from + 1 !== 0 && int(row, sent) === 1
  }

  function finish(row: number, why: 'early' | 'end'): void {
    const until = why === 'end' ? ends : lastTime
    if (has(row, isStepOfSearch)) {
      counts.searchSteps++
      signs.see({
        kind: 'search-waste',
        server: int(row, server),
        port: 53,
        client: int(row, client),
        detail: 'NXDOMAIN',
        packet: int(row, packetNo),
        name: names.textOf(int(row, nameId)),
      })
    }
    const other = int(row, twin) === 0 ? -1 : row + int(row, twin)
    if (other >= 0) judgePair(row, other)
    if (has(row, isAnswered)) {
      counts.answered++
      return
    }
    if (isBlind(row)) {
      counts.notWhole++
      return
    }
    // Who asks again says that no answer came; else only time does.
    const isShort = clock.waited(float(row, firstAt), until) < longEnoughMs
    if (int(row, sent) < 2 && isShort) {
      counts.unfinished++
      if (until - float(row, firstAt) >= longEnoughMs) clock.untimed()
      // What became of it could not be waited for.
      if (why === 'early') room.miss()
      return
    }
    counts.unanswered++
    signs.see({
      kind: 'lookup-unanswered',
      server: int(row, server),
      port: 53,
      client: int(row, client),
      detail: int(row, sent) > 1 ? 'asked again' : 'asked once',
      packet: int(row, packetNo),
      name: names.textOf(int(row, nameId)),
      ms: int(row, sent) > 1 ? float(row, resentAt) - float(row, firstAt) : null,
    })
  }

  /** The first question of the pair found no answer before it was asked again, or never did. */
  function isLostAtFirst(row: number): boolean | null {
    if (isBlind(row)) return null
    const again = int(row, sent) > 1 ? float(row, resentAt) : null
    if (has(row, isAnswered)) return again !== null && float(row, answeredAt) >= again
    return again !== null || clock.waited(float(row, firstAt), ends) >= longEnoughMs ? true : null
  }

  function judgePair(row: number, other: number): void {
    const lost = isLostAtFirst(row)
    const alsoLost = isLostAtFirst(other)
    if (lost === null || alsoLost === null || lost === alsoLost) return
    const loser = lost ? row : other
    signs.see({
      kind: 'pair-half-lost',
      server: int(loser, server),
      port: 53,
      client: int(loser, client),
      detail: int(loser, type) === 1 ? 'A' : 'AAAA',
      packet: int(loser, packetNo),
      name: names.textOf(int(loser, nameId)),
      ms: int(loser, sent) > 1 ? float(loser, resentAt) - float(loser, firstAt) : null,
    })
  }

  return {
    message(packet, at, end, carrier) {
      lastTime = packet.time
      if (!readDnsQuestion(question, packet.bytes, at, end)) {
        counts.malformed++
        // Of a message that the capture cut, or of bytes that are none, nobody knows what they were.
        hole(packet)
        return false
      }
      if (question.opcode !== 0) return true
      if (question.isAnswer) answer(packet)
      else query(packet, carrier === 'tcp' ? 1 : 0)
      return true
    },
    hole,
    fragmentLost({ number, client: who, server: whom }) {
      signs.see({ kind: 'fragment-lost', server: whom, port: 53, client: who, detail: 'UDP', packet: number })
    },
    finish(end) {
      ends = end
      ring.finishAll()
      for (const [, it] of truncated.entries())
        if (
          holes.get(holeOf(it.client, anyPort)) === undefined &&
          clock.waited(it.at, end) >= (it.isAsked ? longEnoughMs : lateMs)
        )
          signs.see({
            kind: 'truncated-no-tcp',
            server: it.server,
            port: 53,
            client: it.client,
            detail: it.isAsked ? 'no answer over TCP' : 'no query over TCP',
            packet: it.packet,
            name: names.textOf(it.name),
          })
    },
    counts: () => ({
      ...counts,
      ...Object.fromEntries(codes.flatMap((n, code) => (n > 0 ? [[dnsCodeName(code), n]] : []))),
    }),
    times,
    ofServer: (id) => perServer.seen(id, 53).lookups,
    pairs: (id) => perServer.seen(id, 53).pairs,
  }
}

/** By hash the row that was last put there. A smaller one forgets sooner. */
function createNewest(room: Room, most: number): { readonly replace: (hash: number, row: number) => number } {
  let rows = new Float64Array(0)
  return {
    replace(hash, row) {
      if (rows.length === 0) rows = new Float64Array(room.take(most * 8) ? most : 1 << 8).fill(-1)
      const slot = hash & (rows.length - 1)
      const before = rows[slot] ?? -1
      rows[slot] = row
      return before
    },
  }
}
