import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import { dnsAnswer, dnsQuery, type Frame, pcapOf, tcp, udp } from '../../../test/build/packets.ts'
import { createPcapAnalysis } from '../../session/pcap.ts'

/** Findings that say that something was lost, or that no answer came. */
const ofLoss = /^PKT7(?:01|02|06|07|08|11|15|17|31)$/

function codesOf(bytes: Buffer): readonly string[] {
  const analysis = createPcapAnalysis({}, 'x')
  analysis.push(bytes)
  return analysis.end().diagnosis.results.flatMap((it) => (it.verdict === 'finding' ? [it.check.code] : []))
}

const framed = (message: Buffer, size: number): Buffer => {
  const its = Buffer.concat([Buffer.alloc(2), message, Buffer.alloc(Math.max(0, size - message.length))])
  its.writeUInt16BE(its.length - 2, 0)
  return its
}

const name = 'big.example.com'

/** A and AAAA over UDP, cut off by the server, asked again by TCP in one connection (resolv.conf(5), glibc). */
function askedAgain(n: number, { sizes, part }: { readonly sizes: readonly number[]; readonly part: number }): Frame[] {
  const client = { from: '10.1.0.5', to: '10.2.0.7', sport: 20_000 + n, dport: 53 }
  const server = { from: client.to, to: client.from, sport: 53, dport: client.sport }
  const types = ['A', 'AAAA'] as const
  const ids = types.map((_, index) => n * 2 + index + 1)
  let at = n * 40
  let [mine, theirs, ip] = [n * 1_000_000 + 7, n * 1_000_000 + 500_007, n * 200 + 1]
  const frames: Frame[] = []
  const send = (packet: Buffer): void => void frames.push({ at: at++, ip: packet })
  const udps = { ...client, sport: client.sport + 20_000 }
  for (const [index, type] of types.entries())
    send(udp({ ...udps, ipId: ip++, payload: dnsQuery(ids[index] ?? 0, name, type) }))
  for (const [index, type] of types.entries())
    send(
      udp({
        ...server,
        dport: udps.sport,
        ipId: ip++,
        payload: dnsAnswer(ids[index] ?? 0, name, { type, truncated: true }),
      }),
    )
  send(tcp({ ...client, ipId: ip++, flags: 'S', seq: mine }))
  send(tcp({ ...server, ipId: ip++, flags: 'SA', seq: theirs, ack: ++mine }))
  send(tcp({ ...client, ipId: ip++, flags: 'A', seq: mine, ack: ++theirs }))
  const say = (isMine: boolean, payload: Buffer): void => {
    for (let from = 0; from < payload.length; from += part) {
      const some = payload.subarray(from, from + part)
      const ends = isMine ? client : server
      const [seq, ack] = isMine ? [mine, theirs] : [theirs, mine]
      send(tcp({ ...ends, ipId: ip++, flags: 'PA', seq, ack, payload: some }))
      if (isMine) mine += some.length
      else theirs += some.length
    }
  }
  say(true, Buffer.concat(types.map((type, index) => framed(dnsQuery(ids[index] ?? 0, name, type), 0))))
  const answers = types.map((type, index) => framed(dnsAnswer(ids[index] ?? 0, name, { type }), sizes[index] ?? 0))
  if (part % 2 === 0) say(false, Buffer.concat(answers))
  else for (const answer of answers) say(false, answer)
  send(tcp({ ...client, ipId: ip++, flags: 'FA', seq: mine, ack: theirs }))
  send(tcp({ ...server, ipId: ip++, flags: 'FA', seq: theirs, ack: mine + 1 }))
  return frames
}

const wellDone = fc
  .array(
    fc.record({
      sizes: fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 2, maxLength: 2 }),
      part: fc.constantFrom(600, 1399, 1400, 4000, 9001),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((all) => [
    ...all.flatMap((it, n) => askedAgain(n, it)),
    // Long enough after it that who has no answer by then will get none.
    ...askedAgain(9, { sizes: [0, 0], part: 1400 }).map((it) => ({ ...it, at: it.at + 20_000 })),
  ])

describe('of lookups that all were answered', () => {
  test('none is lost where the capture kept a part of each packet', () => {
    fc.assert(
      fc.property(wellDone, fc.integer({ min: 20, max: 1700 }), (frames, kept) => {
        const all = frames.map((it) => ({ ...it, kept }))
        expect(codesOf(pcapOf(all)).filter((it) => ofLoss.test(it))).toEqual([])
      }),
      { numRuns: runs(600) },
    )
  })

  test('none is lost where the capture began in their midst, or ended there', () => {
    fc.assert(
      fc.property(wellDone, fc.nat(60), fc.nat(60), fc.integer({ min: 20, max: 1700 }), (frames, head, tail, kept) => {
        const some = frames.slice(head, frames.length - tail).map((it) => ({ ...it, kept }))
        expect(codesOf(pcapOf(some)).filter((it) => ofLoss.test(it))).toEqual([])
      }),
      { numRuns: runs(600) },
    )
  })
})

test('one that was really not answered is told beside such', () => {
  const lost = [0, 5000, 11_000].map((at) => ({
    at,
    ip: udp({ from: '10.1.0.5', to: '10.2.0.7', sport: 9, dport: 53, payload: dnsQuery(9, 'cart.shop') }),
  }))
  const frames = [...askedAgain(1, { sizes: [3794, 100], part: 9001 }).map((it) => ({ ...it, kept: 1600 })), ...lost]
  expect(codesOf(pcapOf(frames.toSorted((one, other) => one.at - other.at)))).toContain('PKT701')
})
