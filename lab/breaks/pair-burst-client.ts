// pair-burst-client.ts SERVER NAME COUNT: runs inside a pod's network. 60 pairs a second; a pair counts after 1 s.
import { createSocket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'

const RATE = 60
const [server = '', name = '', count = '0'] = process.argv.slice(2)

function question(id: number, type: number): Buffer {
  const header = Buffer.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]))
  return Buffer.concat([header, ...labels, Buffer.from([0, type >> 8, type & 255, 0, 1])])
}

async function pair(): Promise<string> {
  const socket = createSocket('udp4')
  const answered = new Set<number>()
  await new Promise<void>((resolve) => socket.connect(53, server, resolve))
  socket.on('error', () => {})
  socket.on('message', (message) => answered.add(message.readUInt16BE(0)))
  socket.send(question(1, 1))
  socket.send(question(2, 28))
  await sleep(1000)
  socket.close()
  if (answered.size === 2) return 'complete'
  if (answered.has(1)) return 'aOnly'
  return answered.has(2) ? 'aaaaOnly' : 'neither'
}

const running: Promise<string>[] = []
for (let sent = 0; sent < Number(count); sent++) {
  running.push(pair())
  await sleep(1000 / RATE)
}
const totals = { complete: 0, aOnly: 0, aaaaOnly: 0, neither: 0 }
for (const outcome of await Promise.all(running)) totals[outcome as keyof typeof totals] += 1
process.stdout.write(JSON.stringify(totals))
