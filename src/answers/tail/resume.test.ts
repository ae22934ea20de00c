import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resuming, timedLine } from './resume.ts'

const stamp = (second: number, nanos: number): string =>
  `2026-11-29T01:00:${String(second).padStart(2, '0')}.${String(nanos).padStart(9, '0')}Z`

const short = fc.record({
  second: fc.nat({ max: 3 }),
  nanos: fc.nat({ max: 3 }),
  text: fc.stringMatching(/^[0-3]{0,2}$/),
})

test('two lines of other times or texts are never taken for one', () => {
  const all = new Set<string>()
  for (let nanos = 0; nanos < 300; nanos++) for (let text = 0; text < 300; text++) all.add(`${stamp(1, nanos)} ${text}`)
  const its = resuming().begin()
  const taken = [...all].filter((raw) => {
    const { at, text } = timedLine(raw)
    return its.take(at, text)
  })
  expect(taken).toHaveLength(all.size)
})

test('whatever is read again, in as many answers at once, comes once, and as often as it was written', () => {
  const at = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(fc.array(short, { maxLength: 30 }), at, (written, stops) => {
      const lines = written
        .toSorted((a, b) => a.second - b.second || a.nanos - b.nanos)
        .map(({ second, nanos, text }) => `${stamp(second, nanos)} ${text}`)
      const memory = resuming()
      const came: string[] = []
      // Each answer begins where the memory says, goes on beside the others, and stops somewhere.
      const open = [...stops, lines.length].map((stop) => {
        const its = memory.begin()
        const from = memory.since()
        const since = from === null ? 0 : Date.parse(from)
        for (const raw of lines.slice(0, stop).filter((it) => Math.floor(Date.parse(it.slice(0, 19) + 'Z')) >= since)) {
          const line = timedLine(raw)
          if (its.take(line.at, line.text)) came.push(raw)
        }
        return its
      })
      for (const it of open) it.end()
      expect(came.toSorted()).toEqual(lines.toSorted())
    }),
  )
})
