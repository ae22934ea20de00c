// conntrack-filler.ts ADDRESS FLOWS_PER_SECOND SECONDS: UDP packets, each from and to another pair of ports, so that
// each is a new flow. Nobody answers, so conntrack keeps each for 30 s. Runs inside a node's network; bounded in rate
// and in time.
import { createSocket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'

const [address = '', rate = '0', seconds = '0'] = process.argv.slice(2)
const TICK_MS = 20
const PORTS = 20_000

const sockets = Array.from({ length: 40 }, () => createSocket('udp4'))
await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.bind(0, resolve))))
for (const socket of sockets) socket.on('error', () => {})
const end = performance.now() + Number(seconds) * 1000
let sent = 0
for (let owed = 0; performance.now() < end; owed += (Number(rate) * TICK_MS) / 1000) {
  for (; owed >= 1; owed--, sent++)
    sockets[sent % sockets.length]?.send('x', 30_000 + (sent % PORTS), address, () => {})
  await sleep(TICK_MS)
}
for (const socket of sockets) socket.close()
