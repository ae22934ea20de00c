import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { encode } from 'dns-packet'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { answers, loadLine, type LoadLine } from './load-line.ts'

const name = 'kubernetes.default.svc.cluster.local'
let server: Socket | null = null
let line: LoadLine | null = null

afterEach(() => {
  line?.close()
  server?.close()
  line = server = null
})

/** A server that does with each query what `behave` says. */
async function asking(
  behave: (query: Buffer, reply: (bytes: Uint8Array) => void) => void,
  timeoutMs = 1000,
  slots = 4,
): Promise<LoadLine> {
  const udp = createSocket('udp4')
  server = udp
  udp.on('message', (query: Buffer, peer: RemoteInfo) =>
    behave(query, (bytes) => udp.send(bytes, peer.port, peer.address)),
  )
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
  line = await loadLine({ ip: '127.0.0.1', port: udp.address().port }, { name, slots, timeoutMs }, () => {})
  return line
}

function response(query: Buffer, rcode = 0): Buffer {
  const bytes = Buffer.from(query)
  bytes[2] = 0x81
  bytes[3] = 0x80 | rcode
  return bytes
}

/** However long the machine takes: packets on loopback come, and in their order. */
async function until(yes: () => boolean): Promise<void> {
  while (!yes()) await new Promise((resolve) => setTimeout(resolve, 2))
}

describe('one line of a load', () => {
  it('counts an answer once, and its duplicate as a stray', async () => {
    const one = await asking((query, reply) => {
      reply(response(query))
      reply(response(query))
    })
    one.ask(performance.now())
    await until(() => one.counts.strays > 0)
    expect(one.counts).toEqual({ sent: 1, answered: 1, refused: 0, lost: 0, strays: 1 })
    expect(one.waiting()).toBe(0)
  })

  it('does not count an answer that comes after its timeout, nor gives it to the query that has its slot now', async () => {
    const held: (() => void)[] = []
    const one = await asking((query, reply) => void held.push(() => reply(response(query))), 20, 1)
    one.ask(1000)
    await until(() => held.length === 1)
    one.expire(1019)
    expect(one.counts).toMatchObject({ answered: 0, lost: 0 })
    one.expire(1020)
    expect(one.counts).toMatchObject({ answered: 0, lost: 1 })
    one.ask(1021)
    await until(() => held.length === 2)
    held[0]?.()
    await until(() => one.counts.strays === 1)
    expect(one.counts).toMatchObject({ sent: 2, answered: 0, strays: 1 })
    held[1]?.()
    await until(() => one.counts.answered === 1)
    expect(one.counts).toMatchObject({ answered: 1, strays: 1 })
  })

  it('tells NXDOMAIN, which is an answer, from SERVFAIL and REFUSED', async () => {
    const rcodes = [3, 2, 5]
    const one = await asking((query, reply) => reply(response(query, rcodes.shift())))
    for (let i = 0; i < 3; i++) one.ask(performance.now())
    await until(() => one.counts.answered + one.counts.refused === 3)
    expect(one.counts).toMatchObject({ sent: 3, answered: 1, refused: 2 })
  })

  it('sends no more than its slots hold', async () => {
    const one = await asking(() => {})
    expect(Array.from({ length: 6 }, () => one.ask(performance.now()))).toEqual([true, true, true, true, false, false])
    expect(one.waiting()).toBe(4)
  })

  it('passes over what is no answer: another name, another ID, a query, half a message', async () => {
    const one = await asking((query, reply) => {
      const other = Buffer.from(response(query))
      other[14] = (other[14] ?? 0) ^ 1
      reply(other)
      const foreign = response(query)
      foreign[1] = (foreign[1] ?? 0) ^ 2
      reply(foreign)
      reply(query)
      reply(response(query).subarray(0, 11))
    })
    one.ask(performance.now())
    await until(() => one.counts.strays === 4)
    expect(one.counts).toMatchObject({ answered: 0, strays: 4 })
  })
})

describe('answers', () => {
  const label = fc.stringMatching(/^[a-zA-Z0-9]{1,20}$/)
  const names = fc.array(label, { minLength: 1, maxLength: 5 }).map((it) => it.join('.'))
  const ask = (of: string): Buffer =>
    encode({ id: 7, type: 'query', questions: [{ type: 'A', name: of, class: 'IN' }] })

  it("knows any server's answer to the name, in whatever case it comes", () => {
    fc.assert(
      fc.property(names, (of) => {
        const full = encode({
          id: 7,
          type: 'response',
          questions: [{ type: 'A', name: of.toUpperCase(), class: 'IN' }],
          answers: [{ type: 'A', name: of, ttl: 5, data: '192.0.2.1' }],
        })
        return answers(ask(of), full)
      }),
    )
  })

  it('knows no answer to another name', () => {
    fc.assert(
      fc.property(
        names,
        names,
        (of, other) =>
          of.toLowerCase() === other.toLowerCase() ||
          !answers(ask(of), encode({ id: 7, type: 'response', questions: [{ type: 'A', name: other, class: 'IN' }] })),
      ),
    )
  })

  it('takes any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => typeof answers(ask('a.b'), bytes) === 'boolean'))
  })
})
