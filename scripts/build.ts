import { chmodSync, copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { basename, join } from 'node:path'
import { build, type BuildOptions } from 'esbuild'
import { trimClientNode } from '../src/kube/esbuild-trim.ts'
import { type Lock, sbom } from './sbom.ts'

const root = join(import.meta.dirname, '..')
/** Elsewhere for a test, which must not take the bundle from under another one. */
const dist = process.argv[2] ?? join(root, 'dist')
const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Parameters<typeof sbom>[2]

/** null in a package that was unpacked somewhere. */
function commit(): string | null {
  const asked = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: root, encoding: 'utf8' })
  return asked.status === 0 ? asked.stdout.trim() : null
}

const shared: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  // A third less to compile at each start; names stay, so that the stack of a crash can be read.
  minify: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  absWorkingDir: root,
  define: { HOPSCOPE_VERSION: JSON.stringify(own.version), HOPSCOPE_COMMIT: JSON.stringify(commit()) },
}

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

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
const bundled = built.flatMap(({ metafile }) =>
  // What was looked at and left out is not in it.
  Object.values(metafile?.outputs ?? {}).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  ),
)
writeFileSync(join(dist, 'sbom.cdx.json'), `${JSON.stringify(sbom(bundled, lock, own, root), null, 2)}\n`)

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
