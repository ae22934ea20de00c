import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hasCompany, untilAlone } from './hold.ts'

interface Process {
  /** null: of one that may not be looked at. */
  readonly mounts: string | null
  readonly parent?: number
  readonly state?: string
  /** Gone between two looks. */
  readonly ended?: true
}

const of = (mounts: string | null, more: Partial<Process> = {}): Process => ({ mounts, ...more })

function procOf(processes: Readonly<Record<string, Process>>): string {
  const proc = mkdtempSync(join(tmpdir(), 'hopscope-proc-'))
  for (const [pid, { mounts, parent = 0, state = 'S', ended }] of Object.entries(processes)) {
    mkdirSync(join(proc, pid, 'ns'), { recursive: true })
    if (mounts !== null) symlinkSync(`mnt:[${mounts}]`, join(proc, pid, 'ns', 'mnt'))
    if (ended !== true) writeFileSync(join(proc, pid, 'stat'), `${pid} (a) Z 7) ${state} ${parent} 1 1 0\n`)
  }
  mkdirSync(join(proc, 'net'))
  return proc
}

describe('one that sees the processes of its node', () => {
  test.each([
    ['another process of its container', { 7: of('1'), 9: of('1') }, true],
    ['one that came before it', { 7: of('1'), 2: of('1') }, true],
    ['processes of other containers', { 7: of('1'), 1: of('2'), 9: of('3') }, false],
    ['one that has ended meanwhile', { 7: of('1'), 9: of(null) }, false],
    ['its own children', { 7: of('1'), 9: of('1', { parent: 7 }) }, false],
    ['nobody', { 7: of('1') }, false],
    ['what can not be told', { 7: of(null), 9: of('1') }, null],
  ] as const)('sees %s', (_, processes, expected) => {
    const proc = procOf(processes)
    expect(hasCompany(proc, 7)).toBe(expected)
    rmSync(proc, { recursive: true })
  })
})

describe('the first process of a container', () => {
  test.each([
    ['what was started from outside, though it may not look at it', { 1: of('1'), 9: of(null) }, true],
    ['that without a mount of its own to compare', { 1: of(null), 9: of(null) }, true],
    ['what that started', { 1: of('1'), 9: of('1', { state: 'Z' }), 12: of('1', { parent: 9 }) }, true],
    ['its own children, and orphans', { 1: of('1'), 9: of('1', { parent: 1 }) }, false],
    ['the dead that nobody buries', { 1: of('1'), 9: of(null, { state: 'Z' }) }, false],
    ['one that has ended meanwhile', { 1: of('1'), 9: of('1', { ended: true }) }, false],
    ['nobody', { 1: of('1') }, false],
  ] as const)('sees %s', (_, processes, expected) => {
    const proc = procOf(processes)
    expect(hasCompany(proc, 1)).toBe(expected)
    rmSync(proc, { recursive: true })
  })
})

test('sees who it is by a real /proc', () => expect(hasCompany()).not.toBeNull())

describe.concurrent('a pod that is held', () => {
  const times = { aloneMs: 200, aloneFirstMs: 600 }
  const timed = async (company: () => boolean | null, held: Parameters<typeof untilAlone>[0] = times) => {
    const began = performance.now()
    let comings = 0
    const late = new Promise<'stays'>((resolve) => setTimeout(() => resolve('stays'), 3000))
    const alone = untilAlone(held, { company, everyMs: 20, came: () => comings++ }).then(() => 'alone' as const)
    return { why: await Promise.race([alone, late]), ms: performance.now() - began, comings }
  }

  test('ends soon after nobody holds it', async () => {
    let looks = 0
    const { why, ms, comings } = await timed(() => ++looks < 20)
    expect(why).toBe('alone')
    expect(ms).toBeGreaterThan(550)
    expect(ms).toBeLessThan(2500)
    expect(comings).toBe(19)
  })

  test('waits longer for who has not come yet', async () => {
    const { why, ms, comings } = await timed(() => false)
    expect(why).toBe('alone')
    expect(ms).toBeGreaterThan(590)
    expect(comings).toBe(0)
  })

  test('does its work where nobody may hold it, and ends where somebody did', async () => {
    const may = { aloneMs: 200, aloneFirstMs: null }
    expect((await timed(() => false, may)).why).toBe('stays')
    let looks = 0
    expect((await timed(() => ++looks < 5, may)).why).toBe('alone')
  })

  test('does not mind a pause between two', async () => {
    let looks = 0
    expect((await timed(() => ++looks % 4 === 0)).why).toBe('stays')
  })

  test('has its time, and begins, where it can not be told', async () => {
    const { why, comings } = await timed(() => null)
    expect(why).toBe('stays')
    expect(comings).toBeGreaterThan(1)
  })
})
