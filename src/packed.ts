import { readFileSync } from 'node:fs'
import { getAsset, isSea } from 'node:sea'

/** Whether this is the single binary: Node and program in one file, with nothing beside it. */
const isBinary: boolean = isSea()

/** A file that the build puts beside the bundle, or into the binary. */
export function packed(name: string): Buffer {
  return isBinary ? Buffer.from(getAsset(name)) : readFileSync(new URL(name, import.meta.url))
}

/** What starts this very program again, by whatever name it was called. The binary takes no script before words. */
export function ownCommand(): readonly [program: string, ...args: string[]] {
  return isBinary ? [process.execPath] : [process.execPath, ...process.execArgv, process.argv[1] ?? '']
}
