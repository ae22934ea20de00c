import { writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CapturePoint, Sign } from '../model/capture.ts'
import { dnsAnswer, dnsQuery, type Frame, pcapOf, tcp, udp } from '../../test/build/packets.ts'
import { diagnosePcap } from './pcap.ts'

const folder = await mkdtemp(join(tmpdir(), 'hopscope-'))

async function pointOf(frames: readonly Frame[], link = 1): Promise<CapturePoint> {
  const file = join(folder, 'one.pcap')
  writeFileSync(file, pcapOf(frames, { link }))
  const { capture } = await diagnosePcap({ files: [file] })
  const [point] = capture.points
  if (point === undefined) throw new Error('no point')
  return point
}

const told = (signs: readonly Sign[]): readonly string[] => signs.map(({ kind, detail }) => `${kind}: ${detail}`)

const forth = { from: '10.0.0.1', to: '10.0.0.2', sport: 4000, dport: 80 }
const back = { from: '10.0.0.2', to: '10.0.0.1', sport: 80, dport: 4000 }
const get = Buffer.from('GET / HTTP/1.1\r\nHost: cart\r\n\r\n')
const asked = get.length + 1
const log = Buffer.from('<34>Oct 11 cart: said to nobody'.padEnd(get.length))

const opened: readonly Frame[] = [
  { at: 1, ip: tcp({ ...forth, flags: 'S', seq: 0, ipId: 1 }) },
  { at: 2, ip: tcp({ ...back, flags: 'SA', seq: 0, ack: 1 }) },
  { at: 3, ip: tcp({ ...forth, flags: 'A', seq: 1, ack: 1, ipId: 2 }) },
]
const says = (payload: Buffer): Frame => ({
  at: 4,
  ip: tcp({ ...forth, flags: 'PA', seq: 1, ack: 1, ipId: 3, payload }),
})
const taken: Frame = { at: 5, ip: tcp({ ...back, flags: 'A', seq: 1, ack: asked, ipId: 1 }) }
const leaves = (at: number, ack = 1): Frame => ({ at, ip: tcp({ ...forth, flags: 'FA', seq: asked, ack, ipId: 4 }) })

test.each([
  ['a request, and the client leaves after 30 s', [says(get), taken, leaves(30_000)], 'no answer when it was closed'],
  [
    'a request that waits as the capture ends',
    [says(get), taken, { ...taken, at: 20_000 }],
    'no answer when the capture ends',
  ],
  ['a client that leaves at once', [says(get), taken, leaves(300)], null],
  ['lines that are only sent', [says(log), taken, leaves(30_000)], null],
  ['an answer that came another way: the client acknowledges it', [says(get), taken, leaves(30_000, 900)], null],
] as const)('%s', async (_, frames, detail) => {
  const { signs } = await pointOf([...opened, ...frames])
  expect(told(signs)).toStrictEqual(detail === null ? [] : [`first-byte-late: ${detail}`])
})

const shuts = (at: number): Frame => ({ at, ip: tcp({ ...back, flags: 'FA', seq: 1, ack: asked, ipId: 9 }) })

test.each([
  ['the server closes in place of an answer', [says(get), taken, shuts(7)], ['closed-unanswered: closed']],
  ['and after a while', [says(get), taken, shuts(9000)], ['first-byte-late: no answer when it was closed']],
  ['the client closes first', [says(get), taken, leaves(7), shuts(9)], []],
  ['lines that are only sent', [says(log), taken, shuts(7)], []],
  ['an answer that came another way', [says(get), taken, shuts(7), leaves(9, 900)], []],
] as const)('%s', async (_, frames, expected) => {
  const { signs } = await pointOf([...opened, ...frames])
  expect(told(signs)).toStrictEqual(expected)
})

test('a SYN-ACK that is sent again, and nobody takes it', async () => {
  const [first, ...rest] = [2, 1002, 3002].map((at) => ({ at, ip: tcp({ ...back, flags: 'SA', seq: 0, ack: 1 }) }))
  const syn = opened.slice(0, 1)
  const { signs, tcp: counts } = await pointOf([...syn, ...(first === undefined ? [] : [first]), ...rest])
  expect(told(signs)).toStrictEqual(['connect-unanswered: SYN-ACK sent again'])
  expect(counts['unanswered']).toBe(1)
  const late = { at: 1003, ip: tcp({ ...forth, flags: 'A', seq: 1, ack: 1, ipId: 2 }) }
  expect((await pointOf([...syn, ...rest.slice(0, 1), late])).signs.map((it) => it.kind)).not.toContain(
    'connect-unanswered',
  )
})

test.each([
  ['sent five times and never acknowledged', 5, false, true],
  ['sent three times: too few to be gone', 3, false, false],
  ['acknowledged in the end', 5, true, false],
])('a small segment %s', async (_, times, isTaken, isGone) => {
  const sent = Array.from({ length: times }, (_it, n) => ({
    at: 4 + 200 * (2 ** n - 1),
    ip: tcp({ ...forth, flags: 'PA', seq: 1, ack: 1, ipId: 3 + n, payload: log }),
  }))
  const end = { at: 9000, ip: tcp({ ...back, flags: 'A', seq: 1, ack: log.length + 1, ipId: 7 }) }
  const { signs } = await pointOf([...opened, ...sent, ...(isTaken ? [end] : [])])
  expect(signs.some((it) => it.kind === 'went-silent')).toBe(isGone)
})

/** As some devices and all packets built by hand have it. */
const ipId = 1

test('a sender that writes one id into all packets: what it sends again is no copy of another machine', async () => {
  const lookups = Array.from({ length: 8 }, (_it, n) => {
    const ends = { from: '10.0.0.1', to: '10.0.0.10', sport: 4000 + n, dport: 53, ipId }
    const query = udp({ ...ends, payload: dnsQuery(n, 'cart.shop') })
    const answer = {
      from: ends.to,
      to: ends.from,
      sport: 53,
      dport: ends.sport,
      ipId,
      payload: dnsAnswer(n, 'cart.shop'),
    }
    return [
      { at: n * 6000, ip: query },
      { at: n * 6000 + 5000, ip: query },
      { at: n * 6000 + 5001, ip: udp(answer) },
    ]
  })
  const { clock, signs } = await pointOf(lookups.flat())
  expect(clock).toBeUndefined()
  expect(told(signs)).toContain('lookup-late: NOERROR')
})

test.each([1, 113, 276])(
  'its segments are told apart where frames name their interface, link type %i',
  async (link) => {
    const segments = Array.from({ length: 6 }, (_it, n) => ({
      at: 4 + n,
      ip: tcp({ ...forth, flags: 'PA', seq: 1 + n * log.length, ack: 1, ipId, payload: log }),
    }))
    expect((await pointOf([...opened, ...segments], link)).tcp['data']).toBe(6)
  },
)

test('one packet at two taps beside each other was not sent again', async () => {
  const all = [...opened, says(get), taken].flatMap((it) => [it, { ...it, at: it.at + 0.02 }])
  expect((await pointOf(all)).tcp['retransmissions']).toBe(0)
  const later = says(get)
  const again = { at: 230, ip: tcp({ ...forth, flags: 'PA', seq: 1, ack: 1, ipId: 9, payload: get }) }
  expect((await pointOf([...opened, later, again])).tcp['retransmissions']).toBe(1)
})

test('a frame of no length hides nothing', async () => {
  const { unread } = await pointOf([...opened, { at: 9, ip: new Uint8Array(0) }], 101)
  expect(unread).toBe(0)
})
