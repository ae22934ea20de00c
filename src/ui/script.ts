import type { BuildOptions } from 'esbuild'
import { packed } from '../packed.ts'

/** The page's own script: built beforehand in a release, on the fly when this runs from source. */
export async function pageScript(): Promise<string> {
  return import.meta.url.endsWith('.ts') ? await fromSource() : packed('ui-page.js').toString()
}

async function fromSource(): Promise<string> {
  // Not a literal, so that bundling this file does not take esbuild in.
  const name = 'esbuild'
  const { build } = (await import(name)) as typeof import('esbuild')
  const options = {
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2023',
  } as const satisfies BuildOptions
  const entry = new URL('browser/main.ts', import.meta.url).pathname
  const built = await build({ ...options, entryPoints: [entry], write: false })
  return built.outputFiles[0]?.text ?? ''
}
