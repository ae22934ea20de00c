import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BuildOptions, BuildResult } from 'esbuild'
import { type Lock, sbom } from './sbom.ts'

export const root = join(import.meta.dirname, '..')
export const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Parameters<typeof sbom>[2]

/** null in a package that was unpacked somewhere. */
function commit(): string | null {
  const asked = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: root, encoding: 'utf8' })
  return asked.status === 0 ? asked.stdout.trim() : null
}

/** What the package and the single binary are bundled with. */
export const bundling = {
  bundle: true,
  platform: 'node',
  // A third less to compile at each start; names stay, so that the stack of a crash can be read.
  minify: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  absWorkingDir: root,
  define: { HOPSCOPE_VERSION: JSON.stringify(own.version), HOPSCOPE_COMMIT: JSON.stringify(commit()) },
} as const satisfies BuildOptions

/** The text of the list of what the bundler really took in. */
export function listOf(built: readonly BuildResult[]): string {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  const bundled = built.flatMap(({ metafile }) =>
    // What was looked at and left out is not in it.
    Object.values(metafile?.outputs ?? {}).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
    ),
  )
  return `${JSON.stringify(sbom(bundled, lock, own, root), null, 2)}\n`
}
