import { connect, type Socket } from 'node:net'
import { type Dial, portOf } from './dial.ts'
import { ProxyError } from './proxy-error.ts'
import { percentDecoded } from '../wire/percent.ts'

/** Of an IPv4 and an IPv6 address in a reply (RFC 1928, section 5); a name tells its own. */
const addressLengths: Readonly<Record<number, number>> = { 1: 4, 4: 16 }

/**
 * A connection to host:port through a SOCKS5 proxy (RFC 1928, password login RFC 1929); the proxy resolves the name.
 */
export async function dialSocks(proxy: URL, { host, port, signal }: Dial): Promise<Socket> {
  const socket = connect({ host: proxy.hostname.replace(/^\[|\]$/g, ''), port: portOf(proxy) })
  const stop = (): void => void socket.destroy(new Error('stopped'))
  signal.addEventListener('abort', stop, { once: true })
  const fail = (why: string): never => {
    socket.destroy()
    throw new ProxyError(proxy, `: ${why}`)
  }
  try {
    const password = proxy.username !== ''
    socket.write(Uint8Array.of(5, 1, password ? 2 : 0))
    const [version, method] = await take(socket, 2)
    if (version !== 5 || method === 0xff) fail('does not accept this login')
    if (method === 2) {
      socket.write(
        Buffer.concat([
          Uint8Array.of(1),
          counted(percentDecoded(proxy.username)),
          counted(percentDecoded(proxy.password)),
        ]),
      )
      const [, status] = await take(socket, 2)
      if (status !== 0) fail('rejected the user name and password')
    }
    socket.write(Buffer.concat([Uint8Array.of(5, 1, 0, 3), counted(host), Uint8Array.of(port >> 8, port & 0xff)]))
    const [, reply, , kind] = await take(socket, 4)
    if (reply !== 0) fail(replies[reply ?? 0] ?? `refused (${reply})`)
    const length = addressLengths[kind ?? 0] ?? (await take(socket, 1))[0] ?? 0
    await take(socket, length + 2)
    return socket
  } catch (error) {
    return fail(error instanceof Error ? error.message.replace(/^the proxy [^ ]+: /, '') : 'failed')
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

const replies: Readonly<Record<number, string>> = {
  1: 'general failure',
  2: 'connection not allowed by its rules',
  3: 'network unreachable',
  4: 'host unreachable',
  5: 'connection refused',
  6: 'time to live expired',
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Uint8Array.of(bytes.length), bytes])
}

/** Exactly `count` bytes; what came beyond them stays in the socket for its next reader. */
function take(socket: Socket, count: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const onReadable = (): void => {
      const bytes: Buffer | null = socket.read(count)
      if (bytes !== null) done(() => resolve(bytes))
    }
    const onEnd = (): void => done(() => reject(new Error('closed the connection')))
    const onError = (error: Error): void => done(() => reject(error))
    function done(settle: () => void): void {
      socket.off('readable', onReadable).off('end', onEnd).off('close', onEnd).off('error', onError)
      settle()
    }
    socket.on('readable', onReadable).on('end', onEnd).on('close', onEnd).on('error', onError)
    onReadable()
  })
}
