import { expect, test } from 'vitest'
import { limitsOf, startClock } from './clock.ts'

const minutes = (seconds: number): number => seconds / 60

test.each([
  { what: 'by default 45 min, and nobody waits', args: [], env: {}, limits: { budget: 45, since: null } },
  {
    what: 'CI says when it started',
    args: [],
    env: { HOPSCOPE_CI_STARTED: '1000' },
    limits: { budget: 45, since: 1000 },
  },
  {
    what: 'the flag is before the variable',
    args: ['--budget=10'],
    env: { HOPSCOPE_LAB_MINUTES: '20' },
    limits: { budget: 10, since: null },
  },
  { what: 'the variable', args: [], env: { HOPSCOPE_LAB_MINUTES: '20' }, limits: { budget: 20, since: null } },
  {
    what: 'what is no number is not taken',
    args: ['--budget=much'],
    env: { HOPSCOPE_CI_STARTED: 'today' },
    limits: { budget: 45, since: null },
  },
  { what: 'everything, as long as it takes', args: ['--all'], env: {}, limits: { budget: null, since: null } },
  { what: 'going on is everything as well', args: ['--resume'], env: {}, limits: { budget: null, since: null } },
])('$what', ({ args, env, limits }) => {
  expect(limitsOf(args, env, false)).toEqual(limits)
})

test.each([
  { what: 'a warm machine: the budget', coldMinutes: 5, forCases: 45, forAll: 67 },
  { what: 'a long build takes from the cases, not from the end', coldMinutes: 40, forCases: 20, forAll: 32 },
  { what: 'a build that ate the time leaves none', coldMinutes: 65, forCases: -5, forAll: 7 },
])('$what', ({ coldMinutes, forCases, forAll }) => {
  const clock = startClock({ budget: 45, since: 0 }, () => coldMinutes * 60)
  expect([clock.forCases(), clock.forAll()].map(minutes)).toEqual([forCases, forAll])
})
