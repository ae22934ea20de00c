// Settings of the machine that a fault has changed, with what they were: `down` kills the fault's own daemon like any
// other, so the value is kept in a file, and put back from there.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { STATE } from './plan.ts'

const FILE = join(STATE, 'sysctls.json')

/** `path` below /proc/sys; written before the change. */
export async function rememberSysctl(path: string, value: string): Promise<void> {
  await writeFile(FILE, JSON.stringify({ path, value }))
}

export async function restoreSysctls(): Promise<void> {
  const text = await readFile(FILE, 'utf8').catch(() => undefined)
  if (text === undefined) return
  const { path, value } = JSON.parse(text) as { readonly path: string; readonly value: string }
  await writeFile(path, value)
  await rm(FILE)
}
