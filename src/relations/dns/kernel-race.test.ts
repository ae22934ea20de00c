import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { countsOnlyLosses, raceState } from './kernel-race.ts'

test.each([
  ['3.10.0-1160.el7.x86_64', 'unknown', false],
  ['4.14.355-276.639.amzn2.x86_64', 'unknown', false],
  ['5.4.254-170.358.amzn2.x86_64', 'unknown', false],
  ['4.15.0-213-generic', 'open', false],
  ['4.19.0-26-amd64', 'open', false],
  ['5.0.0', 'third-race-open', false],
  ['5.4.0-150-generic', 'third-race-open', false],
  ['5.5.19', 'third-race-open', false],
  ['5.6.0', 'healed', false],
  ['5.9.16', 'healed', false],
  ['5.10.0-33-amd64', 'healed', true],
  ['5.14.0-503.el9.x86_64', 'healed', true],
  ['6.1.0', 'healed', true],
  ['6.18.3', 'healed', true],
  ['10.2.0', 'healed', true],
  // RHEL 8 and what is built from it: netfilter backported, so the number says nothing.
  ['4.18.0-553.el8_10.x86_64', 'unknown', false],
  ['4.18.0-372.9.1.el8.x86_64', 'unknown', false],
  ['5.4.0-1045-aws', 'unknown', false],
  ['4.15.0-1030-azure', 'unknown', false],
  ['5.4.170+', 'unknown', false],
  ['5.3.18-150300.59.93-default', 'unknown', false],
  ['5.4.17-2136.300.7.el8uek.x86_64', 'unknown', false],
  ['5.15.0-1045-aws', 'healed', true],
  ['', 'unknown', false],
  ['unknown', 'unknown', false],
])('kernel %s: the race is %s', (kernel, state, onlyLosses) => {
  expect(raceState(kernel)).toBe(state)
  expect(countsOnlyLosses(kernel)).toBe(onlyLosses)
})

const plain = fc.tuple(fc.constantFrom(3, 4, 5), fc.nat({ max: 5 }), fc.nat({ max: 300 })).map((it) => it.join('.'))
const builds = fc.constantFrom(
  '-1045-aws',
  '-1067-azure',
  '-1030-gke',
  '-305.el8.x86_64',
  '-275.570.amzn2.x86_64',
  '-24.ph3',
  '+',
  '-59.93-default',
)

test('a build that carries newer code is never judged by an old number', () => {
  fc.assert(
    fc.property(plain, builds, (version, build) => {
      expect(raceState(version + build)).toBe('unknown')
      expect(raceState(version)).not.toBe('unknown')
    }),
  )
})
