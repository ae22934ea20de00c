import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Line } from './exchange.ts'

/**
 * A fresh UDP socket, so a fresh source port and no conntrack entry yet: the race needs that. It is bound before it is
 * used (an autobind raced by two sends can leave with source port 0) and connected, so that the kernel drops answers
 * from other addresses, hands over ICMP errors, and `send` is a system call there and then: two calls in a row put
 * both packets on the wire within tens of microseconds.
 */
export function udpLine(ip: string, port: number): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(ip) ? 'udp6' : 'udp4')
    const line: Line & { onMessage: Line['onMessage']; onRefusal: Line['onRefusal'] } = {
      send: (bytes) => socket.send(bytes, (error) => error !== null && line.onRefusal()),
      onMessage: () => {},
      onRefusal: () => {},
      close: () => socket.close(),
    }
    socket.on('message', (bytes) => line.onMessage(bytes))
    socket.once('error', (error) => {
      reject(error)
      line.onRefusal()
    })
    socket.on('error', () => line.onRefusal())
    socket.bind({ port: 0, exclusive: true }, () => socket.connect(port, ip, () => resolve(line)))
  })
}
