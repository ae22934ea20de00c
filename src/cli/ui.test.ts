import { spawn } from 'node:child_process'
import { copyFileSync, readFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programFile } from '../../test/build/program-file.ts'
import { hopscope, scratch, type Serving, serving } from '../../test/build/program.ts'
import { clouds } from '../../test/flavours/clouds.ts'
import { type FakeCluster, fakeCluster } from '../../test/flavours/fake-cluster.ts'
import { settle } from '../../test/flavours/settle.ts'

/** The program as somebody starts it: one line with the link, and an end. */

const root = join(import.meta.dirname, '../..')
const scenario = join(root, 'scenarios/dns-race-lossy/snapshot.hops')
const folder = scratch()
let cluster: FakeCluster

beforeAll(async () => {
  const [flavour] = clouds
  if (flavour === undefined) throw new Error('no flavour')
  cluster = await fakeCluster(settle(flavour.objects, flavour.families), flavour.version)
  copyFileSync(scenario, join(folder, 'run.hops'))
})
afterAll(() => cluster.close())

interface Started extends Serving {
  readonly url: string
}

async function started(args: readonly string[], kubeconfig = cluster.kubeconfig): Promise<Started> {
  const env = { HOME: folder, KUBECONFIG: kubeconfig, XDG_STATE_HOME: state }
  const it = await serving(['ui', ...args], { cwd: folder, env })
  return { ...it, url: it.out().trim() }
}
const state = scratch()

function status(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    http.get(url, (it) => resolve(it.resume().statusCode)).once('error', reject)
  })
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'one line with the link, and %s ends it with 130',
  async (signal) => {
    const it = await started(['-n', 'shop'])
    expect(it.out()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{22}\n$/)
    expect(await status(it.url)).toBe(200)
    expect(await status(it.url)).toBe(403)
    it.child.kill(signal)
    expect(await it.ended).toBe(130)
    expect(it.said()).toContain('Ctrl-C ends the page')
    expect(it.said()).toContain('interrupted; nothing is served any more')
  },
)

test('where nobody reads the link, it ends with 141', async () => {
  const command = `"${process.execPath}" "${programFile}" ui --kubeconfig "${cluster.kubeconfig}" | true; echo "\${PIPESTATUS[0]}" >&2`
  const child = spawn('bash', ['-c', command], { stdio: ['ignore', 'ignore', 'pipe'], timeout: 60_000 })
  let said = ''
  child.stderr.on('data', (it: Buffer) => (said += it.toString()))
  await new Promise((resolve) => child.once('close', resolve))
  expect(said).toMatch(/\n141\n$/)
})

test('each command of its page starts it', async () => {
  const page = readFileSync(join(root, 'docs/ui.md'), 'utf8')
  const lines = (/```sh\n([\s\S]*?)```/.exec(page)?.[1] ?? '').trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(3)
  await hopscope(cluster.kubeconfig, ['diagnose', '-n', 'shop'], { env: { XDG_STATE_HOME: state } })
  for (const line of lines) {
    const it = await started(line.split(' ').slice(2))
    expect(await status(it.url)).toBe(200)
    it.child.kill('SIGINT')
    expect(await it.ended).toBe(130)
  }
}, 60_000)

test('without a cluster a run can be read', async () => {
  const it = await started(['run.hops'], '')
  expect(new URL(it.url).pathname).toBe('/run/opened')
  it.child.kill('SIGINT')
  expect(await it.ended).toBe(130)
})

test.each([
  { args: [], kubeconfig: '', expected: /^error: no kubeconfig: / },
  { args: ['none.hops'], expected: /^error: .*none\.hops/ },
  { args: ['-'], expected: /^error: a page is read again and again/ },
  { args: ['--last'], expected: /^error: no run is kept in / },
  { args: ['run.hops', '--last'], expected: /^error: --last is the run that was kept last/ },
  { args: ['--context', 'none'], expected: /^error: .*none/ },
  { args: ['--port', '0'], expected: /^error: .*a port is a number from 1 to 65535/ },
  { args: ['--allow-fix'], expected: /^error: unknown option '--allow-fix'/ },
])('$args: one line, and what to do', async ({ args, kubeconfig = cluster.kubeconfig, expected }) => {
  const { code, out, said } = await hopscope(kubeconfig, ['ui', ...args], { cwd: folder, env: { HOME: folder } })
  expect(said).toMatch(expected)
  expect(said.trimEnd().split('\n')).toHaveLength(2)
  expect({ code, out }).toEqual({ code: 2, out: '' })
})

test('a run that goes on is ended with it, in words', async () => {
  const silent = await fakeCluster([], 'v1.33.1', () => new Promise(() => {}))
  const it = await started([], silent.kubeconfig)
  const { origin, host } = new URL(it.url)
  const cookie = await new Promise<string>((resolve) => {
    http.get(it.url, (one) => resolve(one.resume().headers['set-cookie']?.[0]?.split(';')[0] ?? ''))
  })
  const headers = { cookie, origin, host, 'content-type': 'application/x-www-form-urlencoded' }
  await new Promise((resolve) => {
    http.request(`${origin}/run`, { method: 'POST', headers }, (one) => resolve(one.resume())).end('ask=dns&namespace=')
  })
  it.child.kill('SIGINT')
  expect(await it.ended).toBe(130)
  expect(it.said()).toMatch(/^run r1: hopscope diagnose dns$/m)
  expect(it.said()).toMatch(/^run r1: stopped: the page was ended where it was started$/m)
  await silent.close()
})
