import type { Sign, SignKind } from '../../model/capture.ts'
import type { Addresses } from './addresses.ts'
import type { Room } from './room.ts'

/** Evidence is a few packets to look at; the count stands beside it. */
const mostPackets = 6
const mostClients = 1000
/** Servers that are told apart. Whoever scans a network has more, and needs no list of them. */
const mostKinds = 2000
const mostTold = 20

interface Counted {
  readonly first: Seen
  count: number
  /** Beside the first; most have none. */
  clients: Set<number> | null
  readonly packets: number[]
  name: string | null
  ms: number | null
}

export interface Seen {
  readonly kind: SignKind
  readonly server: number
  readonly port: number
  readonly client: number
  readonly detail: string
  readonly packet: number
  readonly name?: string | null
  readonly ms?: number | null
}

export interface Signs {
  readonly see: (it: Seen) => void
  /** With what each is out of, by server and port. */
  readonly told: (addresses: Addresses, of: (kind: SignKind, server: number, port: number) => number) => readonly Sign[]
}

/** What one is kept in, and each client beside the first. */
const signBytes = 700
const clientBytes = 72

export function createSigns(room: Room): Signs {
  const all = new Map<string, Counted>()

  function meet(counted: Counted, client: number): void {
    if (client === counted.first.client || counted.clients?.has(client) === true) return
    if ((counted.clients?.size ?? 0) + 1 >= mostClients || !room.take(clientBytes)) return
    counted.clients ??= new Set()
    counted.clients.add(client)
  }

  return {
    see(it) {
      const key = `${it.kind}\0${it.server}\0${it.port}\0${it.detail}`
      let counted = all.get(key)
      if (counted === undefined) {
        if (all.size >= mostKinds || !room.take(signBytes)) {
          room.miss()
          return
        }
        counted = { first: it, count: 0, clients: null, packets: [], name: null, ms: null }
        all.set(key, counted)
      }
      counted.count++
      meet(counted, it.client)
      if (counted.packets.length < mostPackets) counted.packets.push(it.packet)
      counted.name ??= it.name ?? null
      if (it.ms !== undefined && it.ms !== null) counted.ms = Math.max(counted.ms ?? 0, Number(it.ms.toPrecision(4)))
    },
    told: (addresses, of) =>
      // Of each kind the most frequent: a thousand servers that refuse must not hide the one that is silent.
      [...Map.groupBy(all.values(), (it) => it.first.kind).values()]
        .flatMap((same) => same.toSorted((one, other) => other.count - one.count).slice(0, mostTold))
        .map(({ first, count, clients, packets, name, ms }): Sign => {
          const { kind, server, port, client, detail } = first
          return {
            kind,
            server: addresses.textOf(server),
            port,
            count,
            of: Math.max(count, of(kind, server, port)),
            clients: (clients?.size ?? 0) + 1,
            client: client < 0 ? null : addresses.textOf(client),
            detail,
            name,
            ms,
            packets: packets.toSorted((one, other) => one - other),
          }
        }),
  }
}
