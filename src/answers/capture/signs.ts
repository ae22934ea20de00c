import type { Sign, SignKind } from '../../model/capture.ts'
import type { Addresses } from './addresses.ts'

/** Evidence is a few packets to look at; the count stands beside it. */
const mostPackets = 6
const mostClients = 1000
/** Servers that are told apart. Whoever scans a network has more, and needs no list of them. */
const mostKinds = 2000
const mostTold = 20

interface Counted {
  count: number
  readonly clients: Set<number>
  readonly packets: number[]
  client: number
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

export function createSigns(): Signs {
  const all = new Map<string, Counted>()
  return {
    see(it) {
      const key = `${it.kind}\0${it.server}\0${it.port}\0${it.detail}`
      let counted = all.get(key)
      if (counted === undefined) {
        if (all.size >= mostKinds) return
        counted = { count: 0, clients: new Set(), packets: [], client: it.client, name: null, ms: null }
        all.set(key, counted)
      }
      counted.count++
      if (counted.clients.size < mostClients) counted.clients.add(it.client)
      if (counted.packets.length < mostPackets) counted.packets.push(it.packet)
      counted.name ??= it.name ?? null
      if (it.ms !== undefined && it.ms !== null) counted.ms = Math.max(counted.ms ?? 0, Number(it.ms.toPrecision(4)))
    },
    told: (addresses, of) => {
      const its = [...all]
        .map(([key, counted]): Sign => {
          const [kind = '', server = '', port = '', detail = ''] = key.split('\0')
          const out = of(kind as SignKind, Number(server), Number(port))
          return {
            kind: kind as SignKind,
            server: addresses.textOf(Number(server)),
            port: Number(port),
            count: counted.count,
            of: Math.max(counted.count, out),
            clients: counted.clients.size,
            client: counted.client < 0 ? null : addresses.textOf(counted.client),
            detail,
            name: counted.name,
            ms: counted.ms,
            packets: counted.packets.toSorted((one, other) => one - other),
          }
        })
        .toSorted((one, other) => other.count - one.count)
      // Of each kind the most frequent: a thousand servers that refuse must not hide the one that is silent.
      return [...Map.groupBy(its, (it) => it.kind).values()].flatMap((same) => same.slice(0, mostTold))
    },
  }
}
