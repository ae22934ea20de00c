import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempFolder } from '../../test/build/plan-run.ts'
import { subject } from '../model/subject.ts'
import { planOf, type Plan } from './plan.ts'
import { loadPlan, savePlan } from './store.ts'

function plan(effect = 'pods get it'): Plan {
  return planOf(
    {
      kind: 'proposal',
      applicability: 'safe',
      changes: [],
      effect,
      risk: { level: 'low', why: 'adds only' },
      verify: { codes: ['DNS107'], target: 'dns', namespace: null, level: 'read', p99Ms: null },
      notes: [],
    },
    {
      code: 'DNS107',
      subject: subject('Service', 'kube-system', 'kube-dns'),
      remedy: 'scale-coredns',
      cluster: { context: 'test', server: 'https://test', uid: 'u' },
      now: new Date('2026-01-02T03:04:05Z'),
      measured: null,
      neighbours: [],
    },
  )
}
const asText = (it: Plan): unknown => JSON.parse(JSON.stringify(it))

test('a plan is kept in a folder that need not be there', async () => {
  const folder = join(tempFolder(), 'hopscope', 'plans')
  expect(await savePlan(plan(), folder)).toBe(join(folder, `${plan().id}.json`))
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(readdirSync(folder)).toEqual([`${plan().id}.json`])
  expect(asText(await loadPlan(plan().id, folder))).toEqual(asText(plan()))
})

test('a plan of letters that are not all English is read as it was written', async () => {
  const folder = tempFolder()
  const own = plan('für die Pods → 東')
  await savePlan(own, folder)
  expect((await loadPlan(own.id, folder)).effect).toBe('für die Pods → 東')
})

test('what a killed run left beside it is not in the way, and a link there is not written through', async () => {
  const folder = tempFolder()
  const other = join(tempFolder(), 'other')
  writeFileSync(other, 'mine')
  writeFileSync(join(folder, `${plan().id}.json.new`), 'half a plan')
  await savePlan(plan(), folder)
  symlinkSync(other, join(folder, `${plan().id}.json.new`))
  await savePlan(plan(), folder)
  expect(readFileSync(other, 'utf8')).toBe('mine')
  expect(asText(await loadPlan(plan().id, folder))).toEqual(asText(plan()))
})

test.each<[string, (folder: string) => Promise<unknown>, object]>([
  ['no id', (folder) => loadPlan('abc', folder), { code: 'usage', message: "`abc` is no plan's id" }],
  [
    'a letter more than an id',
    (folder) => loadPlan(`${plan().id}0`, folder),
    { code: 'usage', message: `\`${plan().id}0\` is no plan's id` },
  ],
  [
    'an id of none',
    (folder) => loadPlan('0123456789abcdef', folder),
    { code: 'not-found', message: expect.stringContaining('no plan `0123456789abcdef` in ') },
  ],
  [
    'a folder that is not there',
    (folder) => loadPlan(plan().id, join(folder, 'none')),
    { code: 'not-found', message: expect.stringContaining('no plan ') },
  ],
  [
    "another plan's id",
    async (folder) => {
      const file = await savePlan(plan(), folder)
      writeFileSync(join(folder, '0123456789abcdef.json'), readFileSync(file), { mode: 0o600 })
      return loadPlan('0123456789abcdef', folder)
    },
    { code: 'bad-file', message: expect.stringContaining('is not the plan that was made') },
  ],
  [
    'a link',
    async (folder) => {
      symlinkSync(join(folder, 'x'), join(folder, `${plan().id}.json`))
      return loadPlan(plan().id, folder)
    },
    { code: 'bad-file', message: expect.stringContaining(".json can't be read: it is a link") },
  ],
  [
    'a folder',
    async (folder) => {
      await savePlan(plan(), join(folder, `${plan().id}.json`))
      return loadPlan(plan().id, folder)
    },
    { code: 'bad-file', message: expect.stringContaining(".json can't be read: it is no file") },
  ],
  [
    'a remedy that there is not',
    async (folder) => {
      const own = planOfNone()
      await savePlan(own, folder)
      return loadPlan(own.id, folder)
    },
    { code: 'bad-file', message: expect.stringContaining('is none that hopscope made: no remedy is called none') },
  ],
])('%s is refused', async (_what, load, error) => {
  await expect(load(tempFolder())).rejects.toMatchObject({ name: 'ToolError', ...error })
})

test('a plan where no file can be made is said', async () => {
  const folder = tempFolder()
  await savePlan(plan(), join(folder, `${plan().id}.json`))
  await expect(savePlan(plan(), folder)).rejects.toMatchObject({
    code: 'bad-file',
    message: expect.stringContaining('could not be written'),
  })
})

test.runIf(existsSync('/proc/self/fd'))('leaves no file open', async () => {
  const folder = tempFolder()
  const open = (): number => readdirSync('/proc/self/fd').length
  const before = open()
  for (let nth = 0; nth < 4; nth += 1) {
    await savePlan(plan(), folder)
    await loadPlan(plan().id, folder)
  }
  expect(open() - before).toBe(0)
})

function planOfNone(): Plan {
  const { id: _id, ...rest } = plan()
  const proposal = { ...rest, kind: 'proposal' as const, changes: [] }
  return planOf(proposal, { ...rest, remedy: 'none', now: new Date(0), neighbours: [] })
}
