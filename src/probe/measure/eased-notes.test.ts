import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { easedNotes } from './eased-notes.ts'

const silent = (node: string, ip: string, ms = 18_001) => ({ node, ip, port: 8080, why: `it was silent for ${ms} ms` })

test('one is told as it was', () => {
  expect(easedNotes([silent('worker-1', '10.0.0.1')])).toEqual([
    'worker-1: asked 10.0.0.1:8080 no further: it was silent for 18001 ms',
  ])
})

test('several of one reason are one line', () => {
  expect(
    easedNotes(
      ['worker-1', 'worker-2'].flatMap((node) => ['1', '2', '3', '4'].map((it, i) => silent(node, it, 18_000 + i))),
    ),
  ).toEqual([
    'worker-1, worker-2: asked 4 addresses: 1:8080, 2:8080, 3:8080 and 1 more no further: ' +
      'it was silent for 18000 ms, or so (8 times)',
  ])
})

const whys = fc.tuple(
  fc.constantFrom('it was silent for', 'its answers took', 'it said 429, too many requests:'),
  fc.nat(99_999),
)

test('however much was eased, there are no more lines than reasons, and each address is counted', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ node: fc.constantFrom('a', 'b', 'c'), ip: fc.ipV4(), port: fc.nat(65_535), why: whys })),
      (its) => {
        const told = easedNotes(its.map((it) => ({ ...it, why: `${it.why[0]} ${it.why[1]} ms` })))
        expect(told.length).toBe(new Set(its.map((it) => it.why[0])).size)
        for (const line of told) expect(line.length).toBeLessThan(250)
      },
    ),
  )
})
