import { writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dnsAnswer, dnsQuery, type Frame, pcapngOf, pcapOf, tcp, udp } from '../../test/build/packets.ts'
import { runs } from '../../test/build/effort.ts'
import { exitCode } from '../engine.ts'
import { captureLines } from '../report/capture/capture-text.ts'
import { diagnosePcap } from './pcap.ts'

const folder = await mkdtemp(join(tmpdir(), 'hopscope-'))
const file = join(folder, 'clock.pcap')

/** What a lookup comes to: the time of its answer, or none. */
type Fate = number | null

const lookup = (n: number, fate: Fate, start: number): readonly Frame[] => {
  const ends = { client: '10.0.0.1', server: '10.0.0.2', port: 20_000 + n }
  const query = udp({
    from: ends.client,
    to: ends.server,
    sport: ends.port,
    dport: 53,
    ipId: 2 * n + 1,
    payload: dnsQuery(n, `name-${n}.shop`),
  })
  const answer = udp({
    from: ends.server,
    to: ends.client,
    sport: 53,
    dport: ends.port,
    ipId: 2 * n + 2,
    payload: dnsAnswer(n, `name-${n}.shop`),
  })
  return fate === null
    ? [{ at: start, ip: query }]
    : [
        { at: start, ip: query },
        { at: start + fate, ip: answer },
      ]
}

const connection = (n: number, fate: Fate, start: number): readonly Frame[] => {
  const forth = { from: '10.0.0.1', to: '10.0.0.3', sport: 30_000 + n, dport: 80, ipId: 5000 + n }
  const back = { from: '10.0.0.3', to: '10.0.0.1', sport: 80, dport: 30_000 + n, ipId: 6000 + n }
  const opens = { at: start, ip: tcp({ ...forth, flags: 'S', seq: 1 }) }
  if (fate === null) return [opens]
  const opened = { at: start + fate, ip: tcp({ ...back, flags: 'SA', seq: 1, ack: 2 }) }
  const done = { at: start + fate + 1, ip: tcp({ ...forth, flags: 'A', seq: 2, ack: 2, ipId: 7000 + n }) }
  return [opens, opened, done]
}

interface Traffic {
  readonly fates: readonly Fate[]
  /** Between one and the next. */
  readonly apart: number
}

const begins = 1_700_000_000_000

function framesOf({ fates, apart }: Traffic): readonly Frame[] {
  return fates
    .flatMap((fate, n) => (n % 3 === 2 ? connection : lookup)(n, fate, begins + n * apart))
    .toSorted((one, other) => one.at - other.at)
}

const well: fc.Arbitrary<Fate> = fc.integer({ min: 1, max: 40 })
const any: fc.Arbitrary<Fate> = fc.oneof(well, fc.integer({ min: 1500, max: 4000 }), fc.constant(null))
const trafficOf = (fate: fc.Arbitrary<Fate>): fc.Arbitrary<Traffic> =>
  fc.record({ fates: fc.array(fate, { minLength: 4, maxLength: 40 }), apart: fc.integer({ min: 1, max: 60 }) })

async function judged(bytes: Buffer) {
  writeFileSync(file, bytes)
  const { diagnosis, capture } = await diagnosePcap({ files: [file] })
  const of = (verdict: string): readonly string[] =>
    diagnosis.results.filter((it) => it.verdict === verdict).map((it) => it.check.code)
  const code = exitCode(diagnosis, { failOn: 'warning', strict: true })
  return { of, code, capture, diagnosis, said: `${captureLines(capture).join('\n')}\n${JSON.stringify(diagnosis)}` }
}

const timed = ['PKT701', 'PKT704', 'PKT711', 'PKT718']

/** From packet `at` on another time. */
const set = (frames: readonly Frame[], at: number, by: number): readonly Frame[] =>
  frames.map((it, n) => (n < at ? it : { ...it, at: it.at + by }))

describe('a clock that is set while packets are taken', () => {
  test('one that only goes on is believed', async () => {
    await fc.assert(
      fc.asyncProperty(trafficOf(any), async (traffic) => {
        const { capture } = await judged(pcapOf(framesOf(traffic)))
        expect(capture.points[0]).not.toHaveProperty('clock')
      }),
      { numRuns: runs(60) },
    )
  })

  test('back: it is said, nothing is fine, and nothing is late or missing', async () => {
    await fc.assert(
      fc.asyncProperty(
        trafficOf(any),
        fc.nat(),
        fc.oneof(fc.integer({ min: 200, max: 20_000 }), fc.integer({ min: 20_000, max: 36_000_000 })),
        async (traffic, where, by) => {
          const frames = framesOf(traffic)
          const at = 1 + (where % (frames.length - 1))
          const isSeen = (frames[at - 1]?.at ?? 0) - ((frames[at]?.at ?? 0) - by) > 100
          const { of, code, capture, said } = await judged(pcapOf(set(frames, at, -by)))
          // A silence that is longer than what the clock was set by hides it.
          if (!isSeen) return
          expect(capture.points[0]?.clock?.packet).toBe(at + 1)
          expect(of('ok')).toEqual([])
          expect(of('finding').filter((it) => timed.includes(it))).toEqual([])
          expect(code).toBe(2)
          expect(said).toContain(`at packet ${at + 1}`)
        },
      ),
      { numRuns: runs(150) },
    )
  })

  test('hours forward: what was under way is not late, not lost, and not fine', async () => {
    await fc.assert(
      fc.asyncProperty(
        trafficOf(well),
        fc.nat(),
        fc.integer({ min: 3_600_000, max: 200_000_000 }),
        async (traffic, where, by) => {
          const frames = framesOf(traffic)
          const at = 1 + (where % (frames.length - 1))
          const { of, code, capture, said } = await judged(pcapOf(set(frames, at, by)))
          expect(of('finding')).toEqual([])
          const across = capture.points[0]?.clock?.across ?? 0
          if (across === 0) return
          expect(code).not.toBe(0)
          expect(said).toMatch(/with a silence of up to .*can't be told/)
          expect(of('cannot-tell').some((it) => timed.includes(it))).toBe(true)
          expect(capture.points[0]?.times.lookup?.max ?? 0).toBeLessThan(5000)
        },
      ),
      { numRuns: runs(150) },
    )
  })

  test('hours forward: of what is wrong nothing becomes fine', async () => {
    await fc.assert(
      fc.asyncProperty(
        trafficOf(any),
        fc.nat(),
        fc.integer({ min: 3_600_000, max: 200_000_000 }),
        async (traffic, where, by) => {
          const frames = framesOf(traffic)
          const bad = (await judged(pcapOf(frames))).of('finding')
          const after = await judged(pcapOf(set(frames, 1 + (where % (frames.length - 1)), by)))
          expect(bad.filter((it) => after.of('ok').includes(it))).toEqual([])
          if (bad.length > 0) expect(after.code).not.toBe(0)
        },
      ),
      { numRuns: runs(120) },
    )
  })

  test.each([
    [119_000, true],
    [121_000, false],
  ])('an answer after %d ms of silence is late: %s', async (by, isLate) => {
    const { of } = await judged(pcapOf(set(framesOf({ fates: [1, 1, 1, 1, 1], apart: 10 }), 1, by)))
    expect(of(isLate ? 'finding' : 'cannot-tell')).toContain('PKT704')
  })

  test.each([
    [90, false],
    [110, true],
  ])('packets that overtake each other by %d ms are a clock that was set: %s', async (by, isSet) => {
    const frames = framesOf({ fates: [1, 1, 1, 1, 1], apart: 10 })
    const at = frames.length - 1
    const last = (frames[at]?.at ?? 0) - (frames[at - 1]?.at ?? 0)
    const { capture } = await judged(pcapOf(set(frames, at, -by - last)))
    expect(capture.points[0]?.clock !== undefined).toBe(isSet)
  })
})

describe('a file that was merged of two machines', () => {
  const merged = fc.record({ traffic: trafficOf(well), apart: fc.integer({ min: 1100, max: 3_500_000 }) })

  test('with a clock each: it is said, and nothing is built upon its times', async () => {
    await fc.assert(
      fc.asyncProperty(merged, async ({ traffic, apart }) => {
        const frames = framesOf(traffic)
        const other = frames.map((it) => ({ ...it, at: it.at + apart }))
        const both = [...frames, ...other].toSorted((one, it) => one.at - it.at)
        const { of, code, said } = await judged(pcapOf(both))
        expect(of('ok')).toEqual([])
        expect(of('finding').filter((it) => timed.includes(it))).toEqual([])
        expect(code).toBe(2)
        expect(said).toContain('in it twice')
      }),
      { numRuns: runs(120) },
    )
  })

  test('into interfaces of one file: the clocks are set against each other, not taken for one', async () => {
    // The other machine listened two seconds longer at the beginning, by its clock that goes two seconds late.
    const frames = framesOf({ fates: Array<Fate>(60).fill(3), apart: 100 })
    const late = frames.filter((it) => it.at >= begins + 2000).map((it) => ({ ...it, at: it.at - 2000 }))
    const { of } = await judged(
      pcapngOf([
        { name: 'a', frames },
        { name: 'b', frames: late },
      ]),
    )
    expect(of('finding')).toEqual([])
  })
})

test('packets without a time: nothing about time is fine', async () => {
  const frames = framesOf({ fates: Array<Fate>(10).fill(3), apart: 10 })
  const head = pcapngOf([{ name: 'a', frames: [] }])
  const blocks = frames.map(({ ip }) => {
    const bytes = Buffer.concat([Buffer.from('0202020202020303030303030800', 'hex'), ip])
    const size = 16 + bytes.length + (-bytes.length & 3)
    const block = Buffer.alloc(size)
    block.writeUInt32LE(3, 0)
    block.writeUInt32LE(size, 4)
    block.writeUInt32LE(bytes.length, 8)
    block.set(bytes, 12)
    block.writeUInt32LE(size, size - 4)
    return block
  })
  const { of, code, said, capture } = await judged(Buffer.concat([head, ...blocks]))
  expect(capture.points[0]?.packets).toBe(frames.length)
  expect(of('ok')).toEqual([])
  expect(code).toBe(2)
  expect(said).toContain('bear no time')
})
