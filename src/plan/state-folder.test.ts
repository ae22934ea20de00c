import { chmodSync, mkdirSync, mkdtempSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { ownFolder, stateFolder } from './state-folder.ts'

const parent = (): string => mkdtempSync(join(tmpdir(), 'hopscope-state-'))
const mode = (path: string): number => statSync(path).mode & 0o777
const isRefused = { name: 'ToolError', code: 'bad-file' }

afterEach(() => {
  vi.restoreAllMocks()
})

test.each([
  ['/state', '/state/hopscope'],
  ['/state/', '/state/hopscope'],
])('XDG_STATE_HOME %s is kept to', (state, folder) => expect(stateFolder({ XDG_STATE_HOME: state })).toBe(folder))

test.each([[{}], [{ XDG_STATE_HOME: '' }], [{ XDG_STATE_HOME: 'state' }], [{ XDG_STATE_HOME: './state' }]])(
  "%o is the home folder's own",
  (env) => expect(stateFolder(env)).toMatch(/^\/(?:.*\/)?\.local\/state\/hopscope$/),
)

test("a folder is made with those above it, for its owner's eyes", async () => {
  const top = parent()
  await ownFolder(join(top, 'a', 'b', 'c'))
  expect(['a', 'a/b', 'a/b/c'].map((it) => mode(join(top, it)).toString(8))).toEqual(['700', '700', '700'])
})

test('one that is there stays as it is', async () => {
  const top = parent()
  writeFileSync(join(top, 'plan'), '')
  chmodSync(top, 0o755)
  await ownFolder(top)
  expect([readdirSync(top), mode(top)]).toEqual([['plan'], 0o755])
})

test.each<[string, (top: string) => string, string]>([
  [
    'a link',
    (top) => {
      symlinkSync(parent(), join(top, 'x'))
      return join(top, 'x')
    },
    ' is a link, so what is in it may be anybody',
  ],
  [
    'a file',
    (top) => {
      writeFileSync(join(top, 'x'), '')
      return join(top, 'x')
    },
    ' is no folder, so',
  ],
  [
    'in a file',
    (top) => {
      writeFileSync(join(top, 'x'), '')
      return join(top, 'x', 'y')
    },
    ' could not be written: ENOTDIR',
  ],
  [
    'where others may write',
    (top) => {
      mkdirSync(join(top, 'x'))
      chmodSync(join(top, 'x'), 0o720)
      return join(top, 'x')
    },
    ' can be written to by others, so',
  ],
])('%s is refused', async (_what, made, why) => {
  const folder = made(parent())
  const refusal = ownFolder(folder)
  await expect(refusal).rejects.toMatchObject(isRefused)
  await expect(refusal).rejects.toThrow(`${folder}${why}`)
})

// /proc is there, takes no folder, and says that there is none above.
test.runIf(process.platform === 'linux')('where no folder can be made is refused, and does not go on for ever', () =>
  expect(ownFolder('/proc/hopscope/plans')).rejects.toMatchObject(isRefused),
)

test("another user's is refused", async () => {
  const top = parent()
  vi.spyOn(process, 'getuid').mockReturnValue(statSync(top).uid + 1)
  await expect(ownFolder(top)).rejects.toThrow(`${top} belongs to another user, so`)
})

test('where the system has no users of that kind, none is asked for', async () => {
  const top = parent()
  chmodSync(top, 0o777)
  vi.spyOn(process, 'getuid').mockReturnValue(undefined as never)
  await ownFolder(top)
  expect(readdirSync(top)).toEqual([])
})
