import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { raceState } from './kernel-race.ts'
import { raceWords, type RaceSeen } from './race-words.ts'

const delta = (insertFailed: number, clashResolve: number | null = 0): RaceSeen['delta'] => ({
  insert_failed: insertFailed,
  drop: insertFailed,
  early_drop: 0,
  invalid: 0,
  clash_resolve: clashResolve,
})
const on = (kernel: string, node = 'worker-1', counters: RaceSeen['delta'] = null): RaceSeen => ({
  node,
  kernel,
  delta: counters,
})

test.each<[string, readonly RaceSeen[], string]>([
  [
    'healed, not counted',
    [on('6.18.3')],
    'ruled out on these kernels: 6.18.3 (worker-1) has all three fixes (4.19, 5.0, 5.6)',
  ],
  [
    'healed, quiet',
    [on('6.18.3', 'worker-1', delta(0)), on('6.18.3', 'worker-2', delta(0))],
    'ruled out on these kernels: 6.18.3 (2 nodes) has all three fixes (4.19, 5.0, 5.6); insert_failed did not rise',
  ],
  [
    'healed at work',
    [on('6.18.3', 'worker-1', delta(0, 47)), on('6.1.0', 'worker-2', delta(0))],
    'ruled out on these kernels: 6.18.3 (worker-1), 6.1.0 (worker-2) have all three fixes (4.19, 5.0, 5.6); it happens on worker-1 and the kernel heals it: clash_resolve +47, nothing lost',
  ],
  [
    'healed, and packets lost all the same',
    [on('6.18.3', 'worker-1', delta(3))],
    'not ruled out on worker-1: insert_failed rose by 3, so conntrack lost packets, if none of these lookups',
  ],
  [
    'fixed, and not countable',
    [on('5.8.0', 'worker-1', delta(9, null))],
    'unlikely on 5.8.0 (worker-1): all three fixes are in, but before 5.10 insert_failed also counts packets that were saved, so no counter proves it',
  ],
  [
    'the third race',
    [on('5.4.0-150')],
    'possible on 5.4.0-150 (worker-1), though these lookups lost nothing: between two CoreDNS pods it is fixed in 5.6 only (6a757c07e51f)',
  ],
  [
    'old',
    [on('4.15.0')],
    'possible on 4.15.0 (worker-1), though these lookups lost nothing: the fixes came in 4.19, 5.0 and 5.6',
  ],
  [
    'mixed pools',
    [on('6.18.3', 'a'), on('4.18.0-553.el8', 'b')],
    "ruled out on these kernels: 6.18.3 (a) has all three fixes (4.19, 5.0, 5.6); not to be told from the version of 4.18.0-553.el8 (b), which carries its distribution's own fixes: only counters can, and these lookups lost nothing",
  ],
])('%s', (_name, seen, words) => expect(raceWords(seen)).toBe(words))

test('is never ruled out on a kernel that may lose it, nor where packets were lost', () => {
  const seen = fc.record({
    node: fc.constantFrom('a', 'b', 'c'),
    kernel: fc.constantFrom('4.15.0', '4.18.0-1.el8', '5.4.0', '5.9.1', '5.10.0', '6.18.3', 'x'),
    delta: fc.option(fc.nat(2).map((n) => delta(n))),
  })
  fc.assert(
    fc.property(fc.array(seen, { minLength: 1, maxLength: 6 }), (all) => {
      const sure = all.some(
        (it) => raceState(it.kernel) === 'healed' && it.kernel !== '5.9.1' && (it.delta?.insert_failed ?? 0) === 0,
      )
      expect(raceWords(all).includes('ruled out on these kernels')).toBe(sure)
    }),
  )
})
