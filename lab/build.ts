// Builds a part into the cache, once for each state of its sources.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Part } from './parts.ts'
import { CACHE } from './plan.ts'
import { must } from './process.ts'

export interface Built {
  readonly program: string
  /** The folder that holds the program and its data. */
  readonly folder: string
}

async function key(part: Part): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([part.compile('OUT'), part.data ?? null, process.arch]))
  for (const source of part.sources) hash.update(await readFile(source))
  return hash.digest('hex').slice(0, 16)
}

export async function builtAt(part: Part): Promise<Built> {
  const folder = join(CACHE, 'parts', `${part.name}-${await key(part)}`)
  return { folder, program: join(folder, part.name) }
}

export async function isBuilt(part: Part): Promise<boolean> {
  return existsSync((await builtAt(part)).folder)
}

/** Builds beside the final place and renames at the end, so that a build cut off half-way is not taken for a result. */
export async function build(part: Part): Promise<void> {
  const { folder } = await builtAt(part)
  const draft = `${folder}.draft`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true })
  const env = { ...process.env, CGO_ENABLED: '0' }
  await must(part.compile(join(draft, part.name)), { cwd: part.folder, env })
  if (part.data !== undefined) {
    const module = (
      await must(['go', 'list', '-m', '-f', '{{.Dir}}', part.data.module], { cwd: part.folder, env })
    ).trim()
    const copy = join(draft, basename(part.data.path))
    await cp(join(module, part.data.path), copy, { recursive: true })
    await must(['chmod', '-R', 'u+w', copy])
  }
  await chmod(join(draft, part.name), 0o755)
  await rename(draft, folder)
}
