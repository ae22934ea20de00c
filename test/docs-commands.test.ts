import { spawn } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { programFile } from './build/program-file.ts'
import { scratch } from './build/program.ts'
import { clouds } from './flavours/clouds.ts'
import { type FakeCluster, fakeCluster } from './flavours/fake-cluster.ts'
import { settle } from './flavours/settle.ts'

/** Each command of these pages, as somebody types it who read them, in one folder, one page after the other. */
const pages = ['report', 'ci', 'assistants', 'bundles']
const root = join(import.meta.dirname, '..')
const folder = scratch()
let cluster: FakeCluster | null = null

beforeAll(async () => {
  const [flavour] = clouds
  if (flavour === undefined) throw new Error('no flavour')
  cluster = await fakeCluster(settle(flavour.objects, flavour.families), flavour.version)
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin/hopscope'), `#!/bin/sh\nexec "${process.execPath}" "${programFile}" "$@"\n`, {
    mode: 0o755,
  })
  const scenario = (name: string): string => join(root, 'scenarios', name, 'snapshot.hops')
  copyFileSync(scenario('dns-race-lossy'), join(folder, 'run.hops'))
  copyFileSync(scenario('dns-race-lossy'), join(folder, 'before.hops'))
  const bundle = (name: string, to: string): void =>
    cpSync(join(root, 'test/fixtures/bundles', name), join(folder, to), { recursive: true })
  bundle('get-shop.json', 'shop.json')
  bundle('dump.txt', 'dump.txt')
  bundle('dump', 'dump')
  // The page's own example.
  const [, rules = ''] = /```yaml\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/ci.md'), 'utf8')) ?? []
  writeFileSync(join(folder, 'ignore.yaml'), rules)
  const kept = join(folder, 'state/hopscope')
  mkdirSync(kept, { recursive: true })
  copyFileSync(scenario('healthy'), join(kept, '2026-11-28T042545-shop.hops'))
})
afterAll(() => cluster?.close())

function typed(line: string): Promise<{ readonly code: number | null; readonly said: string }> {
  const env = {
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    KUBECONFIG: cluster?.kubeconfig ?? '',
    PATH: [join(folder, 'bin'), dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
  }
  const child = spawn('bash', ['-c', line], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 })
  let said = ''
  child.stdout.resume()
  child.stderr.on('data', (it: Buffer) => (said += it.toString()))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })))
}

describe.each(pages)('docs/%s.md', (page) => {
  const text = readFileSync(join(root, 'docs', `${page}.md`), 'utf8')
  const lines = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trimEnd().split('\n'))
  test('has commands', () => expect(lines.length).toBeGreaterThan(2))
  test.each(lines)('%s', async (line) => {
    const { code, said } = await typed(line)
    expect(said).not.toMatch(/^error:/m)
    // A dump of cluster-info holds no EndpointSlices: what they say of a Service nobody can say.
    expect(line.includes('--from dump ') ? [0, 1, 2] : [0, 1]).toContain(code)
  })
})
