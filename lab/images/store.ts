// Which images exist, and what of them the cache already holds.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, realpath, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { builtAt } from '../build.ts'
import { parts } from '../parts.ts'
import { CACHE } from '../plan.ts'
import { makeArchive } from './archive.ts'
import { images, type Image } from './definitions.ts'
import { makeSeed } from './seed.ts'

export interface StoredImage {
  readonly name: string
  readonly image: Image
  readonly archive: string
}

/** Libraries are not in the list of files; this one stands for them, as an upgrade of the machine replaces it too. */
const LIBC = '/lib/x86_64-linux-gnu/libc.so.6'

async function fingerprint(path: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(await realpath(path).catch(() => path)).catch(() => ({
    size: 0,
    mtimeMs: 0,
    ino: 0,
  }))
  return `${path} ${size} ${mtimeMs} ${ino}`
}

async function key(image: Image): Promise<string> {
  const files = Object.values(image.files ?? {})
  const prints = await Promise.all([LIBC, join(import.meta.dirname, 'archive.ts'), ...files].map(fingerprint))
  const texts = (await image.texts?.()) ?? {}
  return createHash('sha256')
    .update(JSON.stringify([image, texts, prints]))
    .digest('hex')
    .slice(0, 16)
}

/** Call when every part is built: the definitions read from what the parts brought. */
export async function storedImages(): Promise<readonly StoredImage[]> {
  const folders = new Map<string, string>()
  for (const part of parts()) folders.set(part.name, (await builtAt(part)).folder)
  const defined = images((name) => folders.get(name), process.execPath)
  return Promise.all(
    Object.entries(defined).map(async ([name, image]) => ({
      name,
      image,
      archive: join(CACHE, 'images', `${name}-${await key(image)}.tar`),
    })),
  )
}

export function isStored(stored: StoredImage): boolean {
  return existsSync(stored.archive)
}

async function dropOlder(stored: StoredImage): Promise<void> {
  const folder = dirname(stored.archive)
  const ours = new RegExp(`^${stored.name}-[0-9a-f]{16}\\.tar`)
  for (const file of await readdir(folder)) {
    if (ours.test(file) && file !== basename(stored.archive))
      await rm(join(folder, file), { recursive: true, force: true })
  }
}

export async function store(stored: StoredImage): Promise<void> {
  await makeArchive(stored.image, stored.archive)
  await dropOlder(stored)
}

export function seedOf(all: readonly StoredImage[]): string {
  const names = all.map((stored) => stored.archive).sort()
  return join(CACHE, `seed-${createHash('sha256').update(names.join()).digest('hex').slice(0, 16)}`)
}

/** Seeds are large, and an outdated one is made again in seconds; the archives it came from stay. */
async function dropOtherSeeds(kept: string): Promise<void> {
  for (const name of await readdir(CACHE)) {
    const path = join(CACHE, name)
    if (name.startsWith('seed-') && path !== kept) await rm(path, { recursive: true, force: true })
  }
}

export async function storeSeed(all: readonly StoredImage[]): Promise<void> {
  await makeSeed(
    all.map((stored) => stored.archive),
    seedOf(all),
  )
  await dropOtherSeeds(seedOf(all))
}
