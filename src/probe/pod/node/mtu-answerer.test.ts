import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { PodRecord } from '../records.ts'
import { mtuAsks } from '../contacts/mtu-asks.ts'
import { answerTo, mtuAnswerer, mtuHead } from './mtu-answerer.ts'

const token = 'run7f3a'

test('answers this run alone, and never with more bytes than came', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('s' as const, 'b' as const),
      fc.nat(100_000),
      fc.nat(2000),
      fc.constantFrom(token, 'other', ''),
      (kind, n, more, whose) => {
        const bytes = Buffer.concat([Buffer.from(mtuHead(whose, kind, n)), Buffer.alloc(more)])
        const reply = answerTo(bytes, token)
        if (whose !== token) {
          expect(reply).toBeNull()
          return
        }
        expect(reply?.length).toBeLessThanOrEqual(bytes.length)
        if (kind === 'b') expect(reply?.length).toBe(bytes.length)
        else expect(reply?.length).toBeLessThan(60)
      },
    ),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(answerTo(Buffer.from(bytes), token)).toBeNull()
    }),
  )
})

const open = await mtuAnswerer(token)
afterAll(() => open?.close())

test('over loopback, where this machine has an interface beside it: all sizes pass, and a stranger gets silence', async () => {
  const records: PodRecord[] = []
  const port = open?.port ?? 0
  await mtuAsks({ token, targets: [{ id: 0, ip: '127.0.0.1', port }] }, (it) => void records.push(it))
  await mtuAsks({ token: 'stranger', targets: [{ id: 1, ip: '127.0.0.1', port }] }, (it) => void records.push(it))
  const counts = records.flatMap((it) =>
    it.t === 'mtu' ? [{ id: it.id, small: it.small, large: it.large, back: it.back }] : [],
  )
  if (counts.length === 0) return
  expect(counts).toEqual([
    { id: 0, small: 3, large: 3, back: 3 },
    { id: 1, small: 0, large: 0, back: 0 },
  ])
})
