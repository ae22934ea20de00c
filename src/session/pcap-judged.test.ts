import { writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dnsAnswer, dnsQuery, type Frame, icmpError, pcapngOf, pcapOf, tcp, udp } from '../../test/build/packets.ts'
import { diagnosePcap } from './pcap.ts'

const folder = await mkdtemp(join(tmpdir(), 'hopscope-'))

async function signsOf(frames: readonly Frame[]): Promise<readonly string[]> {
  const file = join(folder, 'one.pcap')
  writeFileSync(file, pcapOf(frames))
  const { capture } = await diagnosePcap({ files: [file] })
  return capture.points.flatMap((it) => it.signs.map(({ kind }) => kind))
}

const client = { from: '10.0.0.1', sport: 4000, dport: 53 }

test('an answer comes from elsewhere only if nobody asked there: whoever asks again asks another, too', async () => {
  const servers = fc.array(fc.integer({ min: 2, max: 6 }), { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(servers, fc.integer({ min: 2, max: 7 }), async (asked, answers) => {
      const frames = asked.map((it, n) => ({
        at: 1 + n * 2500,
        ip: udp({ ...client, to: `10.0.0.${it}`, ipId: n + 1, payload: dnsQuery(7, 'cart.shop') }),
      }))
      const answer = udp({
        from: `10.0.0.${answers}`,
        to: client.from,
        sport: 53,
        dport: 4000,
        ipId: 99,
        payload: dnsAnswer(7, 'cart.shop'),
      })
      const signs = await signsOf([...frames, { at: asked.length * 2500, ip: answer }])
      const isAsked = asked.includes(answers)
      if (isAsked) expect(signs).not.toContain('answer-from-elsewhere')
      else if (new Set(asked).size <= 2) expect(signs).toContain('answer-from-elsewhere')
    }),
    { numRuns: 60 },
  )
})

const forth = { from: '10.0.0.1', to: '10.0.0.2', sport: 4000, dport: 80 }
const back = { from: '10.0.0.2', to: '10.0.0.1', sport: 80, dport: 4000 }
const said = Buffer.from('hello')

test.each([
  ['the client asked and was done, and got no byte', { asks: true, answers: false, closes: false }, true],
  ['it asked nothing: a probe of the port', { asks: false, answers: false, closes: false }, false],
  ['it got an answer', { asks: true, answers: true, closes: false }, false],
  ['the server had said that it is done', { asks: true, answers: false, closes: true }, false],
])('a reset after the FIN of the client: %s', async (_, { asks, answers, closes }, isBad) => {
  const end = asks ? 6 : 1
  const ips = [
    tcp({ ...forth, flags: 'S', seq: 0, ipId: 1 }),
    tcp({ ...back, flags: 'SA', seq: 0, ack: 1, ipId: 1 }),
    tcp({ ...forth, flags: 'A', seq: 1, ack: 1, ipId: 2 }),
    ...(asks ? [tcp({ ...forth, flags: 'PA', seq: 1, ack: 1, ipId: 3, payload: said })] : []),
    ...(answers ? [tcp({ ...back, flags: 'PA', seq: 1, ack: end, ipId: 2, payload: said })] : []),
    tcp({ ...forth, flags: 'FA', seq: end, ack: 1, ipId: 4 }),
    ...(closes ? [tcp({ ...back, flags: 'FA', seq: 1, ack: end + 1, ipId: 3 })] : []),
    tcp({ ...back, flags: 'RA', seq: 1, ack: end + 1, ipId: 4 }),
  ]
  const signs = await signsOf(ips.map((ip, n) => ({ at: n + 1, ip })))
  expect(signs.includes('reset')).toBe(isBad)
})

test.each([
  ['as the rest of the server', { ttl: 62 }, 'by the server before any answer'],
  ['one hop nearer', { ttl: 63 }, "in the server's name, with TTL 63 in place of 62, before any answer"],
  ['as a firewall does', { ttl: 255 }, "in the server's name, with TTL 255 in place of 62, before any answer"],
  ['over IPv6', { ttl: 63, v6: true }, "in the server's name, with TTL 63 in place of 62, before any answer"],
  ['the client', { ttl: 60, byClient: true }, "in the client's name, with TTL 60 in place of 64, before any answer"],
] as const)('who sent a reset, told by its TTL: %s', async (_, it, expected) => {
  const { ttl, v6, byClient }: { readonly ttl: number; readonly v6?: true; readonly byClient?: true } = it
  const ends = v6 === true ? { from: 'fd00::1', to: 'fd00::2' } : {}
  const to = { ...forth, ...ends, ttl: 64 }
  const fro = { ...back, ...(v6 === true ? { from: 'fd00::2', to: 'fd00::1' } : {}), ttl: 62 }
  const ips = [
    tcp({ ...to, flags: 'S', seq: 0, ipId: 1 }),
    tcp({ ...fro, flags: 'SA', seq: 0, ack: 1, ipId: 1 }),
    tcp({ ...to, flags: 'A', seq: 1, ack: 1, ipId: 2 }),
    tcp({ ...to, flags: 'PA', seq: 1, ack: 1, ipId: 3, payload: said }),
    byClient === true ? tcp({ ...to, flags: 'R', seq: 6, ttl }) : tcp({ ...fro, flags: 'R', seq: 1, ttl }),
  ]
  const file = join(folder, 'ttl.pcap')
  writeFileSync(file, pcapOf(ips.map((ip, n) => ({ at: n + 1, ip }))))
  const { capture } = await diagnosePcap({ files: [file] })
  const resets = capture.points.flatMap(({ signs }) => signs.filter(({ kind }) => kind === 'reset'))
  expect(resets.map(({ detail }) => detail)).toStrictEqual([expected])
})

const answer = Buffer.from('HTTP/1.1 200 OK\r\n\r\n')
const open = [
  { at: 1, ip: tcp({ ...forth, flags: 'S', seq: 0, ipId: 1 }) },
  { at: 2, ip: tcp({ ...back, flags: 'SA', seq: 0, ack: 1, ipId: 1 }) },
  { at: 3, ip: tcp({ ...forth, flags: 'A', seq: 1, ack: 1, ipId: 2 }) },
]
const ask = (at: number, ipId: number, seq: number, ack = 1) => ({
  at,
  ip: tcp({ ...forth, flags: 'PA', seq, ack, ipId, payload: said }),
})
const answers = { at: 5, ip: tcp({ ...back, flags: 'PA', seq: 1, ack: 6, ipId: 2, payload: answer }) }
const got = { at: 6, ip: tcp({ ...forth, flags: 'A', seq: 6, ack: 1 + answer.length, ipId: 4 }) }
const rst = (by: typeof forth, at: number, seq: number) => ({ at, ip: tcp({ ...by, flags: 'R', seq, ipId: 90 }) })
const ends = (at: number, ack: number) => ({
  at,
  ip: tcp({ ...back, flags: 'FA', seq: 1 + answer.length, ack, ipId: 5 }),
})
const after = 1 + answer.length

test.each<readonly [string, readonly Frame[], readonly string[]]>([
  ['a client that only opened', [...open, rst(forth, 5, 1)], []],
  ['a client that waited, and had not asked', [...open, rst(forth, 5000, 1)], ['by the client before any answer']],
  ['a client that has its answer', [...open, ask(4, 3, 1), answers, got, rst(forth, 7, 6)], []],
  [
    'a client that has a part of what was sent',
    [...open, ask(4, 3, 1), answers, rst(forth, 7, 6)],
    ['by the client after an answer, or a part of one'],
  ],
  [
    'a client that waits for the next',
    [...open, ask(4, 3, 1), answers, got, ask(8, 5, 6, after), rst(forth, 9, 11)],
    ['by the client before an answer to the last request'],
  ],
  [
    'a server that has forgotten an idle connection',
    [...open, ask(4, 3, 1), answers, got, ask(60_000, 5, 6, after), rst(back, 60_001, after)],
    ['by the server before an answer to the last request, on a connection that had been idle'],
  ],
  [
    'a request that crosses the goodbye, seen at the client',
    [...open, ask(4, 3, 1), answers, got, ask(60_000, 5, 6, after), ends(60_000.1, 6), rst(back, 60_001, after + 1)],
    ['by the server for a request that crossed its goodbye'],
  ],
  [
    'the same, seen at the server',
    [...open, ask(4, 3, 1), answers, got, ends(60_000, 6), ask(60_000.1, 5, 6, after), rst(back, 60_001, after + 1)],
    ['by the server for a request that crossed its goodbye'],
  ],
])('a reset of %s', async (_, frames, expected) => {
  const file = join(folder, 'resets.pcap')
  writeFileSync(file, pcapOf(frames))
  const { capture } = await diagnosePcap({ files: [file] })
  const found = capture.points.flatMap((it) => it.signs.filter(({ kind }) => kind === 'reset'))
  expect(found.map(({ detail }) => detail)).toStrictEqual(expected)
})

test.each<readonly [string, readonly Frame[], readonly string[]]>([
  [
    'and a new SYN opens',
    [
      { at: 1, ip: tcp({ ...forth, flags: 'S', seq: 100, ipId: 1 }) },
      { at: 2, ip: tcp({ ...back, flags: 'A', seq: 5000, ack: 7000, ipId: 1 }) },
      { at: 3, ip: tcp({ ...forth, flags: 'R', seq: 7000, ipId: 2 }) },
      { at: 1003, ip: tcp({ ...forth, flags: 'S', seq: 100, ipId: 3 }) },
      { at: 1004, ip: tcp({ ...back, flags: 'SA', seq: 0, ack: 101, ipId: 2 }) },
      { at: 1005, ip: tcp({ ...forth, flags: 'A', seq: 101, ack: 1, ipId: 4 }) },
    ],
    ['handshake-late: answered at first by an ACK of another connection'],
  ],
  [
    'and nothing else',
    [
      { at: 1, ip: tcp({ ...forth, flags: 'S', seq: 100, ipId: 1 }) },
      { at: 2, ip: tcp({ ...back, flags: 'A', seq: 5000, ack: 7000, ipId: 1 }) },
      { at: 3, ip: tcp({ ...forth, flags: 'R', seq: 7000, ipId: 2 }) },
      { at: 1003, ip: tcp({ ...forth, flags: 'S', seq: 100, ipId: 3 }) },
      { at: 1004, ip: tcp({ ...back, flags: 'A', seq: 5000, ack: 7000, ipId: 1 }) },
    ],
    ['connect-unanswered: answered by an ACK of another connection'],
  ],
])('a SYN that is answered by an ACK of an older connection, %s', async (_, frames, expected) => {
  const file = join(folder, 'challenge.pcap')
  writeFileSync(file, pcapOf(frames))
  const { capture } = await diagnosePcap({ files: [file] })
  const found = capture.points.flatMap((it) => it.signs.map(({ kind, detail }) => `${kind}: ${detail}`))
  expect(found).toStrictEqual(expected)
})

test('each request of HTTP/1 is timed, not the first alone', async () => {
  const get = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  const next = 1 + get.length
  const frames: readonly Frame[] = [
    ...open,
    { at: 4, ip: tcp({ ...forth, flags: 'PA', seq: 1, ack: 1, ipId: 3, payload: get }) },
    { at: 5, ip: tcp({ ...back, flags: 'PA', seq: 1, ack: next, ipId: 2, payload: answer }) },
    { at: 9, ip: tcp({ ...forth, flags: 'PA', seq: next, ack: after, ipId: 4, payload: get }) },
    { at: 5009, ip: tcp({ ...back, flags: 'PA', seq: after, ack: next + get.length, ipId: 3, payload: answer }) },
  ]
  const file = join(folder, 'turns.pcap')
  writeFileSync(file, pcapOf(frames))
  const { capture } = await diagnosePcap({ files: [file] })
  const found = capture.points.flatMap((it) => it.signs.map(({ kind, ms }) => `${kind} ${ms}`))
  expect(found).toStrictEqual(['first-byte-late 5000'])
  expect(capture.points[0]?.times.firstByte?.count).toBe(2)
})

test.each([
  ['refused by RST where it was seen last: not lost', 'rst', 0],
  ['rejected by ICMP where it was seen last: not lost', 'icmp', 0],
  ['never answered: lost', null, 1],
  ['never answered, and another one was: lost', 'icmp of another', 1],
])('a SYN that the next point never saw, %s', async (_, answer, lost) => {
  const common = Array.from({ length: 5 }, (_it, n) => ({
    at: n,
    ip: tcp({ ...forth, sport: 5000 + n, flags: 'S', seq: 9, ipId: n + 50 }),
  }))
  const syn = { at: 10, ip: tcp({ ...forth, flags: 'S', seq: 7, ipId: 1 }) }
  const other = tcp({ ...forth, flags: 'S', seq: 70, ipId: 2 })
  const error = (about: Uint8Array): Buffer => icmpError('10.0.0.9', forth.from, [3, 3], about)
  const answers: Readonly<Record<string, Buffer>> = {
    rst: tcp({ ...back, flags: 'RA', seq: 0, ack: 8, ipId: 1 }),
    icmp: error(syn.ip),
    'icmp of another': error(other),
  }
  const ip = answer === null ? undefined : answers[answer]
  const last = { at: 9000, ip: tcp({ ...forth, sport: 6000, flags: 'S', seq: 9, ipId: 99 }) }
  const file = join(folder, 'two.pcapng')
  const pod = { name: 'pod', frames: [...common, syn, ...(ip === undefined ? [] : [{ at: 11, ip }]), last] }
  writeFileSync(file, pcapngOf([pod, { name: 'uplink', frames: [...common, last] }]))
  const { capture } = await diagnosePcap({ files: [file] })
  // What comes after an ICMP error is compared like all the rest.
  expect(capture.comparisons[0]).toMatchObject({ cannotTell: null, common: 6 })
  expect(capture.comparisons[0]?.gone.reduce((sum, it) => sum + it.count, 0)).toBe(lost)
})

test.each([
  ['it saw what the client asked: lost', true, { gone: 2, cannotTell: null }],
  ['it saw nothing but SYNs: its filter may keep data out', false, { gone: 0, cannotTell: 'filter' }],
])('large segments that one point sent twice and the other never saw: %s', async (_, asks, expected) => {
  const opening = [
    { at: 1, ip: tcp({ ...forth, flags: 'S', seq: 0, ipId: 1 }) },
    { at: 2, ip: tcp({ ...back, flags: 'SA', seq: 4999, ack: 1, ipId: 1 }) },
  ]
  const request = { at: 3, ip: tcp({ ...forth, flags: 'PA', seq: 1, ack: 5000, ipId: 3, payload: said }) }
  const large = [4, 400].map((at) => ({
    at,
    ip: tcp({ ...back, flags: 'PA', seq: 5000, ack: 6, ipId: at, payload: Buffer.alloc(1448, 'x') }),
  }))
  const last = { at: 9000, ip: tcp({ ...forth, sport: 6000, flags: 'S', seq: 9, ipId: 99 }) }
  const file = join(folder, 'large.pcapng')
  writeFileSync(
    file,
    pcapngOf([
      { name: 'client', frames: [...opening, ...(asks ? [request] : []), last] },
      { name: 'server', frames: [...opening, request, ...large, last] },
    ]),
  )
  const { capture, diagnosis } = await diagnosePcap({ files: [file] })
  const [comparison] = capture.comparisons
  expect({
    gone: comparison?.gone.reduce((sum, it) => sum + it.count, 0),
    cannotTell: comparison?.cannotTell,
  }).toEqual(expected)
  expect(diagnosis.results.find((it) => it.check.code === 'PKT731')?.verdict).not.toBe('ok')
})

test('copies of segments at other interfaces are none that were sent again, in whatever order', async () => {
  const get = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  const parts = Array.from({ length: 20 }, (_, n) => ({ seq: 1 + n * 1000, ipId: 100 + n }))
  const one: readonly Frame[] = [
    ...open,
    { at: 4, ip: tcp({ ...forth, flags: 'PA', seq: 1, ack: 1, ipId: 3, payload: get }) },
    ...parts.map(({ seq, ipId }, n) => ({
      at: 5 + n / 100,
      ip: tcp({ ...back, flags: 'A', seq, ack: 1 + get.length, ipId, payload: Buffer.alloc(1000, 65) }),
    })),
  ]
  const shift = async (by: number): Promise<readonly string[]> => {
    const copies = one.map((it) => ({ ...it, at: it.at + by }))
    const file = join(folder, 'copies.pcapng')
    writeFileSync(
      file,
      pcapOf(
        [...one.map((it) => ({ ...it, device: 2 })), ...copies.map((it) => ({ ...it, device: 7 }))].toSorted(
          (a, b) => a.at - b.at,
        ),
        { link: 276 },
      ),
    )
    const { capture } = await diagnosePcap({ files: [file] })
    return capture.points.flatMap((it) => it.signs.map(({ kind }) => kind))
  }
  for (const by of [0.001, 0.015, 0.1, 0.5]) expect(await shift(by)).toEqual([])
})

test('what no sign is looked for in is counted, and a refusal of UDP is told', async () => {
  const file = join(folder, 'others.pcap')
  const sent = { from: '10.0.0.1', to: '10.0.0.2', sport: 40_000, dport: 8125, payload: Buffer.from('a:1|c') }
  const asked = udp({ ...sent, ipId: 1 })
  writeFileSync(
    file,
    pcapOf([
      { at: 1, ip: asked },
      { at: 2, ip: icmpError('10.0.0.2', '10.0.0.1', [3, 3], asked) },
      // A client that has gone is told of by its own port; so is a step of traceroute.
      { at: 3, ip: icmpError('10.0.0.1', '10.0.0.2', [3, 3], udp({ ...sent, sport: 8125, dport: 40_000, ipId: 2 })) },
      { at: 4, ip: icmpError('10.0.0.2', '10.0.0.1', [3, 3], udp({ ...sent, sport: 50_000, dport: 33_434, ipId: 3 })) },
    ]),
  )
  const { capture } = await diagnosePcap({ files: [file] })
  const [point] = capture.points
  expect(point?.others).toEqual({ udp: 1, icmp: 0, sctp: 0, otherIp: 0, noIp: 0 })
  expect(point?.signs.map(({ kind, port, detail }) => `${kind} ${port} ${detail}`)).toEqual([
    'rejected 8125 port unreachable (UDP)',
  ])
})

test.each([
  ['kept', 262_144, 'ok'],
  ['cut short', 54, 'cannot-tell'],
])('whether an answer is an error is not known of what was %s', async (_, snaplen, expected) => {
  const file = join(folder, 'snaplen.pcap')
  const get = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  const frames: readonly Frame[] = [
    ...open,
    { at: 4, ip: tcp({ ...forth, flags: 'PA', seq: 1, ack: 1, ipId: 3, payload: get }) },
    { at: 5, ip: tcp({ ...back, flags: 'PA', seq: 1, ack: 1 + get.length, ipId: 2, payload: answer }) },
  ]
  writeFileSync(file, pcapOf(frames, { snaplen }))
  const { diagnosis } = await diagnosePcap({ files: [file] })
  const verdicts = new Map(diagnosis.results.map((it) => [it.check.code, it.verdict]))
  expect([verdicts.get('PKT721'), verdicts.get('PKT722')]).toEqual([expected, expected])
})
