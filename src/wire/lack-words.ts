/**
 * Words of libraries, kernels and databases that say what a program lacks, and the places that they name. A log's lines
 * are kept of nobody: these are quoted as they stand here, whatever stands around them.
 */
export const lackWords = [
  'could not resize shared memory segment',
  'could not write to file',
  'could not extend file',
  'write error',
  'No space left on device',
  'ENOSPC',
  'Disk quota exceeded',
  'Too many open files',
  'EMFILE',
  'ENFILE',
  'No file descriptors available',
  'Cannot allocate memory',
  'ENOMEM',
  'java.lang.OutOfMemoryError',
  'Java heap space',
  'Metaspace',
  'unable to create native thread',
  'connection pool exhausted',
  'QueuePool limit of size',
  'Connection is not available, request timed out',
  'Timed out fetching a new connection from the connection pool',
  'pool timed out while waiting for an open connection',
  'Timeout acquiring a connection',
  '/dev/shm',
  '/tmp',
  '/var/lib',
  '/var/log',
  '/var/cache',
  '/data',
] as const

export type LackWord = (typeof lackWords)[number]

const longest = 4000

/** Those of a line, in its order, each once. Linear; never throws. */
export function lackWordsIn(line: string): readonly LackWord[] {
  const low = line.slice(0, longest).toLowerCase()
  return lackWords
    .map((word) => ({ word, at: low.indexOf(word.toLowerCase()) }))
    .filter(({ word, at }) => at >= 0 && (!word.startsWith('/') || isPlace(low, at, word.length)))
    .toSorted((a, b) => a.at - b.at)
    .map((it) => it.word)
}

/** No middle of a longer path or URL, `https://x/data-api`. */
function isPlace(low: string, at: number, length: number): boolean {
  return !/[\w.:/-]/.test(low.charAt(at - 1)) && !/[\w-]/.test(low.charAt(at + length))
}
