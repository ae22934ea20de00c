import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Lock, Sbom } from './sbom.ts'

/** The package as somebody gets it: packed, put into an empty folder without a network, and called by its name. */

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'hopscope-package-'))
const home = join(folder, 'home')
/** The checkout as far as it is packed, with a bundle of its own. */
const checkout = join(folder, 'checkout')
const empty = join(folder, 'empty')
const bin = join(empty, 'node_modules/.bin')

function run(command: string, args: readonly string[], cwd = empty) {
  // A machine's own Node, and nothing of this checkout.
  const env = {
    PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: home,
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  }
  const ran = spawnSync(command, args, { cwd, env, encoding: 'utf8', timeout: 120_000 })
  return { code: ran.status, out: ran.stdout, told: `${ran.stdout}${ran.stderr}` }
}

beforeAll(() => {
  const built = spawnSync(process.execPath, [join(root, 'scripts/build.ts'), join(checkout, 'dist')], {
    cwd: root,
    encoding: 'utf8',
  })
  if (built.status !== 0) throw new Error(built.stderr)
  for (const name of ['package.json', 'README.md', 'LICENSE', 'deploy'])
    cpSync(join(root, name), join(checkout, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'))
  mkdirSync(empty)
  const packed = run('npm', ['pack', checkout, '--ignore-scripts', '--pack-destination', folder])
  if (packed.code !== 0) throw new Error(packed.told)
  const tarball = readdirSync(folder).find((it) => it.endsWith('.tgz')) ?? ''
  const installed = run('npm', ['install', '--no-audit', '--no-fund', join(folder, tarball)])
  if (installed.code !== 0) throw new Error(installed.told)
}, 240_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the package in an empty folder', () => {
  test('is one package: all that it needs is inside', () => {
    expect(readdirSync(join(empty, 'node_modules')).filter((it) => !it.startsWith('.'))).toEqual(['hopscope'])
  })
  test('answers by both of its names', () => {
    for (const name of ['hopscope', 'kubectl-hopscope'])
      expect(run(join(bin, name), ['--version'])).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^hopscope \d/) as string,
      })
    expect(run('npx', ['--no-install', 'hopscope', '--version'])).toMatchObject({ code: 0 })
  })
  test('shows the recording where there is no cluster', () => {
    const ran = run(join(bin, 'hopscope'), ['start'])
    expect(ran.told).toMatch(/RECORDING/)
    expect(ran.told).toMatch(/DNS101/)
    expect(ran.code).toBe(0)
  })
  test('is a library: the engine over a recording, with types', () => {
    const script = `import { codes, diagnose, json, readSnapshot, text } from 'hopscope'
const found = diagnose(await readSnapshot('node_modules/hopscope/dist/demo.hops'), { only: ['DNS101'] })
console.log(found.roots[0].finding.code, codes.length > 50, text(found).split('\\n')[0], JSON.parse(json(found)).schema)`
    const ran = run(process.execPath, ['--input-type=module', '-e', script])
    expect(ran.told).toMatch(/^DNS101 true DNS lookups stall for 5 s .* hopscope\/v1\n$/)
    expect(statSync(join(empty, 'node_modules/hopscope/dist/index.d.ts')).size).toBeGreaterThan(0)
  })
  test('names itself as it was called, and completes for kubectl', () => {
    expect(run(join(bin, 'kubectl-hopscope'), ['--help']).out).toContain('Usage: kubectl hopscope')
    expect(run(join(bin, 'kubectl-hopscope'), ['explain', 'DNS999']).told).toContain('kubectl hopscope checks')
    expect(run('npx', ['--no-install', 'hopscope', 'explain', 'DNS999']).told).toContain('npx hopscope checks')
    expect(run(join(bin, 'kubectl_complete-hopscope'), ['res']).out).toMatch(/^resolve\t/)
  })
  test('has the page of each finding', () => {
    expect(run(join(bin, 'hopscope'), ['explain', 'DNS101']).code).toBe(0)
  })
})

/** By the bytes, not by what the build says of itself: a sentence of each package's that the minifier keeps. */
const traces: Readonly<Record<string, RegExp>> = {
  '@leichtgewicht/ip-codec': /Invalid ip address: /,
  '@modelcontextprotocol/core': /io\.modelcontextprotocol/,
  '@modelcontextprotocol/server': /registerTool|is already registered/,
  '@valibot/to-json-schema': /cannot be converted to JSON Schema/,
  commander: /CommanderError/,
  'dns-packet': /Label length is|Cannot decode name/,
  'ipaddr.js': /ipaddr: /,
  'js-yaml': /nesting exceeded maxDepth/,
  re2js: /RE2JS/,
  valibot: /ValiError/,
  ws: /WS_ERR_/,
  yaml: /YAMLParseError/,
  zod: /ZodError/,
}

test('lists what is inside: version, licence with its notice, and hash of each bundled package', () => {
  const dist = join(empty, 'node_modules/hopscope/dist')
  const bom = JSON.parse(readFileSync(join(dist, 'sbom.cdx.json'), 'utf8')) as Sbom
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  const { bundled, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly bundled: readonly string[]
    readonly version: string
  }
  expect(bom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'hopscope', version } } })
  expect(bom.components.map((it) => it.name)).toEqual(expect.arrayContaining([...bundled]))
  expect(Object.keys(traces).toSorted()).toEqual(bom.components.map((it) => it.name).toSorted())
  for (const it of bom.components) {
    const locked = lock.packages[`node_modules/${it.name}`]
    expect(it.version).toBe(locked?.version)
    expect(it.licenses).toEqual([{ license: { id: locked?.license, text: { content: expect.any(String) as string } } }])
    const [{ content = '' } = {}] = it.hashes ?? []
    expect(`sha512-${Buffer.from(content, 'hex').toString('base64')}`).toBe(locked?.integrity)
  }
  const code = readdirSync(dist)
    .filter((it) => it.endsWith('.js') || it.endsWith('.cjs'))
    .map((it) => readFileSync(join(dist, it), 'utf8'))
    .join('')
  for (const [name, trace] of Object.entries(traces)) expect([name, trace.test(code)]).toEqual([name, true])
})

test('what README links into the path can be run, and is found through the link', () => {
  expect(statSync(join(checkout, 'dist/hopscope.js')).mode & 0o777).toBe(0o755)
  const link = join(folder, 'kubectl-hopscope')
  symlinkSync(join(checkout, 'dist/hopscope.js'), link)
  expect(run(link, ['--version'])).toMatchObject({ code: 0 })
})

test('an old Node goes on with that of the checkout, and elsewhere says in one line what is needed', ({ skip }) => {
  const old = ['/usr/bin/node', '/usr/local/bin/node'].find((it) =>
    /^v(?:1\d|20|21)\./.test(spawnSync(it, ['--version'], { encoding: 'utf8' }).stdout ?? ''),
  )
  if (old === undefined) return skip('there is no old Node on this machine')
  expect(run(old, [join(checkout, 'dist/hopscope.js'), '--version'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^hopscope/) as string,
  })
  const alone = run(old, [join(empty, 'node_modules/hopscope/dist/hopscope.js'), '--version'])
  expect(alone.code).toBe(2)
  expect(alone.told).toMatch(/^error: hopscope needs Node 22\.19 or later, this is [\d.]+\n {2}help: .+\n$/)
})
