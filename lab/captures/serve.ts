import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { createServer as createTls } from 'node:tls'
import { setTimeout as after } from 'node:timers/promises'
import { decode, encode } from 'dns-packet'

/** The servers of the recordings, of DNS and of TCP, in one mood. Usage: serve.ts ADDRESS MOOD [ANOTHER ADDRESS] */
const [address = '127.0.0.1', mood = 'well', elsewhere = ''] = process.argv.slice(2)
const known = /^(?:cart|web|big)\.shop\.svc\.cluster\.local$/

const seen = new Map<string, number>()

/** Answered to whatever is asked. */
const moods: Readonly<Record<string, number>> = { servfail: 2, refused: 5 }

function isDropped(type: string, times: number): boolean {
  if (times > 1) return false
  return (mood === 'drops-first-aaaa' && type === 'AAAA') || (mood === 'drops-half' && seen.size % 2 === 0)
}

function answer(message: Buffer, over: 'udp' | 'tcp'): Buffer | null {
  const { id = 0, questions } = decode(message)
  const [question] = questions ?? []
  if (question === undefined || mood === 'silent') return null
  const times = (seen.get(`${id} ${question.type}`) ?? 0) + 1
  seen.set(`${id} ${question.type}`, times)
  if (isDropped(question.type, times)) return null
  const name = question.name.toLowerCase()
  const code = moods[mood] ?? (known.test(name) ? 0 : 3)
  const isCut = mood === 'truncates' && over === 'udp'
  const data = question.type === 'AAAA' ? 'fd00::7' : '10.9.9.9'
  const records = mood === 'large' ? 90 : 1
  const answers =
    code === 0 && !isCut && (question.type === 'A' || question.type === 'AAAA')
      ? Array.from({ length: records }, () => ({ type: question.type as 'A', name, ttl: 5, data }))
      : []
  return encode({ type: 'response', id, flags: 384 | code | (isCut ? 512 : 0), questions: [question], answers })
}

const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4')
const other = elsewhere === '' ? udp : createSocket('udp4')
if (elsewhere !== '') other.bind(53, elsewhere)
udp.on('message', async (message, { address: to, port }) => {
  if (mood === 'slow') await after(1500)
  const out = answer(message, 'udp')
  if (out !== null) (mood === 'elsewhere' ? other : udp).send(out, port, to)
})
udp.bind(53, address)

createServer((socket) => {
  let got = Buffer.alloc(0)
  socket
    .on('error', () => {})
    .on('data', (data: Buffer) => {
      got = Buffer.concat([got, data])
      while (got.length > 2 && got.length >= 2 + got.readUInt16BE(0)) {
        const size = got.readUInt16BE(0)
        const out = answer(got.subarray(2, 2 + size), 'tcp')
        got = got.subarray(2 + size)
        if (out !== null) socket.write(Buffer.concat([Buffer.from([out.length >> 8, out.length & 255]), out]))
      }
    })
}).listen(53, address)

createServer({ pauseOnConnect: mood === 'never-reads' }, (socket) => {
  socket.on('error', () => {})
  if (mood === 'never-reads') return
  socket.on('data', async () => {
    if (mood === 'resets') {
      socket.resetAndDestroy()
      return
    }
    if (mood === 'late') await after(1400)
    const body = 'x'.repeat(mood === 'large-page' ? 60_000 : 100)
    const status = mood === 'fails' ? '503 Service Unavailable' : '200 OK'
    socket.end(`HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  })
}).listen(80, address)

// Without a certificate every handshake ends with an alert.
createTls({}, () => {})
  .on('tlsClientError', () => {})
  .listen(443, address, () => process.stdout.write('ready\n'))
