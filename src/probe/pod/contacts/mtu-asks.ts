import { createSocket, type Socket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Emit } from '../records.ts'
import type { MtuSpec } from '../spec.ts'
import { mtuHead, payloadOf } from '../node/mtu-answerer.ts'

const tries = 3
const timeoutMs = 700
/** Of no interface that this can be asked for: loopback has 65536. */
const largest = 9000

/**
 * Datagrams of two sizes to other nodes, one at a time. A small one, one as large as this pod's interface takes, and a
 * large one that comes back large, in turn: what is lost of one size while the others pass is lost for its size. Where
 * none of the first three came, those of a round go at once: there is no size to tell apart, and each waits. Linux
 * sets "don't fragment" on what fits the interface (IP_PMTUDISC_WANT), and where a router says "fragmentation needed"
 * the next one is cut up and passes: that is how it ought to be, and costs the first.
 */
export async function mtuAsks({ token, targets }: MtuSpec, emit: Emit): Promise<void> {
  const mtu = ownMtu()
  if (mtu === null) return
  await Promise.all(
    targets.map(async ({ id, ip, port }) => {
      const { there: large, ...got } = await datagramsTo({ token, ip, port, mtu })
      emit({ t: 'mtu', id, mtu, large, ...got })
    }),
  )
}

interface Target {
  readonly token: string
  readonly ip: string
  readonly port: number
  readonly mtu: number
}

export async function datagramsTo({ token, ip, port, mtu }: Target) {
  const socket = createSocket(isIPv6(ip) ? 'udp6' : 'udp4')
  socket.on('error', () => {})
  const heard = listener(socket)
  const got = { asked: tries, small: 0, there: 0, back: 0 }
  let n = 0
  const ask = async (kind: 's' | 'b', size: number): Promise<number> => {
    n += 1
    const head = Buffer.from(mtuHead(token, kind, n), 'latin1')
    const bytes = Buffer.concat([head, Buffer.alloc(Math.max(0, size - head.length), 0x2e)])
    socket.send(bytes, port, ip, () => {})
    return (await heard(n, kind === 'b' ? size : 0)) ? 1 : 0
  }
  for (let round = 0; round < tries; round += 1) {
    const isMute = round > 0 && got.small + got.there + got.back === 0
    const [small, there, back] = await inOrder(isMute, [
      () => ask('s', 0),
      () => ask('s', payloadOf(mtu, ip)),
      () => ask('b', payloadOf(mtu, ip)),
    ])
    got.small += small
    got.there += there
    got.back += back
  }
  socket.close()
  return got
}

type Three<T> = readonly [T, T, T]

async function inOrder(isAtOnce: boolean, [one, two, three]: Three<() => Promise<number>>): Promise<Three<number>> {
  if (isAtOnce) return Promise.all([one(), two(), three()])
  return [await one(), await two(), await three()]
}

function listener(socket: Socket): (n: number, atLeast: number) => Promise<boolean> {
  const waiting = new Map<number, (size: number) => void>()
  socket.on('message', (bytes) => {
    const [, n] = /^hopscope-mtu [a-z0-9]+ [sb] (\d{1,6}) /.exec(bytes.subarray(0, 80).toString('latin1')) ?? []
    waiting.get(Number(n))?.(bytes.length)
  })
  return (n, atLeast) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => end(false), timeoutMs)
      const end = (came: boolean): void => {
        clearTimeout(timer)
        waiting.delete(n)
        resolve(came)
      }
      waiting.set(n, (size) => end(size >= atLeast))
    })
}

/** Of the interface that this pod has beside loopback; null where the kernel does not say. */
export function ownMtu(): number | null {
  const name = Object.keys(networkInterfaces()).find((it) => it !== 'lo')
  if (name === undefined) return null
  for (const path of [`/sys/class/net/${name}/mtu`, `/proc/sys/net/ipv6/conf/${name}/mtu`])
    try {
      const mtu = Number(readFileSync(path, 'utf8').trim())
      if (Number.isInteger(mtu) && mtu >= 576 && mtu <= largest) return mtu
    } catch {
      continue
    }
  return null
}
