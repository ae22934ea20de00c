import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { trimClientNode } from './esbuild-trim.ts'

function bundle(contents: string): ReturnType<typeof build<{ bundle: true; write: false; metafile: true }>> {
  return build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    metafile: true,
    splitting: true,
    outdir: 'out',
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    plugins: [trimClientNode],
  })
}

it('lets a start load neither the YAML parser nor the WebSocket client, which have chunks of their own', async () => {
  const { metafile } = await bundle("export { connect } from './connect.ts'")
  const entry = Object.values(metafile.outputs).find((output) => output.entryPoint === '<stdin>')
  expect(Object.keys(entry?.inputs ?? {}).filter((path) => path.includes('node_modules'))).toEqual([])
})

it('rejects client-node', async () => {
  await expect(bundle("import '@kubernetes/client-node'")).rejects.toThrow('costs half a second at start')
})
