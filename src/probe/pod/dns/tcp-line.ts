import { connect } from 'node:net'
import type { Line } from './exchange.ts'

/** DNS over one TCP connection: each message behind its length in two bytes (RFC 1035, 4.2.2). */
export function tcpLine(ip: string, port: number): Line {
  const socket = connect({ host: ip, port, noDelay: true })
  let pending = Buffer.alloc(0)
  const line: Line & { onMessage: Line['onMessage']; onRefusal: Line['onRefusal'] } = {
    send: (bytes) => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(bytes.length)
      socket.write(Buffer.concat([length, bytes]))
    },
    onMessage: () => {},
    onRefusal: () => {},
    close: () => socket.destroy(),
  }
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0)
      line.onMessage(pending.subarray(2, end))
      pending = pending.subarray(end)
    }
  })
  socket.on('error', () => line.onRefusal())
  socket.on('end', () => line.onRefusal())
  return line
}
