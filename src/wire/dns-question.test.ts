import fc from 'fast-check'
import { decode } from 'dns-packet'
import { expect, test } from 'vitest'
import { dnsAnswer, dnsQuery } from '../../test/build/packets.ts'
import { createDnsQuestion, dnsNameText, dnsTypeName, readDnsQuestion } from './dns-question.ts'

const it = createDnsQuestion()
const read = (bytes: Uint8Array): boolean => readDnsQuestion(it, bytes, 0, bytes.length)

test('reads what dns-packet reads', () => {
  const label = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/)
  fc.assert(
    fc.property(
      fc.array(label, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('A' as const, 'AAAA' as const, 'TXT' as const),
      fc.nat(65_535),
      fc.boolean(),
      fc.nat(5),
      (labels, type, id, isAnswer, rcode) => {
        const name = labels.join('.')
        const bytes = isAnswer ? dnsAnswer(id, name, { type, rcode }) : dnsQuery(id, name, type)
        expect(read(bytes)).toBe(true)
        const other = decode(bytes)
        expect({ id: it.id, type: dnsTypeName(it.type), isAnswer: it.isAnswer, answers: it.answers }).toEqual({
          id: other.id,
          type: other.questions?.[0]?.type,
          isAnswer: other.type === 'response',
          answers: other.answers?.length,
        })
        expect(dnsNameText(bytes.subarray(it.nameAt, it.nameEnd))).toBe(name.toLowerCase())
        if (isAnswer) expect(it.rcode).toBe(rcode)
      },
    ),
  )
})

test('two spellings are one name', () => {
  read(dnsQuery(1, 'Cart.Shop'))
  const { hash } = it
  read(dnsQuery(1, 'cart.shop'))
  expect(it.hash).toBe(hash)
})

test('any cut is refused', () => {
  const bytes = dnsQuery(1, 'cart.shop')
  for (let length = 0; length < bytes.length; length++) expect(read(bytes.subarray(0, length))).toBe(false)
})

test('what is no message is refused, whatever it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      if (!read(bytes)) return
      expect(it.nameEnd).toBeLessThanOrEqual(bytes.length)
      expect(it.nameEnd - it.nameAt).toBeLessThanOrEqual(320)
    }),
    { numRuns: 2000 },
  )
})

test('what the asker can take', () => {
  const query = Buffer.concat([dnsQuery(1, 'a'), Buffer.from('00002904d00000000000', 'hex')])
  query.writeUInt16BE(1, 10)
  read(query)
  expect(it.udpSize).toBe(1232)
  read(dnsQuery(1, 'a'))
  expect(it.udpSize).toBe(512)
})

test('bytes that no terminal should see are spelled', () => {
  expect(dnsNameText(Buffer.from([4, 0x1b, 0x5b, 0x2e, 0x41, 0]))).toBe(String.raw`\027[\.a`)
  expect(dnsNameText(Buffer.from([0]))).toBe('.')
})
