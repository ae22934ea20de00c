import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/**
 * The program as it is shipped, for tests that start it again and again: started from its two hundred sources it takes
 * three times the CPU. `npm test` has just built it and says where; a test file alone builds one for itself.
 */
export const programFile = process.env['HOPSCOPE_TEST_PROGRAM'] ?? own()

function own(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hopscope-program-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  // A folder inside, since the build begins with removing it.
  const dist = join(folder, 'dist')
  // As in the package that it is part of.
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'scripts/build.ts'), dist])
  return join(dist, 'hopscope.js')
}
