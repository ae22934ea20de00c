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
  const times = { aloneMs: 20, aloneFirstMs: 60 }
  // By looks, not by the clock: the machine may be busy.
  const looked = async (company: () => boolean | null, held: Parameters<typeof untilAlone>[0] = times) => {
    let [looks, comings] = [0, 0]
    let stay = (): void => {}
    const late = new Promise<'stays'>((resolve) => (stay = () => resolve('stays')))
    const counted = () => {
      if (++looks === 150) stay()
      // What stayed is let go.
      return looks > 150 ? looks === 151 : company()
    }
    const alone = untilAlone(held, { company: counted, everyMs: 2, came: () => comings++ })
    const why = await Promise.race([alone.then(() => 'alone' as const), late])
    return { why, looks, comings }
  }

  test('ends soon after nobody holds it', async () => {
    let looks = 0
    expect(await looked(() => ++looks < 20)).toEqual({ why: 'alone', looks: 30, comings: 19 })
  })

  test('waits longer for who has not come yet', async () => {
    expect(await looked(() => false)).toEqual({ why: 'alone', looks: 31, comings: 0 })
  })

  test('does its work where nobody may hold it, and ends where somebody did', async () => {
    const may = { aloneMs: 20, aloneFirstMs: null }
    expect((await looked(() => false, may)).why).toBe('stays')
    let looks = 0
    expect((await looked(() => ++looks < 5, may)).why).toBe('alone')
  })

  test('does not mind a pause between two', async () => {
    let looks = 0
    expect((await looked(() => ++looks % 4 === 0)).why).toBe('stays')
  })

  test('has its time, and begins, where it can not be told', async () => {
    const { why, comings } = await looked(() => null)
    expect(why).toBe('stays')
    expect(comings).toBeGreaterThan(1)
  })
})
