// Which images exist, and what of them the cache already holds.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
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

/** libraries come with their programs; the C library stands for "the machine's packages were upgraded" */
const LIBC = '/lib/x86_64-linux-gnu/libc.so.6'

async function fingerprint(path: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(await realpath(path).catch(() => path)).catch(() => ({ size: 0, mtimeMs: 0, ino: 0 }))
  return `${path} ${size} ${mtimeMs} ${ino}`
}

async function key(image: Image): Promise<string> {
  const files = Object.values(image.files ?? {})
  const prints = await Promise.all([LIBC, join(import.meta.dirname, 'archive.ts'), ...files].map(fingerprint))
  const texts = (await image.texts?.()) ?? {}
  return createHash('sha256').update(JSON.stringify([image, texts, prints])).digest('hex').slice(0, 16)
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

export async function store(stored: StoredImage): Promise<void> {
  await makeArchive(stored.image, stored.archive)
}

export function seedOf(all: readonly StoredImage[]): string {
  const names = all.map((stored) => stored.archive).sort()
  return join(CACHE, `seed-${createHash('sha256').update(names.join()).digest('hex').slice(0, 16)}`)
}

export async function storeSeed(all: readonly StoredImage[]): Promise<void> {
  await makeSeed(all.map((stored) => stored.archive), seedOf(all))
}
