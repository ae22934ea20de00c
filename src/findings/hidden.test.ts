import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../test/build/effort.ts'
import type { Finding } from './finding.ts'
import { fold } from './fold.ts'
import { hiddenWith } from './hidden.ts'

const finding = (name: string, symptoms: readonly string[], causes: readonly string[]): Finding => ({
  code: `ZZZ${name}`,
  slug: name,
  severity: 'error',
  confidence: 'observed',
  subject: { kind: 'Service', namespace: 'shop', name },
  args: {},
  evidence: [],
  symptoms,
  causes,
  remedies: [],
})

const race = finding('race', [], ['loss'])
const other = finding('other', [], ['loss'])
const loss = finding('loss', ['loss'], ['slow'])
const slow = finding('slow', ['slow'], [])
const alone = finding('alone', ['thirst'], [])

test.each<[string, readonly Finding[], readonly Finding[], readonly Finding[]]>([
  ['nothing left out, nothing hidden', [loss, slow, alone], [], []],
  ['what only it explains, to the end of the chain', [loss, slow, alone], [race], [loss, slow]],
  ['what another cause explains as well stays', [other, loss, slow], [race], []],
  ['a consequence that is left out takes what only it brings about', [race, slow], [loss], []],
  ['in the middle of a chain without a root', [slow, alone], [loss], [slow]],
])('%s', (_, kept, leftOut, hidden) => expect([...hiddenWith(kept, leftOut)]).toEqual(hidden))

test('it ends, hides nothing that was left out, and of what stays nothing is explained by what was left out alone', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd')
  const any = fc
    .array(fc.record({ symptoms: fc.array(key, { maxLength: 2 }), causes: fc.array(key, { maxLength: 2 }) }), {
      maxLength: 8,
    })
    .map((its) => its.map((it, index) => finding(`${index}`, it.symptoms, it.causes)))
  fc.assert(
    fc.property(any, fc.integer({ min: 0, max: 8 }), (all, cut) => {
      const [leftOut, kept] = [all.slice(0, cut), all.slice(cut)]
      const hidden = hiddenWith(kept, leftOut)
      for (const it of hidden) expect(kept).toContain(it)
      const out = new Set(leftOut)
      const under = fold(all).flatMap((it) => (out.has(it.finding) ? it.consequences : []))
      for (const it of fold(kept.filter((one) => !hidden.has(one)))) expect(under).not.toContain(it.finding)
      // What no finding that was left out explains is never hidden.
      for (const it of hidden) expect(under).toContain(it)
    }),
    { numRuns: runs(300) },
  )
})
