import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { checks } from '../src/checks/registry.ts'
import { isFull, oneADay } from '../test/build/effort.ts'
import { objection, register, scaffold } from './new-check.ts'
import { addCommand, addVerb, commandObjection, commandScaffold } from './new-command.ts'
import { faultObjection, faultScaffold, listFault } from './new-fault.ts'

const root = join(import.meta.dirname, '..')
const bin = join(root, 'node_modules', '.bin')
const it = { slug: 'service/without-a-port', code: 'SVC299', title: "a Service offers no port, and it doesn't say why" }
const registry = readFileSync(join(root, 'src/checks/registry.ts'), 'utf8')

describe('what it refuses', () => {
  const [known] = checks
  test.each([
    [{ slug: 'without-a-port' }, /is no slug/],
    [{ slug: 'service/WithoutAPort' }, /is no slug/],
    [{ slug: 'storage/full' }, /no family `storage`: dns, service/],
    [{ code: 'DNS199' }, /a code of this family is SVC200 to SVC399, and the next free one SVC\d\d\d/],
    [{ slug: 'dns/new', code: known?.code ?? '' }, /is taken; the next free one is DNS[12]\d\d/],
    [{ slug: checks.find((one) => one.code.startsWith('SVC'))?.slug ?? '' }, /there is a check/],
    [{ title: 'It breaks.' }, /without a full stop/],
    [{ title: ' ' }, /names the bad thing/],
  ])('%j', (change, says) => expect(objection({ ...it, ...change })).toMatch(says))

  test('nothing else', () => expect(objection(it)).toBeNull())
})

describe('the line in the registry', () => {
  const small =
    "import a from './dns/a.ts'\nimport gone from './service/gone.ts'\n\nexport const checks = [\n  a, // DNS101\n  gone, // SVC201\n]\n"

  test('goes before the next higher code', () => {
    expect(register(small, { ...it, slug: 'ingress/new-one', code: 'ING301' })).toBe(
      "import a from './dns/a.ts'\nimport gone from './service/gone.ts'\nimport newOne from './ingress/new-one.ts'\n\nexport const checks = [\n  a, // DNS101\n  newOne, // ING301\n  gone, // SVC201\n]\n",
    )
  })
  test('goes last where there is none', () =>
    expect(register(small, { ...it, code: 'SVC202' })).toContain('  gone, // SVC201\n  withoutAPort, // SVC202\n]'))
  test('takes the family into a name that is taken', () =>
    expect(register(small, { ...it, slug: 'node/gone', code: 'NOD501' })).toContain(
      "import nodeGone from './node/gone.ts'",
    ))
})

const fault = { path: 'service/never-there', code: 'SVC201', breaks: 'a label that nothing carries' }
const command = { name: 'count', answers: 'how many pods there are' }

test.each([
  [faultObjection({ ...fault, path: 'storage/full' }, ''), /no family/],
  [
    faultObjection({ ...fault, path: 'service/service-selector-typo' }, "'./service/service-selector-typo.ts'"),
    /already/,
  ],
  [commandObjection({ ...command, name: 'dns' }), /already/],
  [commandObjection({ ...command, name: 'Dns' }), /one verb/],
])('%s', (said, expected) => expect(said).toMatch(expected))

describe('in a copy of the repository', () => {
  const copy = mkdtempSync(join(tmpdir(), 'hopscope-new-check-'))
  afterAll(() => rmSync(copy, { recursive: true, force: true }))
  for (const path of [
    'src',
    'test',
    'lab/breaks',
    'lab/cluster',
    'lab/net',
    'lab/images',
    'lab/faults',
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
    '.oxlintrc.json',
  ])
    cpSync(join(root, path), join(copy, path), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const [path, content] of scaffold(it)) writeFileSync(join(copy, path), content)
  writeFileSync(join(copy, 'src/checks/registry.ts'), register(registry, it))
  for (const file of readdirSync(join(root, 'lab')).filter((one) => one.endsWith('.ts')))
    cpSync(join(root, 'lab', file), join(copy, 'lab', file))
  writeFileSync(join(copy, 'lab/faults', `${fault.path}.ts`), faultScaffold(fault))
  writeFileSync(
    join(copy, 'lab/faults/all.ts'),
    listFault(readFileSync(join(root, 'lab/faults/all.ts'), 'utf8'), fault),
  )
  for (const [path, content] of commandScaffold(command)) writeFileSync(join(copy, path), content)
  for (const [path, change] of [
    ['src/cli/program.ts', addCommand],
    ['src/report/called.ts', addVerb],
  ] as const)
    writeFileSync(join(copy, path), change(readFileSync(join(root, path), 'utf8'), command))
  const others = [...commandScaffold(command).keys(), `lab/faults/${fault.path}.ts`]
  const paths = [...scaffold(it).keys()].filter((path) => path.endsWith('.ts'))
  writeFileSync(
    join(copy, 'tsconfig.scaffold.json'),
    JSON.stringify({
      extends: './tsconfig.json',
      include: [
        'src/**/*.d.ts',
        ...paths,
        ...others,
        // Lists of all the others, which they take their time for.
        ...(isFull ? ['src/checks/registry.ts', 'src/cli/program.ts', 'lab/faults/all.ts'] : []),
      ],
    }),
  )

  // Each of them takes as long as the whole of what it is about.
  test.each(
    oneADay<readonly [string, string, readonly string[]]>([
      ['compiles', 'tsc', ['--noEmit', '-p', 'tsconfig.scaffold.json']],
      ['passes the linter', 'oxlint', ['--deny-warnings', ...paths, ...others]],
      [
        'passes its own test and the guards of every check',
        'vitest',
        ['run', '--no-cache', `src/checks/${it.slug}.test.ts`, 'test/meta/checks.test.ts', '-t', it.code],
      ],
    ]),
  )(
    'the result %s',
    (_, tool, args) => {
      const env = Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST') && name !== 'NODE_ENV'),
      )
      const { status, stdout, stderr } = spawnSync(join(bin, tool), args, { cwd: copy, encoding: 'utf8', env })
      expect(status === 0 ? '' : `${stdout}${stderr}`).toBe('')
      // A filter that matches nothing passes as well.
      if (tool === 'vitest') expect(stripVTControlCharacters(stdout)).toMatch(/Tests {2}1\d passed/)
    },
    60_000,
  )
})
