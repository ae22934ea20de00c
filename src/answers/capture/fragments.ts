import { holds, type Packet } from '../../wire/pcap/packet.ts'
import { destination, source } from '../../wire/pcap/packet.ts'
import type { Addresses } from './addresses.ts'
import { createKept, type Room } from './room.ts'

/** Datagrams in pieces: what is read of one is its beginning, once all of it has come. */
export interface Fragments {
  /** A first or later fragment of UDP. */
  readonly see: (packet: Packet) => void
  readonly finish: () => void
}

/** A question and its answer's header. */
const enough = 12 + 256 + 4
/** The kernel gives up after 30 s (net.ipv4.ipfrag_time), and holds 4 MB of them. */
const most = 1024

interface Pieces {
  got: number
  total: number
  first: { readonly bytes: Uint8Array; readonly sport: number; readonly dport: number; readonly number: number } | null
  readonly from: number
  readonly to: number
}

export interface Lost {
  readonly number: number
  readonly sport: number
  readonly from: number
  readonly to: number
}

export interface Told {
  readonly whole: (packet: Packet, at: number, end: number) => void
  readonly lost: (it: Lost) => void
}

export function createFragments(addresses: Addresses, { whole, lost }: Told, room: Room): Fragments {
  const waiting = createKept<string, Pieces>(room, { most, each: 1800 })
  function forgetOldest(): void {
    for (const [key] of waiting.entries()) {
      waiting.delete(key)
      room.miss()
      return
    }
  }

  return {
    see(packet) {
      const from = addresses.idOf(packet.words, source)
      const to = addresses.idOf(packet.words, destination)
      const key = `${from} ${to} ${packet.ipId} ${packet.family}`
      let its = waiting.get(key)
      if (its === undefined) {
        if (waiting.size() >= most) forgetOldest()
        its = { got: 0, total: -1, first: null, from, to }
        if (!waiting.set(key, its)) {
          room.miss()
          return
        }
      }
      its.got += packet.fragmentLength
      if (!packet.hasMoreFragments) its.total = packet.fragmentAt + packet.fragmentLength
      if (packet.holds === holds.udp) {
        const { sport, dport, number, payload, payloadEnd } = packet
        its.first = { bytes: packet.bytes.slice(payload, Math.min(payloadEnd, payload + enough)), sport, dport, number }
      }
      if (its.first === null || its.total < 0 || its.got < its.total) return
      waiting.delete(key)
      const { bytes } = packet
      packet.bytes = its.first.bytes
      packet.sport = its.first.sport
      packet.dport = its.first.dport
      whole(packet, 0, its.first.bytes.length)
      packet.bytes = bytes
    },
    finish() {
      for (const [, { first, from, to }] of waiting.entries())
        if (first !== null) lost({ number: first.number, sport: first.sport, from, to })
    },
  }
}
