import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { summaryOfFiles } from './log-files.ts'

const line = '10.0.0.9 - - [28/Nov/2026:10:56:37 +0000] "GET / HTTP/1.1" 502 1 "-" "-" "-"'

test('files, standard input, and lines cut anywhere', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hopscope-logs-'))
  try {
    const file = join(folder, 'access.log')
    writeFileSync(file, `${line}\n${line}`)
    const pieces = Array.from(`${line}\r\nstarted\n`, (it) => Buffer.from(it))
    const found = await summaryOfFiles({ files: [file, '-'] }, Readable.from(pieces))
    expect(found.lines).toMatchObject({ requests: 3, other: 1 })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.each([
  [{ files: ['/nowhere/a.log'] }, /could not be read: ENOENT/],
  [{ files: ['-'], format: ['$a$b'] }, /no line can be told apart/],
])('%j is a mistake that is told', async (ask, message) => {
  await expect(summaryOfFiles(ask, Readable.from([]))).rejects.toThrow(message)
})
