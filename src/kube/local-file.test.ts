import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readLocalFile } from './local-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'hopscope-local-'))

function pipe(name: string): string {
  const path = join(folder, name)
  execFileSync('mkfifo', [path])
  return path
}

test('a file is read whole, whatever its length', () => {
  const text = 'é1'.repeat(200_000)
  writeFileSync(join(folder, 'plain'), text)
  expect(readLocalFile(join(folder, 'plain')).toString()).toBe(text)
})

test('a pipe that nobody writes to is empty at once, and one whose writer is silent is given up', () => {
  const path = pipe('silent')
  expect(readLocalFile(path).toString()).toBe('')
  const writer = spawn('sh', ['-c', 'exec 3<>"$1"; echo ready; sleep 20', 'sh', path], { stdio: 'ignore' })
  try {
    // Once the writer has the pipe open, an end is no longer what is read.
    let said = ''
    for (const until = Date.now() + 10_000; said === '' && Date.now() < until;) {
      try {
        readLocalFile(path, 20)
      } catch (error) {
        said = String(error)
      }
    }
    expect(said).toContain('nobody writes to it')
  } finally {
    writer.kill()
  }
})

test('a device without an end is cut off, a folder is none', () => {
  expect(() => readLocalFile('/dev/zero')).toThrow('more than 32 MiB')
  expect(() => readLocalFile(folder)).toThrow('EISDIR')
})
