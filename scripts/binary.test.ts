import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { copyCheckout, linesUnder, typeIn } from '../test/build/checkout.ts'
import { clouds } from '../test/flavours/clouds.ts'
import { type FakeCluster, fakeCluster } from '../test/flavours/fake-cluster.ts'
import { settle } from '../test/flavours/settle.ts'

/** docs/install.md as it is typed, and the one file that comes of it: in an empty folder, and without Node. */

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/install.md'), 'utf8')
const recording = join(root, 'scenarios/dns-race-lossy/snapshot.hops')

const authentication = 'client.authentication.k8s.io/v1'

interface Kubeconfig {
  readonly contexts: readonly { readonly name: string; readonly context: Readonly<Record<string, string>> }[]
}

/** Why it can't be built here. */
function impossible(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the page speaks of linux-x64'
  return readFileSync(process.execPath).includes('NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:0')
    ? null
    : 'this Node takes no program: it was built without the fuse'
}
const why = impossible()

describe.skipIf(why !== null)(why ?? 'the installs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hopscope-binary-test-'))
  const made = join(folder, 'checkout/dist/bin')
  const empty = join(folder, 'empty')
  const file = join(empty, 'hopscope-linux-x64')
  const home = join(folder, 'nobody')
  let cluster: FakeCluster | null = null

  const env = { HOME: home, PATH: '/nowhere', TMPDIR: join(folder, 'tmp') }
  function run(args: readonly string[], { as = file, input = '', more = {} } = {}) {
    const ran = spawnSync(as, args, { cwd: empty, env: { ...env, ...more }, input, encoding: 'utf8', timeout: 60_000 })
    return { code: ran.status, out: ran.stdout, told: `${ran.stdout}${ran.stderr}` }
  }

  beforeAll(async () => {
    copyCheckout(folder)
    for (const it of [empty, home, env.TMPDIR]) mkdirSync(it)
    const [flavour] = clouds
    if (flavour === undefined) throw new Error('no flavour')
    cluster = await fakeCluster(settle(flavour.objects, flavour.families), flavour.version)
  }, 60_000)
  afterAll(async () => {
    await cluster?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test.each(['npx', 'npm', 'One file', 'An image', 'Completion'])(
    'docs/install.md, %s',
    { timeout: 600_000 },
    (title) => {
      const lines = linesUnder(page, title)
      expect(lines.length).toBeGreaterThan(1)
      for (const line of lines) {
        const { code, told } = typeIn(folder, line)
        expect({ line, code, told: code === 0 ? '' : told }).toEqual({ line, code: 0, told: '' })
        if (/hopscope (?:version|start)/.test(line)) expect(told).toMatch(/hopscope \d|RECORDING/)
      }
    },
  )

  describe('the one file', () => {
    beforeAll(() => {
      copyFileSync(join(made, 'hopscope-linux-x64'), file)
      for (const name of ['kubectl-hopscope', 'kubectl_complete-hopscope']) symlinkSync(file, join(empty, name))
    })

    test('answers by both of its names', () => {
      for (const as of [file, join(empty, 'kubectl-hopscope')])
        expect(run(['--version'], { as })).toMatchObject({
          code: 0,
          out: expect.stringMatching(/^hopscope \d/) as string,
        })
      expect(run(['version', '--client']).out).toContain(`node ${process.version}, linux x64\n`)
    })
    test('names itself as it was called, and completes for kubectl', () => {
      const as = join(empty, 'kubectl-hopscope')
      expect(run(['--help'], { as }).out).toContain('Usage: kubectl hopscope')
      expect(run(['explain', 'DNS999'], { as }).told).toContain('kubectl hopscope checks')
      expect(run(['res'], { as: join(empty, 'kubectl_complete-hopscope') }).out).toMatch(/^resolve\t/m)
    })
    test('shows the recording where there is no cluster, and leaves nothing behind', () => {
      const ran = run(['start'])
      expect(ran.told).toMatch(/RECORDING[\s\S]*DNS101[\s\S]*\n {2}hopscope diagnose -n NAMESPACE/)
      expect(ran.code).toBe(0)
      expect(readdirSync(env.TMPDIR)).toEqual([])
      expect(readdirSync(home)).toEqual([])
    })
    test('has the page of each finding', () => {
      expect(run(['explain', 'DNS101'])).toMatchObject({
        code: 0,
        out: expect.stringContaining('## What it means') as string,
      })
    })
    test('judges a recording, and makes a page of it', () => {
      expect(run(['diagnose', '--from', recording])).toMatchObject({
        code: 1,
        out: expect.stringContaining('DNS101') as string,
      })
      expect(run(['report', recording, '-o', 'html']).out).toMatch(/^<!doctype html>[\s\S]*DNS101/i)
      expect(run(['report', recording, '-o', 'json']).out).toContain('"schema": "hopscope/dns/v1"')
    })
    test('reads captures', () => {
      const ran = run(['pcap', join(root, 'lab/captures/files/tcp-well.pcap')])
      expect([ran.code, ran.told.includes('error:')]).toEqual([0, false])
    })
    test('speaks to an assistant', () => {
      const hello = {
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
      }
      expect(run(['mcp'], { input: `${JSON.stringify(hello)}\n` }).out).toContain('"serverInfo":{"name":"hopscope"')
    })
    test('looks at a cluster, asks a program for its credentials, and keeps the run for the page', async () => {
      const config = JSON.parse(readFileSync(cluster?.kubeconfig ?? '', 'utf8')) as Kubeconfig
      const asked = join(folder, 'asked')
      const credential = `{"apiVersion":"${authentication}","kind":"ExecCredential","status":{"token":"t"}}`
      const exec = {
        apiVersion: authentication,
        command: '/bin/sh',
        args: ['-c', `echo yes > "$1"; echo '${credential}'`, 'sh', asked],
        interactiveMode: 'Never',
      }
      const kubeconfig = join(folder, 'kubeconfig')
      const contexts = config.contexts.map(({ name, context }) => ({ name, context: { ...context, user: 'program' } }))
      writeFileSync(kubeconfig, JSON.stringify({ ...config, contexts, users: [{ name: 'program', user: { exec } }] }))
      const ran = await ended(start(['diagnose', '-n', 'shop', '--kubeconfig', kubeconfig]))
      expect(readFileSync(asked, 'utf8')).toBe('yes\n')
      expect(ran.said).not.toContain('error:')
      expect([0, 1]).toContain(ran.code)
      const child = start(['ui', '--last'])
      const url = await new Promise<string>((resolve) =>
        child.stdout?.once('data', (it: Buffer) => resolve(it.toString().trim())),
      )
      const first = await fetch(url, { redirect: 'manual' })
      const cookie = first.headers
        .getSetCookie()
        .map((it) => it.split(';')[0])
        .join('; ')
      const script = await fetch(new URL('/ui.js', url), { headers: { cookie } })
      expect([first.status, script.status]).toEqual([200, 200])
      expect((await script.text()).length).toBeGreaterThan(1000)
      const last = ended(child)
      child.kill('SIGINT')
      expect((await last).code).toBe(130)
    })
    test('costs little more to start than Node', () => {
      // CPU, and not the clock: on a busy machine most of that is waiting for others.
      const line = `TIMEFORMAT='%U %S'; time "$@" > /dev/null`
      const spent = (...words: readonly string[]): number => {
        const { stderr } = spawnSync('/bin/bash', ['-c', line, 'bash', ...words], { cwd: empty, env, encoding: 'utf8' })
        return stderr
          .trim()
          .split(' ')
          .reduce((sum, it) => sum + Number(it) * 1000, 0)
      }
      const rounds = Array.from({ length: 10 }, () => [
        spent(process.execPath, '-e', '0'),
        spent(file, 'version', '--client'),
      ])
      const [node = 0, own = 0] = [0, 1].map((column) => Math.min(...rounds.map((it) => it[column] ?? 0)))
      console.info(`CPU of node -e 0: ${node.toFixed(0)} ms; of hopscope version --client: ${own.toFixed(0)} ms`)
      // A tenth of a second is what it takes; without V8's code cache it is two.
      expect(own - node).toBeLessThan(180)
    })

    function start(args: readonly string[]): ChildProcess {
      return spawn(file, args, { cwd: empty, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 })
    }
    function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly said: string }> {
      let said = ''
      child.stdout?.resume()
      child.stderr?.on('data', (it: Buffer) => (said += it.toString()))
      return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })))
    }
  })

  test('the manifest has the hash of the archive, which holds the program, its licence and its list', () => {
    const { spec } = parse(readFileSync(join(made, 'hopscope.yaml'), 'utf8')) as {
      readonly spec: { readonly version: string; readonly platforms: readonly Readonly<Record<string, string>>[] }
    }
    const [entry] = spec.platforms
    const archive = join(made, `hopscope-${spec.version.slice(1)}-linux-x64.tar.gz`)
    expect(spec.platforms.length).toBe(1)
    expect(entry?.['uri']).toMatch(/\/hopscope-[\d.]+-linux-x64\.tar\.gz$/)
    expect(entry?.['sha256']).toBe(createHash('sha256').update(readFileSync(archive)).digest('hex'))
    const listed = spawnSync('tar', ['-tzf', archive], { encoding: 'utf8' }).stdout.trim().split('\n')
    expect(listed).toEqual(expect.arrayContaining(['LICENSE', 'hopscope', 'sbom.cdx.json']))
  })
})
