import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { RECURSION_DESIRED, encode } from 'dns-packet'

/** What one line counts; plain numbers, because each of some 30,000 queries a second passes here. */
export interface LineCounts {
  sent: number
  /** Answered in time with anything but SERVFAIL or REFUSED: NXDOMAIN is a server that works. */
  answered: number
  refused: number
  /** No answer within the timeout. */
  lost: number
  /** Answers after the timeout, twice, or to nothing that was asked: never counted as answered. */
  strays: number
}

export interface LoadLine {
  readonly counts: LineCounts
  /** Queries that wait for an answer. */
  readonly waiting: () => number
  /** Sends one query unless all slots wait; false then. */
  readonly ask: (now: number) => boolean
  /** Gives up queries older than the timeout. */
  readonly expire: (now: number) => void
  readonly close: () => void
}

/**
 * An ID is a slot and how often the slot was used: an answer that comes after its slot was given up matches no more.
 */
const slotBits = 10
const mostSlots = 1 << slotBits
const header = 12

/**
 * One connected UDP socket that keeps up to `slots` queries under way. dns-packet, a closure, a timer and a Promise for
 * each query (exchange.ts) cost five times what the kernel does, so that the client would be measured and not the
 * server: here each slot owns a query built beforehand of which only the ID changes (libuv may still hold the bytes of
 * another slot's query), and an answer is matched by socket, ID and question without being decoded.
 */
export async function loadLine(
  server: { readonly ip: string; readonly port: number },
  { name, slots, timeoutMs }: { readonly name: string; readonly slots: number; readonly timeoutMs: number },
  onAnswer: (ms: number, now: number) => void,
): Promise<LoadLine> {
  const size = Math.min(slots, mostSlots)
  const queries = Array.from({ length: size }, () => queryFor(name))
  const sentAt = new Float64Array(size)
  const uses = new Uint8Array(size)
  const free = Uint16Array.from({ length: size }, (_, i) => size - 1 - i)
  let freeCount = size
  const counts: LineCounts = { sent: 0, answered: 0, refused: 0, lost: 0, strays: 0 }
  const socket = await connected(server.ip, server.port)

  const release = (slot: number): void => {
    sentAt[slot] = 0
    free[freeCount++] = slot
  }
  socket.on('message', (answer) => {
    const slot =
      answer.length < header ? size : (((answer[0] as number) << 8) | (answer[1] as number)) & (mostSlots - 1)
    const query = queries[slot]
    const started = sentAt[slot]
    if (query === undefined || started === undefined || started === 0 || !answers(query, answer)) {
      counts.strays++
      return
    }
    release(slot)
    const rcode = (answer[3] as number) & 15
    if (rcode === 2 || rcode === 5) counts.refused++
    else counts.answered++
    const now = performance.now()
    onAnswer(now - started, now)
  })
  // A refused packet (ICMP) is a query that gets no answer: it runs into its timeout.
  socket.on('error', () => {})
  return {
    counts,
    waiting: () => size - freeCount,
    ask(now) {
      if (freeCount === 0) return false
      const slot = free[--freeCount] as number
      const query = queries[slot] as Buffer
      const use = (uses[slot] = ((uses[slot] as number) + 1) & 63)
      const id = (use << slotBits) | slot
      query[0] = id >> 8
      query[1] = id & 255
      sentAt[slot] = now
      counts.sent++
      socket.send(query)
      return true
    },
    expire(now) {
      for (let slot = 0; slot < size; slot++) {
        const started = sentAt[slot] as number
        if (started === 0 || now - started < timeoutMs) continue
        counts.lost++
        release(slot)
      }
    },
    close: () => socket.close(),
  }
}

function queryFor(name: string): Buffer {
  return encode({ id: 0, type: 'query', flags: RECURSION_DESIRED, questions: [{ type: 'A', name, class: 'IN' }] })
}

/** A response with this query's ID and question; names compare without case (RFC 4343). */
export function answers(query: Uint8Array, answer: Uint8Array): boolean {
  if (answer.length < query.length || ((answer[2] as number) & 0x80) === 0) return false
  if (answer[0] !== query[0] || answer[1] !== query[1] || answer[4] !== 0 || answer[5] !== 1) return false
  for (let i = header; i < query.length; i++) {
    if (answer[i] !== query[i] && lower(answer[i] as number) !== lower(query[i] as number)) return false
  }
  return true
}

function lower(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte + 32 : byte
}

function connected(ip: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // Room for a burst of answers while this process waits for its turn on the CPU.
    const socket = createSocket({
      type: isIPv6(ip) ? 'udp6' : 'udp4',
      recvBufferSize: 1 << 20,
      sendBufferSize: 1 << 20,
    })
    socket.once('error', reject)
    socket.bind({ port: 0, exclusive: true }, () =>
      socket.connect(port, ip, () => {
        socket.off('error', reject)
        resolve(socket)
      }),
    )
  })
}
