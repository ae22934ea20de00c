import { expect, test } from 'vitest'
import { judged } from './logs-cases.ts'

type Told = Parameters<typeof judged>[0][number]

const lines = (...counts: readonly number[]): Told[] =>
  counts.map((n) => ({ t: 'line', podName: 'a', message: `a r1 ${n}` }))
const counted = [{ pod: 'a', run: 'r1', upTo: 3 }]
const gap: Told = { t: 'gap', podName: 'a' }

test.each([
  ['all came', lines(1, 2, 3), {}],
  ['one is lost', lines(1, 3), { lost: ['a r1: 1 of 3, the first 2'] }],
  ['the last is lost', lines(1, 2), { lost: ['a r1: 1 of 3, the first 3'] }],
  ['a whole run is lost', [], { lost: ['a r1: 3 of 3, the first 1'] }],
  ['one is lost in a gap that is told', [...lines(1, 3), gap], { inGaps: 1, gaps: 1 }],
  ['one is repeated', lines(1, 2, 2, 3), { repeated: ['a r1: 1'] }],
  ['one is out of order', lines(2, 1, 3), { disordered: ['a r1'] }],
  [
    'one is nobody’s',
    [...lines(1, 2, 3), { t: 'line', podName: 'a', message: 'unable to' } as const],
    {
      foreign: ['a: unable to'],
    },
  ],
])('%s', (_, told, expected) => {
  const none = { lost: [], repeated: [], disordered: [], foreign: [], inGaps: 0, gaps: 0, restarts: 0 }
  expect(judged(told, counted)).toEqual({ ...none, lines: told.filter((it) => it.t === 'line').length, ...expected })
})
