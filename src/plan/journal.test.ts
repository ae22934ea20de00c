import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempFolder } from '../../test/build/plan-run.ts'
import { type Entry, openJournal, readJournal } from './journal.ts'

const at = '2026-01-02T03:04:05Z'
const begin: Entry = { kind: 'begin', at, action: 'apply', run: 'host/1/a' }
const intent: Entry = { kind: 'intent', at, action: 'apply', step: 0, expected: null }

test("is a line an entry, for its owner's eyes", async () => {
  const folder = tempFolder()
  const journal = await openJournal(folder, 'a')
  expect(journal.entries).toEqual([])
  await journal.write(begin)
  await journal.write(intent)
  expect(journal.entries).toEqual([begin, intent])
  await journal.close()
  const file = join(folder, 'a.journal')
  expect(readFileSync(file, 'utf8')).toBe(`\n${JSON.stringify(begin)}\n${JSON.stringify(intent)}\n`)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await readJournal(folder, 'a')).toEqual([begin, intent])
})

test('what comes after a line that was cut off stands by itself', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'a.journal'), `${JSON.stringify(begin)}\n{"kind":"int`, { mode: 0o600 })
  const journal = await openJournal(folder, 'a')
  expect(journal.entries).toEqual([begin])
  await journal.write(intent)
  await journal.close()
  expect(await readJournal(folder, 'a')).toEqual([begin, intent])
})

test('is read again when another process may have written', async () => {
  const folder = tempFolder()
  const journal = await openJournal(folder, 'a')
  appendFileSync(join(folder, 'a.journal'), `${JSON.stringify(begin)}\n`)
  expect(journal.entries).toEqual([])
  await journal.reload()
  expect(journal.entries).toEqual([begin])
  await journal.close()
})

test('none is empty; one that cannot be read is not', async () => {
  const folder = tempFolder()
  expect(await readJournal(folder, 'a')).toEqual([])
  mkdirSync(join(folder, 'b.journal'))
  await expect(readJournal(folder, 'b')).rejects.toThrow('EISDIR')
  await expect(openJournal(folder, 'b')).rejects.toMatchObject({ name: 'ToolError', code: 'bad-file' })
})

// Where /proc is: a file left open is one that the system runs out of.
test.runIf(existsSync('/proc/self/fd'))('leaves no file open', async () => {
  const folder = tempFolder()
  const open = (): number => readdirSync('/proc/self/fd', { withFileTypes: true }).length
  const before = open()
  const journals = await Promise.all(['a', 'b', 'c', 'd'].map((it) => openJournal(folder, it)))
  expect(open() - before).toBe(4)
  await Promise.all(journals.map((it) => it.close()))
  expect(open() - before).toBe(0)
})
