import type { BuildOptions } from 'esbuild'
import { packed } from '../../packed.ts'

/** How the pod's program is bundled: one CommonJS text for `node -e`, for Node 18 and later. */
const podBundle = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node18',
  minify: true,
  charset: 'ascii',
  legalComments: 'none',
} as const satisfies BuildOptions

/** Where the build puts it. */
const podProgramFile = 'probe-pod.js'

/** Linux takes no longer single argument than 128 KiB (MAX_ARG_STRLEN), and the spec needs room in the pod too. */
const podProgramLimit = 120_000

/** The program's text: built beforehand in a release, on the fly when this runs from source. */
export async function podProgram(): Promise<string> {
  const text = import.meta.url.endsWith('.ts') ? await fromSource() : packed(podProgramFile).toString()
  if (text.length > podProgramLimit)
    throw new Error(`the pod program has ${text.length} bytes, more than ${podProgramLimit}`)
  return text
}

async function fromSource(): Promise<string> {
  // Not a literal, so that bundling this file does not take esbuild in.
  const name = 'esbuild'
  const { build } = (await import(name)) as typeof import('esbuild')
  const built = await build({
    ...podBundle,
    entryPoints: [new URL('../pod/main.ts', import.meta.url).pathname],
    write: false,
  })
  return built.outputFiles[0]?.text ?? ''
}
