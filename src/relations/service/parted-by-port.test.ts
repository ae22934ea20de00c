import { expect, test } from 'vitest'
import type { ConnectTry } from '../../model/contacts.ts'
import { partedByPort } from './parted-by-port.ts'

const of = (result: ConnectTry['result'], ...ports: readonly (number | null)[]): readonly ConnectTry[] =>
  ports.map((from) => ({ result, ms: 1, ...(from === null ? {} : { sourcePort: from }) }))

const low = [33_000, 36_000, 39_000, 44_900]
const high = [45_100, 48_000, 52_000, 60_000]

test.each([
  ['the high ones fail', [...of('open', ...low), ...of('timeout', ...high)], { side: 'from', port: 45_100 }],
  ['the low ones fail', [...of('refused', ...low), ...of('open', ...high)], { side: 'to', port: 44_900 }],
])('%s', (_, tries, expected) => {
  expect(partedByPort(tries)).toEqual({ ...expected, failed: 4, open: 4 })
})

test.each([
  ['one among the others', [...of('open', ...low, 46_000), ...of('timeout', ...high)]],
  ['few', [...of('open', ...low), ...of('timeout', ...high.slice(1))]],
  ['none fails', of('open', ...low, ...high)],
  ['an old recording', [...of('open', null, null, null, null), ...of('timeout', null, null, null, null)]],
  ['one that failed does not say its own', [...of('open', ...low), ...of('timeout', ...high, null)]],
])('nothing is known: %s', (_, tries) => {
  expect(partedByPort(tries)).toBeNull()
})
