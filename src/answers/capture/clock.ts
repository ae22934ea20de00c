import type { CaptureClock } from '../../model/capture.ts'
import { destination, holds, type Packet, rst, source, syn } from '../../wire/pcap/packet.ts'
import type { Room } from './room.ts'

/** Packets of several CPUs and queues are written out of their order by some milliseconds; a clock goes further. */
const backMs = 100
/**
 * A lookup or a SYN that waits is sent again after 64 s at the latest (Linux: 1, 3, 7, 15, 31, 63 s), and a resolver
 * gives up after 35 s. What was answered after a longer time in which nothing at all passed was not waited for: the
 * clock was set, or nobody captured.
 */
export const silentMs = 120_000
/** A program may think for long before its first byte, though hardly for this; and nobody waits so long in vain. */
export const muteMs = 3_600_000
/** More of them are all that was captured, as far as times go. */
const mostGaps = 64
/** One packet takes less to pass all interfaces of a machine; later it is another machine's, with another clock. */
const againMs = 1000
/** And its address is used again for another one after this. */
const anotherMs = 3_600_000
/** One may be a packet that went round in circles. */
const copiesEnough = 3
/** Two packets in a row may have one id by chance, as many choose it at random. */
const oneIdEnough = 2

export interface Clock {
  readonly see: (packet: Packet) => void
  /** Whether a silence of so long lies between two times. */
  readonly crosses: (from: number, to: number, silence: number) => boolean
  /** How long somebody waited for sure: without the long silences, in which the clock may have been set. */
  readonly waited: (from: number, to: number) => number
  /** What can't be timed, as it lies across such a silence. */
  readonly untimed: () => void
  /** null: it only went on, and nothing lies across a silence. */
  readonly told: () => CaptureClock | null
}

export function createClock(room: Room): Clock {
  const gaps: { readonly from: number; readonly to: number }[] = []
  const copies = createCopies(room)
  let tooManyGaps = false
  let last = -Infinity
  let latest = -Infinity
  let back = 0
  let mostBack = 0
  let firstBack = 0
  let timeless = 0
  let across = 0
  let longestGap = 0

  function crosses(from: number, to: number, silence: number): boolean {
    if (to - from < silence) return false
    return tooManyGaps || gaps.some((it) => it.from >= from && it.to <= to && it.to - it.from >= silence)
  }

  return {
    see(packet) {
      const { time } = packet
      if (!packet.isTimed) timeless++
      if (latest - time > backMs) {
        back++
        mostBack = Math.max(mostBack, latest - time)
        if (firstBack === 0) firstBack = packet.number
      }
      // Also where it was set back before, and goes on from there.
      const gap = time - last
      if (gap >= silentMs && last !== -Infinity) {
        longestGap = Math.max(longestGap, gap)
        if (gaps.length < mostGaps) gaps.push({ from: last, to: time })
        else tooManyGaps = true
      }
      last = time
      if (time > latest) latest = time
      copies.see(packet)
    },
    crosses,
    waited(from, to) {
      const silences = gaps.filter((it) => it.from >= from && it.to <= to && it.to - it.from >= muteMs)
      return tooManyGaps && to - from >= muteMs ? 0 : silences.reduce((left, it) => left - (it.to - it.from), to - from)
    },
    untimed: () => void across++,
    told() {
      const copied = copies.count() < copiesEnough ? 0 : copies.count()
      if (back + timeless + across + copied === 0) return null
      return {
        back,
        backMs: rounded(mostBack),
        packet: firstBack === 0 ? null : firstBack,
        across,
        gapMs: across === 0 ? 0 : rounded(longestGap),
        copied,
        copiedMs: copied === 0 ? 0 : rounded(copies.longest()),
        timeless,
      }
    },
  }
}

function rounded(ms: number): number {
  return Math.round(ms)
}

/** The same packet once more, long after it must have arrived: by IP id, ends, and what it says of its bytes. */
function createCopies(room: Room): {
  readonly see: (packet: Packet) => void
  readonly count: () => number
  readonly longest: () => number
} {
  let hashes = new Int32Array(0)
  let times = new Float64Array(0)
  /** Of a sender, by a hash of its address: the id of its last packet, what that said, and how often it was alike. */
  const senders = new Int32Array(256 * 3)
  let copies = 0
  let longest = 0

  /** Some write the same id into each packet: then it tells none from the other. */
  function isOfOneId({ words, ipId }: Packet, content: number): boolean {
    const at = ((Math.imul(words[source + 3] ?? 0, 0x9e3779b1) ^ (words[source] ?? 0)) >>> 24) * 3
    if (senders[at] === ipId && senders[at + 1] !== content) senders[at + 2] = (senders[at + 2] ?? 0) + 1
    senders[at] = ipId
    senders[at + 1] = content
    return (senders[at + 2] ?? 0) >= oneIdEnough
  }

  return {
    see(packet) {
      const { ipId, time, flags, payloadLength } = packet
      if (ipId === 0 || packet.isFragment) return
      const isTcp = packet.holds === holds.tcp
      // A keep-alive says the same again, and so does a reset.
      if (isTcp ? (flags & rst) !== 0 || (payloadLength < 2 && (flags & syn) === 0) : packet.holds !== holds.udp) return
      if (hashes.length === 0) {
        const most = room.take(4096 * 12) ? 4096 : 64
        hashes = new Int32Array(most)
        times = new Float64Array(most)
      }
      const content = contentOf(packet)
      if (isOfOneId(packet, content)) return
      const hash = hashOf(packet, content)
      const slot = (hash >>> 8) & (hashes.length - 1)
      const since = time - (times[slot] ?? 0)
      if (hashes[slot] === hash && since >= againMs && since < anotherMs) {
        copies++
        longest = Math.max(longest, since)
      }
      hashes[slot] = hash
      times[slot] = time
    },
    count: () => copies,
    longest: () => longest,
  }
}

/** What it says, whoever sends it to whom. */
function contentOf(packet: Packet): number {
  const { bytes, payload, payloadEnd } = packet
  let mixed = mix(0x2545f491, packet.ipLength)
  if (packet.holds !== holds.tcp) {
    for (let at = payload; at < Math.min(payloadEnd, payload + 64); at++) mixed = mix(mixed, bytes[at] ?? 0)
    return mixed
  }
  return mix(mix(mix(mixed, packet.seq | 0), packet.ack | 0), packet.flags)
}

function hashOf({ words, ipId, sport, dport }: Packet, content: number): number {
  let mixed = mix(Math.imul(ipId, 0x85ebca6b) ^ ((sport << 16) | dport), content)
  for (let word = 0; word < 4; word++)
    mixed = mix(mix(mixed, words[source + word] ?? 0), words[destination + word] ?? 0)
  return mixed ^ (mixed >>> 13)
}

function mix(mixed: number, value: number): number {
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) ^ value
}
