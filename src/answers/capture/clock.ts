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
  let copies = 0
  let longest = 0
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
      const hash = hashOf(packet)
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

function hashOf(packet: Packet): number {
  const { words, bytes, payload, payloadEnd } = packet
  let mixed = Math.imul(packet.ipId ^ 0x2545f491, 0x85ebca6b) ^ ((packet.sport << 16) | packet.dport)
  const add = (value: number): void => {
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) ^ value
  }
  for (let word = 0; word < 4; word++) {
    add(words[source + word] ?? 0)
    add(words[destination + word] ?? 0)
  }
  add(packet.ipLength)
  if (packet.holds === holds.tcp) {
    add(packet.seq | 0)
    add(packet.ack | 0)
    add(packet.flags)
  } else for (let at = payload; at < Math.min(payloadEnd, payload + 64); at++) add(bytes[at] ?? 0)
  return mixed ^ (mixed >>> 13)
}
