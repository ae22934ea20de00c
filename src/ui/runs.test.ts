import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { keptRuns } from '../../test/build/ui.ts'
import { openedId, runsIn } from './runs.ts'

const [one, two] = ['2026-11-28T042545-shop', '2026-11-29T042545-all']

test('the newest first, and before them what the command line named', async () => {
  const folder = keptRuns({ [one]: 'healthy', [two]: 'dns-race-lossy' })
  copyFileSync(join(folder, `${one}.hops`), join(folder, 'journal.hops'))
  expect(await runsIn(folder, '/tmp/a.hops').list()).toEqual([
    { id: openedId, words: '/tmp/a.hops', of: null },
    { id: two, words: '2026-11-29 04:25:45 UTC, every namespace', of: 'all' },
    { id: one, words: '2026-11-28 04:25:45 UTC, shop', of: 'shop' },
  ])
  expect(await runsIn(join(folder, 'none'), null).list()).toEqual([])
})

test('an id is one of the list, whatever else is in the folder', async () => {
  const folder = keptRuns({ [one]: 'healthy' })
  copyFileSync(join(folder, `${one}.hops`), join(folder, 'journal.hops'))
  const runs = runsIn(folder, null)
  expect(await runs.answer(one, null)).not.toBeNull()
  for (const id of ['journal', openedId, `../hopscope/${one}`, '', '.']) expect(await runs.answer(id, null)).toBeNull()
  expect(await runs.answer(one, 'journal')).toBeNull()
})

test('what was read once is not read again, and a run that went is no longer there', async () => {
  const folder = keptRuns({ [one]: 'healthy' })
  const runs = runsIn(folder, null)
  expect(await runs.answer(one, null)).toBe(await runs.answer(one, null))
  rmSync(join(folder, `${one}.hops`))
  expect(await runs.answer(one, null)).toBeNull()
})

test('so many wait for each other, and more are refused in words', async () => {
  const runs = runsIn(keptRuns({ [one]: 'healthy' }), null)
  const answers = await Promise.allSettled(Array.from({ length: 20 }, () => runs.answer(one, null)))
  const refused = answers.filter((it) => it.status === 'rejected')
  expect(refused).toHaveLength(12)
  expect(String(refused[0]?.reason)).toContain('too many runs are opened at once')
  expect(await runs.answer(one, null)).not.toBeNull()
})
