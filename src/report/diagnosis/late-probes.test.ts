import { expect, test } from 'vitest'
import { checks } from '../../checks/registry.ts'
import { diagnose } from '../../engine.ts'
import { cluster } from '../../../test/build/dns-faults.ts'
import { answered } from '../../../test/build/lookups.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { paint } from '../paint.ts'
import { json } from './json.ts'
import { text } from './text.ts'

const plain = paint({ colour: false, ascii: false, width: 100 })
/** One lookup in ten late on each node, and probes that got the CPU late by so much. */
const busy = (...lags: readonly number[]) => {
  const names = ['worker-1', 'worker-2', 'worker-3']
  const lag = lags.map((p99Ms, index) => ({ node: names[index] ?? '', p99Ms }))
  const sources = cluster({ network: ({ index }) => answered(index % 10 === 0 ? 700 : 1), probed: { lag } })
  return diagnose(modelOf(sources, {}, { target: { kind: 'dns' }, level: 'probe' }), { checks })
}
const told = (diagnosis: ReturnType<typeof busy>, detail: 'normal' | 'verbose' = 'normal') =>
  text(diagnosis, { paint: plain, detail, footer: [] })
const lines = (said: string): readonly string[] => said.split('\n').filter((it) => it.includes('got the CPU'))

test('a dozen of lines for one reason are one, with the codes and the nodes', () => {
  const said = told(busy(1500, 1200, 300))
  expect(lines(said)).toEqual([
    '      the probe pods got the CPU too late to tell on worker-1 (1500 ms late), worker-2 (1200 ms late), ' +
      'worker-3 (300 ms late); -v has each   again when the nodes are less busy',
  ])
  expect(said).toMatch(/^ {2}DNS101 .*DNS105.*DNS110.*DNS142.*DNS197/m)
  expect(said).not.toContain('are needed')
})

test('-v has each of them, and the JSON', () => {
  const diagnosis = busy(1500, 1200, 300)
  expect(lines(told(diagnosis, 'verbose')).length).toBeGreaterThan(2)
  expect(told(diagnosis, 'verbose')).toContain('are needed')
  expect(json(diagnosis)).toContain('are needed')
})

test('of a node that is only a little late, what was too few stays what it is', () => {
  const said = told(busy(20, 20, 300))
  expect(said).not.toContain('too late to tell on worker-1')
})

test('where no probe was late nothing is folded', () => expect(lines(told(busy(1, 1, 1)))).toEqual([]))
