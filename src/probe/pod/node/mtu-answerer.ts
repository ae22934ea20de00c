import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'

/** A datagram of the path-MTU probe begins with this, the run's own token, and what is asked for. */
export const mtuHead = (token: string, kind: 's' | 'b', n: number): string => `hopscope-mtu ${token} ${kind} ${n} `

const head = /^hopscope-mtu ([a-z0-9]{1,40}) ([sb]) (\d{1,6}) /

export interface MtuAnswerer {
  readonly port: number
  readonly close: () => void
}

/**
 * Answers datagrams of this run alone, with no more bytes than came: with few, or with as many. Whoever does not know
 * the token gets nothing. null where no port can be had.
 */
export function mtuAnswerer(run: string): Promise<MtuAnswerer | null> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: 'udp6', ipv6Only: false })
    const fallback = (): void => resolve(null)
    socket.once('error', fallback)
    socket.on('message', (bytes, from) => {
      const reply = answerTo(bytes, run)
      if (reply !== null) socket.send(reply, from.port, from.address, () => {})
    })
    socket.bind(0, () => {
      socket.off('error', fallback)
      socket.on('error', () => {})
      socket.unref()
      resolve({ port: socket.address().port, close: () => socket.close() })
    })
  })
}

/** null: it is none of this run's. */
export function answerTo(bytes: Buffer, token: string): Buffer | null {
  const [text, whose, kind] = head.exec(bytes.subarray(0, 80).toString('latin1')) ?? []
  if (text === undefined || whose !== token) return null
  return kind === 'b' ? bytes : bytes.subarray(0, text.length)
}

/** Bytes of a datagram that just fit a packet of this size: IPv4 takes 20 + 8, IPv6 40 + 8. */
export function payloadOf(mtu: number, ip: string): number {
  return mtu - (isIPv6(ip) ? 48 : 28)
}
