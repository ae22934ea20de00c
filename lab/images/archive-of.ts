import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CACHE } from '../plan.ts'
import { makeArchive } from './archive.ts'
import type { Image } from './definitions.ts'

/** The archive of an image of one program, made once for each state of it. */
export async function archiveOf(name: string, image: Image, program: string): Promise<string> {
  const { size, mtimeMs } = await stat(program)
  const archive = join(CACHE, 'images', `${name}-${size}-${Math.round(mtimeMs)}.tar`)
  if (!existsSync(archive)) await makeArchive(image, archive)
  return archive
}
