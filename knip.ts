// Dead code: files, exports and packages that nothing uses. `npm test` asks knip, which starts from what stands here.
import { readFileSync } from 'node:fs'

const { scripts } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}

/** What `npm run` starts through scripts/setup.mjs, where knip does not look further. */
const started = Object.values(scripts).flatMap(
  (it) => it.match(/^node scripts\/setup\.mjs \w+ (\S+\.(?:ts|mjs))/)?.[1] ?? [],
)

export default {
  entry: [
    ...new Set(started),
    // What scripts/build.ts and scripts/binary.ts bundle.
    'src/cli/main.ts',
    'src/cli/binary.ts',
    'src/probe/pod/main.ts',
    'src/ui/browser/main.ts',
    // The package as a library.
    'src/index.ts',
    // Started by their path, as processes of their own.
    'bench/snapshot-child.ts',
    'lab/policy/{enforcer,cyclonus-check}.ts',
    'lab/test/load-child.ts',
    'lab/captures/{record,serve}.ts',
    'lab/breaks/{conntrack-filler,pair-burst-client}.ts',
    'test/fakes/apply-child.ts',
    'scripts/mutants/{driver,vitest.config}.ts',
  ],
  project: ['{src,lab,scripts,bench,test}/**/*.{ts,mjs}'],
  // Started by their path in node_modules (scripts/test.mjs, and `npm run format`).
  ignoreDependencies: ['oxfmt', 'oxlint'],
  // The machine's own.
  ignoreBinaries: ['kubectl', 'ip', 'unshare', 'mkfifo', 'fish', 'promtool', 'setpriv', 'dpkg-query'],
  // A type that an exported function speaks of may be named by whoever calls it.
  ignoreExportsUsedInFile: { interface: true, type: true },
}
