import { connect } from 'node:net'
import type { BetweenSpec } from '../spec.ts'
import type { Emit } from '../records.ts'
import { bulkBytes, bulkDone, bulkHead, type BulkKind } from '../node/bulk-answerer.ts'
import { datagramsTo, ownMtu } from './mtu-asks.ts'

/**
 * TCP sends again by itself, five times in this while, and a SYN after 1 and 3 s: what still does not come is lost
 * twice for certain. Where nothing came at all, the second round has the time of two SYNs.
 */
const rounds = 2
const smallMs = 2000
const bulkMs = 3500

/**
 * To the probe pods of other nodes, over the network of pods: datagrams and connections of few bytes and of many, each
 * way. What came once is not asked for again.
 */
export async function betweenAsks({ token, peers }: BetweenSpec, emit: Emit): Promise<void> {
  const mtu = ownMtu()
  await Promise.all(
    peers.map(async ({ id, ip, udp, tcp }) => {
      const [datagrams, streams] = await Promise.all([
        udp === null || mtu === null ? null : datagramsTo({ token, ip, port: udp, mtu }),
        tcp === null ? null : streamsTo(token, ip, tcp),
      ])
      emit({ t: 'between', id, mtu, datagrams, streams })
    }),
  )
}

async function streamsTo(token: string, ip: string, port: number) {
  const got = { asked: 0, small: 0, there: 0, back: 0 }
  const ask = async (kind: BulkKind, ms: number): Promise<number> =>
    (await stream({ token, ip, port, kind, ms })) ? 1 : 0
  while (got.asked < rounds && (got.asked === 0 || got.there === 0 || got.back === 0)) {
    const isMute = got.asked > 0 && got.small + got.there + got.back === 0
    const most = isMute ? smallMs : bulkMs
    got.asked += 1
    // Side by side: each is a connection of its own.
    const [small, there, back] = await Promise.all([
      ask('s', smallMs),
      got.there > 0 ? 0 : ask('u', most),
      got.back > 0 ? 0 : ask('d', most),
    ])
    got.small += small
    got.there += there
    got.back += back
  }
  return got
}

interface Stream {
  readonly token: string
  readonly ip: string
  readonly port: number
  readonly kind: BulkKind
  /** Later than this nothing counts. */
  readonly ms: number
}

/** Whether all of it came. */
function stream({ token, ip, port, kind, ms }: Stream): Promise<boolean> {
  const wanted = kind === 'd' ? bulkBytes : bulkDone.length
  return new Promise((resolve) => {
    const socket = connect({ host: ip, port })
    let bytes = 0
    const end = (came: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(came)
    }
    const timer = setTimeout(() => end(false), ms)
    socket.on('error', () => end(false))
    socket.on('close', () => end(bytes >= wanted))
    socket.on('connect', () => {
      socket.write(bulkHead(token, kind))
      if (kind === 'u') socket.write(Buffer.alloc(bulkBytes, 0x2e))
    })
    socket.on('data', (chunk) => {
      bytes += chunk.length
      if (bytes >= wanted) end(true)
    })
  })
}
