import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { modelOf } from '../../../test/describe-check.ts'
import type { Standing } from '../../answers/monitor/round.ts'
import { readSnapshot } from '../../snapshot/read.ts'
import { standing } from '../../../test/build/standing.ts'
import { momentsIn } from './moments.ts'

const base = mkdtempSync(join(tmpdir(), 'moments-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const model = modelOf({ pods: [] })

let folder = ''
beforeEach(() => (folder = join(mkdtempSync(join(base, 'a-')), 'kept')))
const files = (): readonly string[] => (existsSync(folder) ? readdirSync(folder).toSorted() : [])
const asked = (rest: object = {}) => ({ folder, most: 20, bytes: 2 ** 20, ...rest })

describe('what is kept', () => {
  test.each([
    { it: 'an error that begins to stand', standing: [standing('a')], slow: false, kept: 1 },
    { it: 'nothing of a warning', standing: [standing('a', { severity: 'warning' })], slow: false, kept: 0 },
    { it: 'nothing of what this round did not see', standing: [standing('a', { unseen: 1 })], slow: false, kept: 0 },
    { it: 'lookups that begin to wait for their repeats', standing: [], slow: true, kept: 1 },
    { it: 'nothing where nothing stands', standing: [], slow: false, kept: 0 },
  ])('$it', async ({ standing, slow, kept }) => {
    const moment = await momentsIn(asked()).after(standing, slow, model)
    expect(files()).toHaveLength(kept)
    expect(moment === null).toBe(kept === 0)
    if (moment?.file != null) expect((await readSnapshot(moment.file)).scope).toEqual(model.scope)
  })
})

test('what stands is kept once, and what flaps once an hour', async () => {
  let clock = 0
  const moments = momentsIn(asked(), () => clock)
  const kept = async (standing: readonly Standing[], slow = false): Promise<boolean> =>
    (await moments.after(standing, slow, model)) !== null
  expect(await kept([standing('a')])).toBe(true)
  expect(await kept([standing('a')])).toBe(false)
  expect(await kept([standing('a'), standing('b')])).toBe(true)
  expect(await kept([])).toBe(false)
  clock = 60_000
  expect(await kept([standing('a')])).toBe(false)
  expect(await kept([], true)).toBe(true)
  expect(await kept([], true)).toBe(false)
  clock = 3_600_001
  expect(await kept([standing('a')])).toBe(true)
})

describe('the folder', () => {
  const old = (nth: number): string => `moment-2020-01-01T0000${String(nth).padStart(2, '0')}Z-SVC201.hops`
  test('holds no more than it was given, and nothing but its own is removed', async () => {
    await momentsIn(asked({ most: 3 })).after([standing('a')], false, model)
    for (let i = 0; i < 5; i++) writeFileSync(join(folder, old(i)), 'x'.repeat(100))
    writeFileSync(join(folder, 'notes.txt'), 'mine')
    writeFileSync(join(folder, '2020-01-01T000000-shop.hops'), "a run's")
    writeFileSync(join(folder, `${old(7)}.0123456789ab.partial`), 'half')
    await momentsIn(asked({ most: 3 })).after([standing('b')], false, model)
    const left = files()
    expect(left.filter((it) => it.endsWith('.partial'))).toEqual([])
    expect(left).toContain('notes.txt')
    expect(left).toContain('2020-01-01T000000-shop.hops')
    expect(left.filter((it) => it.startsWith('moment-')).length).toBeLessThanOrEqual(3)
    expect(left).not.toContain(old(0))
  })
  test('has no more bytes, but for the newest', async () => {
    await momentsIn(asked()).after([standing('a')], false, model)
    const size = statSync(join(folder, files()[0] ?? '')).size
    for (let i = 0; i < 5; i++) writeFileSync(join(folder, old(i)), 'x'.repeat(size))
    await momentsIn(asked({ bytes: Math.ceil(2.5 * size) })).after([standing('b')], false, model)
    const total = files().reduce((sum, it) => sum + statSync(join(folder, it)).size, 0)
    expect(total).toBeLessThanOrEqual(3 * size)
    await momentsIn(asked({ bytes: 1 })).after([standing('c')], false, model)
    expect(files()).toHaveLength(1)
  })
  test('a disk without room, or what is no folder, costs the moment alone', async () => {
    writeFileSync(folder, 'a file')
    const moment = await momentsIn(asked()).after([standing('a')], false, model)
    expect(moment).toMatchObject({ file: null })
    expect(moment !== null && 'why' in moment ? moment.why : '').toMatch(/.{10,}/)
    expect(await momentsIn({ ...asked(), folder: '/dev/full/x' }).after([standing('a')], false, model)).toMatchObject({
      file: null,
    })
  })
  test('names a moment by what was new in it', async () => {
    const moments = momentsIn(asked())
    await moments.after([standing('a')], false, model)
    await moments.after([standing('a')], true, model)
    await moments.after([standing('a'), standing('b', { code: 'SVC202' })], true, model)
    expect(
      files()
        .map((it) => it.split('-').at(-1))
        .toSorted(),
    ).toEqual(['SVC201.hops', 'SVC202.hops', 'lookups.hops'])
  })
  test('bears names that no cluster chose', async () => {
    await momentsIn(asked()).after([standing('../../x', { code: 'SVC201' })], false, model)
    expect(files()[0]).toMatch(/^moment-[\dTZ-]+-SVC201\.hops$/)
  })
})
