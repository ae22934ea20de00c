import { expect, it } from 'vitest'
import { loadWorld, virtualClock } from '../../../../test/build/load-world.ts'
import { cpuTrouble, cpuWatch } from './cpu-watch.ts'

const at = (
  share: number | null,
): [{ readonly pod: string; readonly limitMilli: number; readonly share: number | null }] => [
  { pod: 'coredns-a', limitMilli: 100, share },
]

it.each([
  {
    it: 'room before, full now',
    before: at(0.4),
    now: at(0.95),
    why: 'coredns-a uses 95 % of its CPU limit of 100m, 40 % before the probe',
  },
  { it: 'full before: a fault that was there is no decline', before: at(0.95), now: at(1), why: null },
  { it: 'busier, with room left', before: at(0.2), now: at(0.8), why: null },
  { it: 'not seen before', before: at(null), now: at(1), why: null },
  { it: 'not seen now', before: at(0.2), now: at(null), why: null },
])('$it', ({ before, now, why }) => expect(cpuTrouble(before, now)).toBe(why))

it('sees a server run into its limit by its own counter, and looks at none without a limit', async () => {
  const clock = virtualClock()
  // Nothing for 2 s, then as much as the limit of 100m gives.
  const world = loadWorld(clock, { cpu: () => Math.max(0, clock.now() - 2000) * 1e-4 })
  const spec = { pod: 'coredns-a', ip: '127.0.0.1', port: 9153 }
  expect(await clock.until(cpuWatch([spec], true, world))).toBeNull()
  const watch = await clock.until(cpuWatch([{ ...spec, cpuLimitMilli: 100 }], true, world))
  expect(watch?.why()).toBeNull()
  await clock.until(clock.sleep(5000))
  expect(watch?.why()).toMatch(/of its CPU limit of 100m, 0 % before the probe/)
  watch?.end()
})
