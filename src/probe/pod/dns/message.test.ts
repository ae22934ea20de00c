import { decode, encode } from 'dns-packet'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { answerTo, heard, pairOf } from './message.ts'

const asked = [...pairOf('cart.shop.svc.cluster.local.')]
const [a] = asked
const whole = encode({
  id: a?.id ?? 0,
  type: 'response',
  questions: [{ type: 'A', name: 'cart.shop.svc.cluster.local', class: 'IN' }],
  answers: [{ type: 'A', name: 'cart.shop.svc.cluster.local', ttl: 5, data: '10.0.0.1' }],
})

function decodes(bytes: Buffer): boolean {
  try {
    decode(bytes)
    return true
  } catch {
    return false
  }
}

test('a header that promises more than the message has room for is no answer, before room is made for it', () => {
  const empty = Buffer.from(whole.subarray(0, 12))
  empty.writeUInt16BE(0xffff, 6)
  expect(heard(asked, empty)).toBeNull()
  expect(heard(asked, whole)?.message.answers).toHaveLength(1)
})

test('and it throws nothing away that can be read', () => {
  const byte = fc.record({ at: fc.nat(whole.length - 1), to: fc.constantFrom(0, 1, 2, 0xc0, 0xff) })
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 4 }), fc.nat(whole.length), (changes, length) => {
      const bytes = Buffer.from(whole)
      for (const { at, to } of changes) bytes[at] = to
      const message = bytes.subarray(0, length)
      const isOurs = message.length >= 12 && message.readUInt16BE(0) === a?.id && (message[2] ?? 0) >= 0x80
      const untouched = changes.every(({ at }) => at >= 12 + 33)
      // Whoever answers with our question whole is heard, whatever else stands there, if it can be read at all.
      if (isOurs && untouched && decodes(message)) expect(heard(asked, message)).not.toBeNull()
    }),
    { numRuns: 2000 },
  )
})

test('with EDNS0 a query bears one OPT record, and without none', () => {
  const counts = (edns: boolean): readonly number[] =>
    pairOf('cart.shop.svc.cluster.local.', edns).map(({ bytes }) => bytes.readUInt16BE(10))
  expect(counts(false)).toEqual([0, 0])
  expect(counts(true)).toEqual([1, 1])
  const [query] = pairOf('cart.', true)
  // The root's name, type 41, 1232 bytes, no extended rcode, version or flags, no options: RFC 6891, 6.1.2.
  expect(query.bytes.subarray(-11).toString('hex')).toBe('00002904d0000000000000')
})

/** What glibc makes of an answer section: each record in turn, by the name that is expected by then. */
interface Answered {
  readonly owner: number
  readonly to: number | null
}

test('an answer is good when glibc takes a record of it, and records that it throws away are never good', () => {
  const names = ['cart.corp.internal', 'cart.shop.svc.cluster.local', 'CART.corp.Internal', 'other.example'] as const
  const same = (x: number, y: number): boolean => names[x]?.toLowerCase() === names[y]?.toLowerCase()
  const record: fc.Arbitrary<Answered> = fc.record({
    owner: fc.nat(names.length - 1),
    to: fc.option(fc.nat(names.length - 1)),
  })
  fc.assert(
    fc.property(fc.array(record, { maxLength: 5 }), fc.nat(names.length - 1), (records, at) => {
      const questions = [...pairOf(`${names[at] ?? ''}.`)]
      const bytes = encode({
        id: questions[0]?.id ?? 0,
        type: 'response',
        questions: [{ type: 'A', name: names[at] ?? '', class: 'IN' }],
        answers: records.map(({ owner, to }) =>
          to === null
            ? ({ type: 'A', name: names[owner] ?? '', ttl: 5, data: '10.0.0.1' } as const)
            : ({ type: 'CNAME', name: names[owner] ?? '', ttl: 5, data: names[to] ?? '' } as const),
        ),
      })
      const taken = records.filter(({ owner, to }, index) => {
        const expected = records.slice(0, index).findLast((it) => it.to !== null)?.to ?? at
        return to === null && same(owner, expected)
      })
      const hasAny = records.some((it) => it.to === null)
      const without = hasAny ? 'other-name' : 'nodata'
      expect(answerTo(questions, bytes)?.answer).toBe(taken.length > 0 ? 'ok' : without)
    }),
    { numRuns: 2000 },
  )
})
