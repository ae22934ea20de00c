// Builds a part into the cache, once for each state of its sources.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
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

const GiB = 2 ** 30

/**
 * How the compiler works, which is no part of what comes out, and so not of the key: no debug information, which the
 * linker would drop (`-s -w`), and no garbage collection while a compiler has less than its share of the memory. For
 * k8s.io/api/core/v1 that makes 4.9 s of CPU out of 7.8 s. With less to share than the linker holds for Kubernetes, the
 * collector stays as it is. `-v` says each package that is done.
 */
export function compilerEnv(bytes: number, cores: number): Readonly<Record<string, string>> {
  const share = Math.floor(bytes / (2 * cores))
  return {
    CGO_ENABLED: '0',
    GOFLAGS: [process.env['GOFLAGS'] ?? '', '-v', '-gcflags=all=-dwarf=false'].join(' ').trim(),
    ...(share < 1.5 * GiB ? {} : { GOGC: 'off', GOMEMLIMIT: String(share) }),
  }
}

const sayEveryMs = 30_000

/** Says now and then how far a long build is: the packages that the compiler named. */
function progress(say: (text: string) => void): (stderr: string) => void {
  const began = performance.now()
  let packages = 0
  let said = began
  return (stderr) => {
    packages += stderr.split('\n').length - 1
    const now = performance.now()
    if (now - said < sayEveryMs) return
    said = now
    say(` ${packages} packages after ${((now - began) / 1000).toFixed(0)} s ...`)
  }
}

/** Builds beside the final place and renames at the end, so that a build cut off half-way is not taken for a result. */
export async function build(part: Part): Promise<void> {
  const { folder } = await builtAt(part)
  const draft = `${folder}.draft`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true })
  const env = { ...process.env, ...compilerEnv(totalmem(), availableParallelism()) }
  const heard = progress((text) => void process.stderr.write(text))
  await must(part.compile(join(draft, part.name)), { cwd: part.folder, env, heard })
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
