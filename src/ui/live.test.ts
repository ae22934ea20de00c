import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { diagnose } from '../engine.ts'
import { modelOf } from '../../test/describe-check.ts'
import { plainCall } from '../report/called.ts'
import { diagnosisJson } from '../report/diagnosis/json.ts'
import type { Caller } from '../session/events.ts'
import { ToolError } from '../tool-error.ts'
import { live, type Told, type Work } from './live.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const answer = diagnosisJson(diagnose(modelOf({}), { checks: [] }))
const done = { kind: 'done', value: { kind: 'answer', answer, kept: null, isLate: false } } as const

function begun(work: Work, times: { readonly awayMs?: number; readonly consentMs?: number } = {}) {
  const audit: string[] = []
  const ask = {
    id: 'r1',
    command: 'hopscope diagnose',
    form: '',
    call: plainCall,
    audit: (it: string) => void audit.push(it),
  }
  const it = live({ ...ask, times: { awayMs: 10_000, consentMs: 10_000, ...times } }, work)
  const heard: Told[] = []
  const leave = it.listen(0, (one) => heard.push(one))
  return { it, heard, leave, audit }
}

/** Until whoever called wants no more. */
function stopped({ signal }: Caller): Promise<{ kind: 'interrupted'; reached: true; left: readonly string[] }> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ kind: 'interrupted', reached: true, left: ['pod shop/a'] }))
  })
}

test('lines come in their order, and whoever comes later gets the last step and every announcement', async () => {
  const { it, heard, audit } = begun(async ({ tell }) => {
    await Promise.resolve()
    tell({ kind: 'step', line: 'one' })
    tell({ kind: 'announce', line: 'two' })
    tell({ kind: 'step', line: 'three' })
    tell({ kind: 'left', what: ['pod shop/a'] })
    return done
  })
  await it.over
  const kinds = ['step', 'announce', 'step', 'left', 'end']
  expect(heard.map((one) => one.kind)).toEqual(kinds)
  expect(heard.map((one) => one.id)).toEqual([1, 2, 3, 4, 5])
  const late: Told[] = []
  it.listen(0, (one) => late.push(one))
  expect(late.map((one) => one.id)).toEqual([2, 3, 4, 5])
  const again: Told[] = []
  it.listen(3, (one) => again.push(one))
  expect(again.map((one) => one.id)).toEqual([4, 5])
  expect(audit).toEqual(['two', 'NOT removed: pod shop/a; hopscope cleanup'])
})

test('a line stays one, and a secret in it is masked', async () => {
  const { it, heard } = begun(({ tell }) => {
    tell({ kind: 'announce', line: 'asks https://u:hunter2@a/\n✓ All is fine' })
    return Promise.resolve(done)
  })
  await it.over
  expect(heard[0]?.line).not.toMatch(/\n|hunter2/)
})

test.each([
  [true, 'agreed to'],
  [false, 'not agreed to: it ends with what reading told'],
])('a probe waits for a yes: %s', async (yes, expected) => {
  const { it, heard } = begun(async ({ consent, signal }) => {
    expect(await consent?.(signal)).toBe(yes)
    return done
  })
  expect(it.isAsking()).toBe(true)
  it.agree(yes)
  await it.over
  expect(it.isAsking()).toBe(false)
  expect(heard.map((one) => one.line)).toContain(expected)
  // Nobody is asked any more.
  it.agree(true)
})

test('silence is no yes', async () => {
  const asked: unknown[] = []
  const { it } = begun(
    async ({ consent, signal }) => {
      asked.push(await consent?.(signal))
      return done
    },
    { consentMs: 20_000 },
  )
  await vi.advanceTimersByTimeAsync(19_000)
  expect(asked).toEqual([])
  await vi.advanceTimersByTimeAsync(1000)
  await it.over
  expect(asked).toEqual([false])
})

test('a run that is stopped while it asks got no yes', async () => {
  const asked: unknown[] = []
  const { it } = begun(async (caller) => {
    asked.push(await caller.consent?.(caller.signal))
    return { kind: 'interrupted', reached: true, left: [] }
  })
  it.stop('it was stopped here')
  await it.over
  expect(asked).toEqual([false])
  expect(it.outcome()).toEqual({ kind: 'stopped', why: 'it was stopped here' })
})

test('when nobody looks any more it is stopped, and what is left is said', async () => {
  const { it, leave } = begun(stopped, { awayMs: 30_000 })
  await vi.advanceTimersByTimeAsync(90_000)
  expect(it.outcome()).toBeNull()
  leave()
  await vi.advanceTimersByTimeAsync(29_000)
  expect(it.outcome()).toBeNull()
  await vi.advanceTimersByTimeAsync(1000)
  await it.over
  expect(it.outcome()).toEqual({
    kind: 'stopped',
    why: 'nobody looked at its page any more; NOT removed: pod shop/a; hopscope cleanup',
  })
})

test('getting the page is looking at it, for a browser without scripts', async () => {
  const { it, leave } = begun(stopped, { awayMs: 30_000 })
  leave()
  for (let i = 0; i < 6; i++) {
    await vi.advanceTimersByTimeAsync(20_000)
    it.seen()
  }
  expect(it.outcome()).toBeNull()
  it.stop('enough')
  await it.over
})

test.each([
  [new ToolError('forbidden', 'list pods is forbidden', 'kubectl auth can-i'), { message: 'list pods is forbidden' }],
  [new Error('a bug'), { message: 'hopscope failed: a bug' }],
])('%s is an outcome', async (error, expected) => {
  const { it } = begun(() => Promise.reject(error))
  await it.over
  expect(it.outcome()).toMatchObject({ kind: 'refused', ...expected })
})
