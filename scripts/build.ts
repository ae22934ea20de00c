import { chmodSync, copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build, type BuildOptions } from 'esbuild'
import { trimClientNode } from '../src/kube/esbuild-trim.ts'
import { bundling, listOf, root } from './bundling.ts'

/** Elsewhere for a test, which must not take the bundle from under another one. */
const dist = process.argv[2] ?? join(root, 'dist')

const shared: BuildOptions = { ...bundling, format: 'esm', target: 'node22' }

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist, { recursive: true })

const built = await Promise.all([
  build({
    ...shared,
    entryPoints: { hopscope: join(root, 'src/cli/main.ts'), index: join(root, 'src/index.ts') },
    outdir: dist,
    splitting: true,
    // CommonJS packages inside an ES module bundle still call require().
    banner: {
      js:
        '#!/usr/bin/env node\n' +
        "import { createRequire as __createRequire } from 'node:module'; " +
        'const require = __createRequire(import.meta.url);',
    },
    plugins: [trimClientNode],
  }),
  build({
    ...shared,
    entryPoints: { 'probe-pod': join(root, 'src/probe/pod/main.ts') },
    outdir: dist,
    format: 'cjs',
    target: 'node18',
    minify: true,
  }),
  build({
    ...shared,
    entryPoints: { 'ui-page': join(root, 'src/ui/browser/main.ts') },
    outdir: dist,
    platform: 'browser',
    format: 'iife',
    target: 'es2023',
    keepNames: false,
  }),
])

writeFileSync(join(dist, 'sbom.cdx.json'), listOf(built))

/** The explain pages, by slug of a check and id of a remedy: read only when somebody asks for one. */
const pages: Record<string, string> = {}
for (const file of readdirSync(join(root, 'src/remedies')).filter((it) => it.endsWith('.md'))) {
  pages[basename(file, '.md')] = readFileSync(join(root, 'src/remedies', file), 'utf8')
}
const checksDir = join(root, 'src/checks')
for (const family of readdirSync(checksDir, { withFileTypes: true }).filter((it) => it.isDirectory())) {
  for (const file of readdirSync(join(checksDir, family.name)).filter((it) => it.endsWith('.md'))) {
    pages[`${family.name}/${basename(file, '.md')}`] = readFileSync(join(checksDir, family.name, file), 'utf8')
  }
}
writeFileSync(join(dist, 'pages.json'), JSON.stringify(pages))

copyFileSync(join(root, 'src/library.d.ts'), join(dist, 'index.d.ts'))
// What `start` shows where there is no cluster: a package has no scenarios beside it.
copyFileSync(join(root, 'scenarios/dns-race-lossy/snapshot.hops'), join(dist, 'demo.hops'))
// It is linked into the path, as README says, and called by name.
chmodSync(join(dist, 'hopscope.js'), 0o755)
