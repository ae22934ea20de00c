import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ToolError } from '../../tool-error.ts'
import { fileOutlet } from './file-outlet.ts'

test('what is written is in the file', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'hopscope-')), 'a.pcapng')
  const file = fileOutlet(path)
  file.write(Buffer.from('ab'))
  file.write(Buffer.from('c'))
  file.close()
  file.close()
  expect(readFileSync(path, 'utf8')).toBe('abc')
  expect(file.failure()).toBeNull()
  expect(file.broken.aborted).toBe(false)
})

test('a file that can not be opened is said at once', () => {
  expect(() => fileOutlet('/nowhere/a.pcapng')).toThrow(/nowhere.*can't be written: ENOENT/)
})

test.skipIf(!existsSync('/dev/full'))('a disk that is full ends the capture with one line and a hint', () => {
  const file = fileOutlet('/dev/full')
  file.write(Buffer.from('a'))
  expect(file.broken.aborted).toBe(true)
  file.write(Buffer.from('b'))
  file.close()
  const failure = file.failure()
  expect(failure).toBeInstanceOf(ToolError)
  expect(failure?.message).toMatch(/^\/dev\/full can't be written: ENOSPC/)
  expect(failure?.hint).toMatch(/disk that has room/)
})
