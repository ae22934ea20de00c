import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { lines } from './lines.ts'

async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const size of sizes) {
    yield bytes.subarray(at, at + size)
    at += size
  }
  yield bytes.subarray(at)
}

it('gives the same lines wherever the bytes are cut', async () => {
  const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\r\n]/g, '·'))
  await fc.assert(
    fc.asyncProperty(
      fc.array(line),
      fc.array(fc.nat(7)),
      fc.constantFrom('\n', '\r\n'),
      async (expected, sizes, end) => {
        const text = expected.map((each) => each + end).join('')
        expect(await Array.fromAsync(lines(cut(Buffer.from(text), sizes)))).toEqual(
          expected.map((each) => Buffer.from(each).toString('utf8')),
        )
      },
    ),
  )
})

it('gives a last line that has no end, and no empty one after the last end', async () => {
  expect(await Array.fromAsync(lines(cut(Buffer.from('a\n\nb'), [1])))).toEqual(['a', '', 'b'])
  expect(await Array.fromAsync(lines(cut(Buffer.from('a\n'), [])))).toEqual(['a'])
  expect(await Array.fromAsync(lines(cut(Buffer.from(''), [])))).toEqual([])
})

it('keeps the beginning of a line that is too long, and each line behind it, wherever the bytes are cut', async () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'é', '𝄞'), maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(line),
      fc.array(fc.nat(9)),
      fc.integer({ min: 1, max: 20 }),
      async (all, sizes, longest) => {
        const bytes = Buffer.from(all.map((it) => `${it}\n`).join(''))
        const found = await Array.fromAsync(lines(cut(bytes, sizes), longest))
        expect(found).toEqual(all.map((it) => it.slice(0, longest)))
      },
    ),
  )
})
