import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hasCompany, hold } from './hold.ts'

/** A /proc with these processes, by their mounts; null: one that may not be looked at. */
function procOf(processes: Readonly<Record<string, string | null>>): string {
  const proc = mkdtempSync(join(tmpdir(), 'hopscope-proc-'))
  for (const [pid, mounts] of Object.entries(processes)) {
    mkdirSync(join(proc, pid, 'ns'), { recursive: true })
    if (mounts !== null) symlinkSync(`mnt:[${mounts}]`, join(proc, pid, 'ns', 'mnt'))
  }
  mkdirSync(join(proc, 'net'))
  return proc
}

test.each([
  ['another process of its container', { 7: '1', 9: '1' }, true],
  ['one that came before it', { 7: '1', 2: '1' }, true],
  ['processes of other containers, as one with the process ids of the node sees', { 7: '1', 1: '2', 9: '3' }, false],
  ['one that has ended meanwhile', { 7: '1', 9: null }, false],
  ['nobody', { 7: '1' }, false],
  ['what can not be told', { 7: null, 9: '1' }, null],
])('sees %s', (_, processes, expected) => {
  const proc = procOf(processes)
  expect(hasCompany(proc, 7)).toBe(expected)
  rmSync(proc, { recursive: true })
})

test('sees who it is by a real /proc', () => expect(hasCompany()).not.toBeNull())

describe.concurrent('a pod that is held', () => {
  const times = { forMs: 4000, aloneMs: 200, aloneFirstMs: 600 }
  const timed = async (company: () => boolean | null) => {
    const began = performance.now()
    const why = await hold(times, company, 20)
    return { why, ms: performance.now() - began }
  }

  test('ends soon after nobody holds it', async () => {
    let looks = 0
    const { why, ms } = await timed(() => ++looks < 20)
    expect(why).toBe('alone')
    expect(ms).toBeGreaterThan(550)
    expect(ms).toBeLessThan(2500)
  })

  test('waits longer for who has not come yet', async () => {
    const { why, ms } = await timed(() => false)
    expect(why).toBe('alone')
    expect(ms).toBeGreaterThan(590)
  })

  test('does not mind a pause between two', async () => {
    let looks = 0
    const { why } = await timed(() => ++looks % 4 === 0)
    expect(why).toBe('time')
  })

  test('has its time where it can not be told', async () => expect((await timed(() => null)).why).toBe('time'))
})
