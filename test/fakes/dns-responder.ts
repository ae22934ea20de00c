/** A DNS server on 127.0.0.1 for tests, over UDP and TCP, that can fail in the ways that servers and networks do. */
import { createSocket, type Socket } from 'node:dgram'
import { createServer, type Server } from 'node:net'
import { decode, encode, type DecodedPacket } from 'dns-packet'

export type Behaviour =
  | 'answer'
  | 'silent'
  | 'truncated'
  | 'servfail'
  | 'nxdomain'
  | 'refused'
  | 'foreign-id'
  | 'foreign-name'
  | 'foreign-type'
  /** The question as it was asked, and records of another name. */
  | 'foreign-owner'

export interface Responder {
  readonly port: number
  /** Every query seen, with the source port that it came from. */
  readonly queries: {
    readonly type: string
    readonly name: string
    readonly id: number
    readonly from: number
    readonly transport: 'udp' | 'tcp'
  }[]
  readonly close: () => Promise<void>
}

const rcodes: Readonly<Partial<Record<Behaviour, number>>> = { servfail: 2, nxdomain: 3, refused: 5 }

/** `behave` is asked for each query; `nth` counts the queries with that ID, from 1. */
export async function dnsResponder(
  behave: (query: {
    readonly type: string
    readonly name: string
    readonly nth: number
    readonly transport: 'udp' | 'tcp'
  }) => Behaviour,
): Promise<Responder> {
  const queries: Responder['queries'][number][] = []
  const { udp, tcp, port } = await bothOnOnePort()

  const reply = (bytes: Buffer, from: number, transport: 'udp' | 'tcp'): Buffer | null => {
    const query = decode(bytes)
    const type = query.questions[0]?.type ?? ''
    queries.push({ type, name: query.questions[0]?.name ?? '', id: query.id, from, transport })
    const nth = queries.filter((it) => it.id === query.id && it.type === type).length
    return answer(query, behave({ type, name: query.questions[0]?.name ?? '', nth, transport }))
  }
  udp.on('message', (bytes, peer) => {
    const answered = reply(bytes, peer.port, 'udp')
    if (answered !== null) udp.send(answered, peer.port, peer.address)
  })
  tcp.on('connection', (socket) => {
    let pending = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk])
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const answered = reply(pending.subarray(2, 2 + pending.readUInt16BE(0)), socket.remotePort ?? 0, 'tcp')
        pending = pending.subarray(2 + pending.readUInt16BE(0))
        if (answered === null) continue
        const length = Buffer.alloc(2)
        length.writeUInt16BE(answered.length)
        socket.write(length)
        socket.write(answered)
      }
    })
  })
  return {
    port,
    queries,
    close: async () =>
      void (await Promise.all([
        new Promise((resolve) => udp.close(() => resolve(null))),
        new Promise((resolve) => tcp.close(resolve)),
      ])),
  }
}

/** A port that is free for UDP may be taken for TCP: then another one. */
async function bothOnOnePort(): Promise<{ readonly udp: Socket; readonly tcp: Server; readonly port: number }> {
  for (;;) {
    const udp = createSocket('udp4')
    await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
    const { port } = udp.address()
    const tcp = createServer()
    const free = await new Promise<boolean>((resolve) =>
      tcp.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true)),
    )
    if (free) return { udp, tcp, port }
    udp.close()
  }
}

function answer(query: DecodedPacket, behaviour: Behaviour): Buffer | null {
  const question = query.questions[0]
  if (behaviour === 'silent' || question === undefined) return null
  const full = behaviour === 'answer' || behaviour.startsWith('foreign-')
  const other = question.type === 'SRV' ? { port: 80, target: 'a.test' } : '2001:db8::1'
  const data = question.type === 'A' ? '192.0.2.1' : other
  return encode({
    id: behaviour === 'foreign-id' ? query.id ^ 1 : query.id,
    type: 'response',
    flags: (rcodes[behaviour] ?? 0) | (behaviour === 'truncated' ? 0x0200 : 0),
    questions: [{ ...question, name: behaviour === 'foreign-name' ? 'other.test' : question.name }],
    answers: full
      ? [
          behaviour === 'foreign-type'
            ? { type: 'TXT', name: question.name, ttl: 5, data: 'text' }
            : { type: question.type, name: behaviour === 'foreign-owner' ? 'other.test' : question.name, ttl: 5, data },
        ]
      : [],
  })
}
