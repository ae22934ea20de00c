import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { fullFilesOf } from './full-files.ts'
import { descriptors } from './inside-script.ts'

test.each([
  ['one of two programs', '@files\nfull 64 64\n@end', { fullFiles: [{ limit: 64, open: 64 }] }],
  ['none', '@files\n@end', {}],
  ['not looked', '@resolv\n@end', {}],
  ['anything', '@files\nfull x y\nfull 64 64 64\nfull 99999999 1\n@end', {}],
])('%s', (_, stdout, expected) => {
  expect(fullFilesOf(stdout)).toEqual(expected)
})

/** A /proc of its own: programs with a limit and so many descriptors. */
function procOf(programs: Readonly<Record<number, readonly [limit: string, open: number]>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'hopscope-files-'))
  for (const [pid, [limit, open]] of Object.entries(programs)) {
    mkdirSync(join(folder, pid, 'fd'), { recursive: true })
    writeFileSync(
      join(folder, pid, 'limits'),
      `Limit                     Soft Limit           Hard Limit           Units\n` +
        `Max processes             63432                63432                processes\n` +
        `Max open files            ${limit.padEnd(21)}1048576              files\n`,
    )
    for (let at = 0; at < open; at += 1) writeFileSync(join(folder, pid, 'fd', String(at)), '')
  }
  return folder
}

const shells = [['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(([name]) => existsSync(`/bin/${name}`))

test.each(shells)('programs that are full, in %s', async (...shell) => {
  const folder = procOf({ 1: ['64', 64], 2: ['1024', 20], 3: ['40', 37], 4: ['unlimited', 3], 5: ['1048576', 9] })
  const [name = '', ...flags] = shell
  const text = descriptors.replaceAll('/proc/', `${folder}/`)
  const { stdout } = await promisify(execFile)(name, [...flags, '-c', text, 'sh', 'kept'])
  expect(fullFilesOf(stdout)).toEqual({
    fullFiles: [
      { limit: 64, open: 64 },
      { limit: 40, open: 37 },
    ],
  })
})
