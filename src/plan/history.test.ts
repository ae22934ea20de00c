import { expect, test } from 'vitest'
import { historyOf, type Phase } from './history.ts'
import type { Action, Entry } from './journal.ts'

const at = '2026-01-02T03:04:05Z'
const stored = { uid: 'u', resourceVersion: '2', object: { kind: 'Service' } }
type Place = number | 'lock' | 'unlock'
const begin = (action: Action): Entry => ({ kind: 'begin', at, action, run: 'host/1/a' })
const intent = (action: Action, step: Place): Entry => ({ kind: 'intent', at, action, step, expected: { step: 'e' } })
const done = (action: Action, step: Place): Entry => ({ kind: 'done', at, action, step, stored })
const end = (action: Action, outcome: 'complete' | 'stopped'): Entry => ({
  kind: 'end',
  at,
  action,
  outcome,
  why: null,
})

const locked = (action: Action): readonly Entry[] => [begin(action), intent(action, 'lock'), done(action, 'lock')]
const unlocked = (action: Action): readonly Entry[] => [intent(action, 'unlock'), done(action, 'unlock')]
const wrote = (action: Action, step: Place): readonly Entry[] => [intent(action, step), done(action, step)]
const applied = [...locked('apply'), ...wrote('apply', 0), ...unlocked('apply'), end('apply', 'complete')]
const undone = [...applied, ...locked('undo'), ...wrote('undo', 0), ...unlocked('undo'), end('undo', 'complete')]

test.each<[string, readonly Entry[], Phase, loose: boolean]>([
  ['nothing', [], 'new', false],
  ['a beginning', [begin('apply')], 'new', false],
  ['a lock that was asked for', [begin('apply'), intent('apply', 'lock')], 'begun', true],
  [
    'a lock that was held by another',
    [begin('apply'), intent('apply', 'lock'), end('apply', 'stopped')],
    'begun',
    false,
  ],
  ['a lock', locked('apply'), 'begun', false],
  ['a write that was announced', [...locked('apply'), intent('apply', 0)], 'begun', true],
  ['a write', [...locked('apply'), ...wrote('apply', 0)], 'begun', false],
  ['a write, and another announced', [...locked('apply'), ...wrote('apply', 0), intent('apply', 1)], 'begun', true],
  ['an end on the way', [...locked('apply'), ...wrote('apply', 0), end('apply', 'stopped')], 'begun', false],
  ['a lock that was not seen to go', [...locked('apply'), intent('apply', 'unlock')], 'begun', true],
  ['all of it', applied, 'applied', false],
  ['an undo that did not get the lock', [...applied, begin('undo'), intent('undo', 'lock')], 'applied', true],
  ['an undo that got the lock', [...applied, ...locked('undo')], 'applied', false],
  ['an undo on the way', [...applied, ...locked('undo'), intent('undo', 0)], 'undoing', true],
  [
    'an undo that was stopped',
    [...applied, ...locked('undo'), ...wrote('undo', 0), end('undo', 'stopped')],
    'undoing',
    false,
  ],
  ['an undo', undone, 'undone', false],
  ['an undo, and an apply that came too late', [...undone, ...locked('apply')], 'undone', false],
  ['an undo, and another one', [...undone, ...locked('undo'), end('undo', 'complete')], 'undone', false],
  [
    'an end of undo says nothing of the lock of apply',
    [intent('apply', 'lock'), end('undo', 'stopped')],
    'begun',
    true,
  ],
])('after %s', (_what, entries, phase, loose) => {
  expect(historyOf(entries)).toMatchObject({ phase, loose })
})

const never = { intended: false, expected: null, stored: null, done: false }
const announced = { intended: true, expected: { step: 'e' }, stored: null, done: false }
const written = { intended: true, expected: { step: 'e' }, stored, done: true }

test.each<[string, readonly Entry[], object]>([
  ['was never announced', locked('apply'), never],
  ['was announced', [intent('apply', 0)], announced],
  ['was written', wrote('apply', 0), written],
  ['was written, and is tried again', [...wrote('apply', 0), intent('apply', 0)], announced],
  ['was taken back: what was written is still known', undone, written],
  ['is announced for undo alone', [intent('undo', 0)], never],
  ['was taken back, and never announced', wrote('undo', 0), never],
  ['was announced, and taken back', [intent('apply', 0), ...wrote('undo', 0)], announced],
  ['ended, and was never announced', [done('apply', 0)], never],
])('a step that %s', (_what, entries, step) => {
  expect(historyOf(entries).step(0)).toEqual(step)
  expect(historyOf(entries).step(1)).toEqual(never)
})
