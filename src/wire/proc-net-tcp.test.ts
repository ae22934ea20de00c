import { expect, test } from 'vitest'
import { isLoopback } from './ip-family.ts'
import { listenersIn, socketsIn } from './proc-net-tcp.ts'

test.each([
  ['0100007F:1F90', '127.0.0.1', 8080, true],
  ['7F000001:1F90', '127.0.0.1', 8080, true],
  ['00000000:0050', '0.0.0.0', 80, false],
  ['0502120A:270F', '10.18.2.5', 9999, false],
  ['00000000000000000000000000000000:1F90', '::', 8080, false],
  ['00000000000000000000000001000000:1F90', '::1', 8080, true],
  ['0000000000000000FFFF00000100007F:1F90', '127.0.0.1', 8080, true],
  ['B80D01200000000000000000010000FF:0035', '2001:db8:0:0:0:0:ff00:1', 53, false],
] as const)('%s', (line, ip, port, loopback) => {
  const [it] = listenersIn(`noise\n${line}\n${line}\n`)
  // A line for each socket.
  expect(it).toEqual({ ip, port, sockets: 2 })
  expect(it !== undefined && isLoopback(it.ip)).toBe(loopback)
})

test('what is no address is left out, and a list ends', () => {
  expect(listenersIn('')).toEqual([])
  expect(listenersIn('0100007F\nXX00007F:1F90\n0100007F:1F9')).toEqual([])
  const many = Array.from({ length: 1000 }, (_, i) => `00000000:${(i + 1).toString(16).toUpperCase().padStart(4, '0')}`)
  expect(listenersIn(many.join('\n'))).toHaveLength(200)
})

const end = '0902020A:1F90'
const client = '0802020A:C2E8'
const none = { at: null, range: null, connecting: [], unacknowledged: [], queues: [], unaccepted: [], crowds: [] }

test('sockets of a pod, by the lines of the script', () => {
  const text = [
    'at 1234.56',
    'range 40000 40003',
    `s ${client} ${end} 00000002 000000C8`,
    `s ${client} ${end} 00000000 00000046`,
    `u ${client} ${end} 00000005`,
    'q 00000000:1F90 0000000B',
    `a ${end} ${client}`,
    `c ${end} 3`,
    `p 0802020A:9C40 0000000000000000FFFF00000902020A:1F90`,
    `p 0802020A:1F90 ${end}`,
    'p',
  ].join('\n')
  const [local, peer] = [
    { ip: '10.2.2.8', port: 49_896 },
    { ip: '10.2.2.9', port: 8080 },
  ]
  expect(socketsIn(text)).toEqual({
    at: 1234.56,
    range: { from: 40_000, to: 40_003 },
    connecting: [
      { local, peer, ms: 2000 },
      { local, peer, ms: 300 },
    ],
    unacknowledged: [{ local, peer, again: 5 }],
    queues: [{ local: { ip: '0.0.0.0', port: 8080 }, waits: 11 }],
    unaccepted: [{ local: peer, peer: local }],
    // Of IPv4 in an IPv6 socket, too; what leaves by another port is no client.
    crowds: [{ peer, sockets: 4 }],
    isCut: false,
  })
})

test.each([
  ['nothing', ''],
  ['no range', 'range 9 1\nrange a b\nrange 0 5'],
  ['no end', 's 0802020A:C2E8 0902020A 00000001 00000001\nq XX00007F:1F90 00000001'],
  ['no number', `c ${end} 1F\ns ${client} ${end} x y\nu ${client} ${end}\nq ${end} `],
  ['a line without end', `s ${client} ${end} 00000001 ${'0'.repeat(500)}`],
])('%s is left out', (_, text) => {
  expect(socketsIn(text)).toEqual({ ...none, isCut: false })
})

test('what was cut off is told, and no list has more than is looked at', () => {
  expect(socketsIn('more')).toEqual({ ...none, isCut: true })
  expect(socketsIn('failed').isCut).toBe(true)
  expect(socketsIn(`a ${end} ${client}\n`.repeat(5000)).unaccepted).toHaveLength(200)
})
