import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import { captureReader } from './reader.ts'
import { pcapngHead, pcapngPacket, pcapngStatistics, type WrittenPacket, type WrittenPoint } from './writer.ts'

const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 60 }).map((it) => `x${it.trim()}x`)
const point = fc.record({
  name: text,
  comment: text,
  filter: text,
  link: fc.constantFrom(1, 101, 113, 276),
  snaplen: fc.integer({ min: 64, max: 262_144 }),
})
const written = fc.array(point, { minLength: 1, maxLength: 6 }).chain((points) =>
  fc.record({
    points: fc.constant(points),
    packets: fc.array(
      fc.record({
        point: fc.nat({ max: points.length - 1 }),
        micros: fc.integer({ min: 0, max: 2 ** 51 }),
        more: fc.nat({ max: 3000 }),
        bytes: fc.uint8Array({ maxLength: 300 }),
      }),
      { maxLength: 20 },
    ),
    dropped: fc.nat({ max: 1_000_000 }),
  }),
)

test('whatever is written is read again: points, packets, times, lengths and losses', () => {
  fc.assert(
    fc.property(written, ({ points, packets, dropped }) => {
      const all: readonly WrittenPacket[] = packets.map((it) => ({
        point: it.point,
        time: it.micros / 1000,
        length: it.bytes.length + it.more,
        bytes: it.bytes,
      }))
      const seen: (readonly [number, number, number, readonly number[]])[] = []
      const reader = captureReader((it) =>
        seen.push([it.point, Math.round(it.time * 1000), it.length, [...it.bytes.subarray(it.start, it.end)]]),
      )
      reader.push(pcapngHead(points as readonly WrittenPoint[], 'hopscope'))
      for (const it of all) reader.push(pcapngPacket(it))
      reader.push(pcapngStatistics({ point: 0, dropped, from: 1_000_000, to: 2_000_000.5 }))
      const read = reader.end()
      expect(read.end).toEqual({ kind: 'whole' })
      expect(read.dropped).toBe(dropped)
      expect([...read.listened]).toEqual([[0, { from: 1_000_000, to: 2_000_000.5 }]])
      expect(
        read.points.map(({ name, comment, filter, link, snaplen }) => ({ name, comment, filter, link, snaplen })),
      ).toEqual(points)
      expect(seen).toEqual(packets.map((it) => [it.point, it.micros, it.bytes.length + it.more, [...it.bytes]]))
    }),
    { numRuns: runs(300) },
  )
})
