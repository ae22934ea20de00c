import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { codeOf, importsOf, read, shipped } from './sources.ts'

/**
 * Which folder of src may import which: the arrows of docs/architecture.md. A folder may always import itself.
 * Nothing imports `cli`. What stands in front of the arrow knows of what stands behind it, never the other way round.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  // pure: values in, values out
  wire: [],
  // the values that readers give; types alone
  model: ['wire'],
  manifest: [],
  findings: ['model'],
  relations: ['model', 'findings', 'wire'],
  checks: ['findings', 'relations', 'model', 'wire'],
  answers: ['findings', 'relations', 'model', 'wire'],
  remedies: ['findings', 'relations', 'manifest', 'model', 'wire'],
  'engine.ts': ['findings', 'relations', 'model'],
  report: ['plan', 'remedies', 'manifest', 'engine.ts', 'answers', 'findings', 'relations', 'model', 'wire'],
  // the outside world: the API server, pods, files
  kube: ['model', 'wire'],
  probe: ['kube', 'relations', 'model', 'wire'],
  collect: ['kube', 'relations', 'model', 'wire'],
  snapshot: ['kube', 'manifest', 'model', 'wire'],
  // what other tools wrote of a cluster
  bundle: ['kube', 'model', 'wire'],
  // the one that writes to a cluster
  plan: ['remedies', 'manifest', 'engine.ts', 'checks', 'findings', 'relations', 'model', 'probe', 'kube', 'wire'],
  // what a command line, a page or an assistant asks for: no terminal, no exit codes
  session: [
    'plan',
    'answers',
    'remedies',
    'engine.ts',
    'checks',
    'findings',
    'relations',
    'bundle',
    'collect',
    'probe',
    'snapshot',
    'kube',
    'model',
    'wire',
  ],
  // parses, calls, prints: what it prints are values of answers, findings and the model
  'index.ts': ['session', 'report', 'snapshot', 'engine.ts', 'checks', 'model', 'library.d.ts'],
  'library.d.ts': [],
  // tools for an assistant, on what a command line stands on as well
  mcp: ['session', 'report', 'model', 'wire'],
  // a page on loopback, as well
  ui: ['session', 'report', 'model', 'wire'],
  // metrics, and whether they are true, on what a use-case tells
  monitor: ['session', 'report', 'answers', 'model'],
  cli: ['mcp', 'ui', 'monitor', 'session', 'report', 'engine.ts', 'answers', 'findings', 'model', 'wire'],
}

/** Single files at the top of src that anybody may use. */
const forAll = [
  'tool-error.ts',
  'home.ts',
  'closest.ts',
  'phrases.ts',
  'owed.ts',
  'stopwatch.ts',
  'version.ts',
  'packed.ts',
  'unwritable.ts',
]

/** Folders that do no input or output, so that a diagnosis is a pure function of the snapshot. */
const pure = [
  'model',
  'wire',
  'manifest',
  'findings',
  'relations',
  'answers',
  'checks',
  'engine.ts',
  'closest.ts',
  'phrases.ts',
  'tool-error.ts',
]

/** Imports of development packages, with the reason why that is none at run time. */
const notAtRunTime: Readonly<Record<string, string>> = {
  'src/kube/esbuild-trim.ts': 'a plugin of the build',
  'src/probe/pods/pod-program.ts':
    'bundles the program of the probe pods when run from source; a release carries it ready',
  'src/ui/script.ts': "bundles the page's script when run from source; a release carries it ready",
}

/** What goes into the bundle: whoever gets the package gets these inside, at one version, and needs no other. */
const {
  bundled: dependencies,
  dependencies: outside,
  devDependencies,
} = JSON.parse(read('package.json')) as {
  readonly bundled: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

test('the package depends on no other', () => {
  expect(outside ?? {}).toEqual({})
  expect(dependencies.filter((it) => !(it in devDependencies))).toEqual([])
})

const imports = shipped.flatMap((file) =>
  importsOf(read(file)).map((specifier) => ({ file, specifier, from: partOf(file) })),
)
const inside = imports
  .filter((it) => it.specifier.startsWith('.'))
  .map((it) => ({ ...it, path: posix.join(posix.dirname(it.file), it.specifier) }))
  .map((it) => ({ ...it, to: partOf(it.path) }))

/** `checks` of src/checks/dns/node-cut-off.ts, `engine.ts` of src/engine.ts, `outside src` of a test's builder. */
function partOf(path: string): string {
  return path.startsWith('src/') ? (path.split('/')[1] ?? '') : 'outside src'
}

test('each folder of src stands in the table', () => {
  const parts = [...new Set(shipped.map(partOf))].filter((it) => !forAll.includes(it))
  expect(parts.filter((it) => !(it in mayImport))).toEqual([])
})

test('imports go along the arrows', () => {
  const wrong = inside
    .filter(({ from, to }) => from !== to && !forAll.includes(to) && !(mayImport[from] ?? []).includes(to))
    .map(
      ({ file, from, to, specifier }) =>
        `${file} imports ${specifier}: ` +
        `${from} may not import ${to}, only ${(mayImport[from] ?? []).join(', ') || 'nothing'}`,
    )
  expect(wrong).toEqual([])
})

test('the table lists no arrow backwards', () => {
  const reaches = (from: string, to: string, seen: readonly string[] = []): boolean =>
    (mayImport[from] ?? []).some((next) => next === to || (!seen.includes(next) && reaches(next, to, [...seen, next])))
  expect(Object.keys(mayImport).filter((it) => reaches(it, it))).toEqual([])
})

test('what is pure has no input or output', () => {
  const builtin = new Set(builtinModules)
  const wrong = imports.filter(
    ({ from, specifier }) => pure.includes(from) && (specifier.startsWith('node:') || builtin.has(specifier)),
  )
  expect(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`)).toEqual([])
})

/** Standing text in a command, a file name or a folder is for who calls: a page has no working directory. */
test('a use-case knows of no process: no terminal, no environment, no exit', () => {
  const wrong = shipped
    .filter((file) => partOf(file) === 'session')
    .filter((file) => /\bprocess\b|\bconsole\b|\bstd(?:in|out|err)\b|\bexitCode\b/.test(codeOf(read(file))))
  expect(wrong).toEqual([])
  expect(imports.filter((it) => it.from === 'session' && /^(?:node:)?process$/.test(it.specifier))).toEqual([])
})

test('an imported package is a dependency at run time', () => {
  const wrong = imports.filter(
    ({ file, specifier }) =>
      !specifier.startsWith('.') &&
      !specifier.startsWith('node:') &&
      !dependencies.some((it) => specifier === it || specifier.startsWith(`${it}/`)) &&
      !(file in notAtRunTime),
  )
  expect(
    wrong.map(
      ({ file, specifier }) => `${file} imports ${specifier}, which package.json does not list under dependencies`,
    ),
  ).toEqual([])
})

test('relative imports name the file, with its ending', () => {
  expect(
    inside
      .filter((it) => !/\.(ts|json)$/.test(it.specifier))
      .map(({ file, specifier }) => `${file} imports ${specifier}`),
  ).toEqual([])
})
