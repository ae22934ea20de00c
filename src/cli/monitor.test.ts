import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { programFile } from '../../test/build/program-file.ts'
import { hopscope, kubeconfigOf, scratch, type Serving, serving } from '../../test/build/program.ts'
import { rawCluster } from '../../test/build/raw-cluster.ts'
import { clouds } from '../../test/flavours/clouds.ts'
import { type FakeCluster, fakeCluster } from '../../test/flavours/fake-cluster.ts'
import { settle } from '../../test/flavours/settle.ts'
import { sendJson, serve } from '../../test/fakes/api-server.ts'
import { parsePrometheusText, sumOf } from '../wire/prometheus-text.ts'

/** The program as somebody starts it, scraped as Prometheus does, and ended as a kubelet ends it. */

const root = join(import.meta.dirname, '../..')
let cluster: FakeCluster
beforeAll(async () => {
  const [flavour] = clouds
  if (flavour === undefined) throw new Error('no flavour')
  cluster = await fakeCluster(settle(flavour.objects, flavour.families), flavour.version)
})
afterAll(() => cluster.close())

interface Started extends Serving {
  readonly url: string
}
const children: ChildProcess[] = []
afterEach(() => children.splice(0).forEach((it) => it.kill('SIGKILL')))

async function started(args: readonly string[], cwd = scratch()): Promise<Started> {
  const env = { HOME: scratch(), KUBECONFIG: cluster.kubeconfig }
  const it = await serving(['monitor', '--listen', '127.0.0.1:0', ...args], { cwd, env })
  children.push(it.child)
  const [, url = ''] = /^serves (http:\S+)\/metrics$/m.exec(it.out()) ?? []
  return { ...it, url }
}

function get(url: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const asking = http.get(url, { agent: false }, (it) => {
      let body = ''
      it.on('data', (chunk: Buffer) => (body += chunk.toString()))
      it.on('end', () => resolve({ status: it.statusCode ?? 0, body }))
    })
    asking.once('error', reject)
  })
}

/** The metrics once a round has ended. */
async function afterRound({ url }: Started): Promise<string> {
  for (let nth = 0; nth < 200; nth++) {
    const { body } = await get(`${url}/metrics`)
    if (/^hopscope_up /m.test(body)) return body
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('no round ended')
}

/** How long it took, and with which code. */
async function stopped(
  { child, ended }: Started,
  signal: NodeJS.Signals,
): Promise<readonly [code: number | null, ms: number]> {
  const began = performance.now()
  child.kill(signal)
  return [await ended, performance.now() - began]
}

test('serves what it finds, says what it does, writes nothing, and ends within a second of SIGTERM', async () => {
  const it = await started(['-A', '--every', '10s'])
  const page = await afterRound(it)
  const value = (name: string, labels: Readonly<Record<string, string>> = {}): number | null =>
    sumOf(parsePrometheusText(page), name, labels)
  expect(value('hopscope_up')).toBe(1)
  expect(value('hopscope_checks', { verdict: 'ok' })).toBeGreaterThan(20)
  expect(value('hopscope_checks', { verdict: 'crashed' })).toBe(0)
  expect(value('hopscope_lookup_ways')).toBe(0)
  expect(value('hopscope_round_interval_seconds')).toBe(10)
  expect((await get(`${it.url}/healthz`)).status).toBe(200)
  expect((await get(`${it.url}/livez`)).status).toBe(200)
  expect(it.out()).toMatch(/reads the cluster every 10 s, for half of the time at most/)
  expect(it.out()).toMatch(/makes no lookup of its own/)
  if (spawnSync('promtool', ['--version']).error === undefined)
    execFileSync('promtool', ['check', 'metrics'], { input: page, stdio: 'pipe' })
  const [code, ms] = await stopped(it, 'SIGTERM')
  expect(code).toBe(0)
  expect(ms).toBeLessThan(1000)
  expect(it.said()).toMatch(/a round is \d+ requests to the API server/)
  expect(it.said()).toContain('interrupted; nothing of it is left in the cluster')
  expect(cluster.writes).toEqual([])
}, 60_000)

describe('SIGTERM ends it within a second', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s, with lookups that wait for answers', async (signal) => {
    const it = await started(['-A', '--lookups', 'always', '--lookups-every', '200ms'])
    await afterRound(it)
    const [code, ms] = await stopped(it, signal)
    expect([code, ms < 1000]).toEqual([0, true])
  })
  test('in the middle of a round, with an API server that says nothing', async () => {
    let isAsked = (): void => undefined
    const asked = new Promise<void>((resolve) => (isAsked = resolve))
    const server = await serve((request, response) => {
      if (request.url === '/version') return sendJson(response, 200, { gitVersion: 'v1.33.1' })
      isAsked()
    })
    try {
      const it = await started(['-A', '--kubeconfig', kubeconfigOf(server.url)])
      await asked
      expect((await get(`${it.url}/healthz`)).body).toBe('not ok: no round has ended yet\n')
      const [code, ms] = await stopped(it, 'SIGTERM')
      expect([code, ms < 1000]).toEqual([0, true])
    } finally {
      await server.close()
    }
  })
  test('with a scrape that does not read', async () => {
    const it = await started(['-A'])
    await afterRound(it)
    const idle = http.get(`${it.url}/metrics`, { agent: false })
    idle.on('error', () => undefined)
    idle.on('response', (response) => response.pause())
    const [code, ms] = await stopped(it, 'SIGTERM')
    expect([code, ms < 1000]).toEqual([0, true])
  })
})

/** A cluster in which much is wrong. */
function troubled() {
  return serve((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x')
    if (pathname === '/version') return sendJson(response, 200, { gitVersion: 'v1.33.1' })
    const [, plural = '', name] =
      /\/([a-z]+)(?:\/([^/]+))?$/.exec(pathname.replace(/^.*\/namespaces\/[^/]+(?=\/)/, '')) ?? []
    const all = (rawCluster[plural] ?? []) as readonly { readonly metadata: { readonly name: string } }[]
    const found = all.find((it) => it.metadata.name === name)
    if (name !== undefined) return sendJson(response, found === undefined ? 404 : 200, found ?? { code: 404 })
    sendJson(response, 200, { kind: 'List', metadata: { resourceVersion: '1' }, items: all })
  })
}

describe('where something is wrong', () => {
  test('it is a metric, a line, and with --keep a recording that can be read again', async () => {
    const server = await troubled()
    try {
      const folder = join(scratch(), 'kept')
      const it = await started(['-A', '--kubeconfig', kubeconfigOf(server.url), '--keep', folder])
      const page = await afterRound(it)
      expect(sumOf(parsePrometheusText(page), 'hopscope_findings', { severity: 'error' })).toBeGreaterThan(0)
      expect(page).toMatch(
        /^hopscope_finding\{code="[A-Z]+\d+",severity="error",kind="\w+",namespace="[^"]*",name="[^"]+"\} 1$/m,
      )
      while (!/^kept: /m.test(it.said())) await new Promise((resolve) => setTimeout(resolve, 50))
      const [file = ''] = readdirSync(folder)
      expect(it.said()).toMatch(/^found: [A-Z]+\d+ \S+ \(error\)$/m)
      const again = await hopscope('', ['diagnose', '--from', join(folder, file), '-A'])
      expect(again.code).toBe(1)
      expect((await stopped(it, 'SIGTERM'))[0]).toBe(0)
    } finally {
      await server.close()
    }
  }, 60_000)
  test('and no recording can be written, it goes on and counts that', async () => {
    const server = await troubled()
    try {
      const folder = join(scratch(), 'kept')
      writeFileSync(folder, 'a file where a folder should be')
      const it = await started(['-A', '--kubeconfig', kubeconfigOf(server.url), '--keep', folder])
      await afterRound(it)
      while (!/^not kept: /m.test(it.said())) await new Promise((resolve) => setTimeout(resolve, 50))
      const { body } = await get(`${it.url}/metrics`)
      expect(sumOf(parsePrometheusText(body), 'hopscope_moments_lost_total')).toBe(1)
      expect((await get(`${it.url}/healthz`)).status).toBe(200)
    } finally {
      await server.close()
    }
  }, 60_000)
})

/** A token where a kubelet puts it, for this program alone. */
const inPod =
  'mount -t tmpfs none /run && d=/run/secrets/kubernetes.io/serviceaccount && mkdir -p $d && ' +
  'printf a-token >$d/token && printf shop >$d/namespace && exec "$@"'
const how = [['-m'], ['-rm']].find(
  (it) => spawnSync('unshare', [...it, 'mount', '-t', 'tmpfs', 'n', '/run']).status === 0,
)

test.skipIf(how === undefined)("in a pod it takes the pod's own account, and looks names up", async () => {
  const ended = await hopscope('', ['monitor', '--listen', '127.0.0.1:0'], {
    // Nobody listens there: that it is where it looks, and says so, is what matters.
    env: { HOME: scratch(), KUBECONFIG: '', KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' },
    before: ['unshare', ...(how ?? []), 'sh', '-c', inPod, 'sh'],
  })
  expect(ended.code).toBe(2)
  expect(ended.out).toMatch(/looks one name up at the DNS Service/)
  expect(ended.out).toMatch(/the metrics of at most 8 DNS servers by itself/)
  expect(ended.said).toMatch(/^error: .*in-cluster.*127\.0\.0\.1:1/m)
  expect(ended.said).not.toContain('a-token')
})

/** In a place where that user may read it. */
const asNobody = [
  'mount -t tmpfs none /run && cp "$1" /run/node && cp -r "$2" /run/program && chmod -R a+rX /run/program',
  'exec setpriv --reuid 65532 --clear-groups env -i KUBECONFIG=/nowhere /run/node /run/program/hopscope.js monitor',
].join(' && ')
const isRoot = process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0

test.skipIf(how === undefined || !isRoot)(
  'as a user of no list of users, without HOME, as in a container',
  async () => {
    const script = `${asNobody} --listen 127.0.0.1:0`
    const ended = await hopscope('', [], {
      before: ['unshare', '-m', 'sh', '-c', script, 'sh', process.execPath, dirname(programFile)],
    })
    expect(ended.said).toMatch(/^error: no kubeconfig: looked for \/nowhere$/m)
    expect(ended.code).toBe(2)
  },
)

/** A disk of its own without any room. */
const fullDisk =
  'mount -t tmpfs -o size=64k none "$1" && ' +
  '{ cat /dev/zero >"$1/filler" 2>/dev/null; shift; exec timeout -s TERM 8 "$@"; }'

test.skipIf(how === undefined)(
  'with a disk that is full it goes on, and says so once',
  async () => {
    const server = await troubled()
    try {
      const folder = scratch()
      const ended = await hopscope(
        kubeconfigOf(server.url),
        ['monitor', '-A', '--listen', '127.0.0.1:0', '--keep', folder],
        {
          before: ['unshare', ...(how ?? []), 'sh', '-c', fullDisk, 'sh', folder],
        },
      )
      expect(ended.said.match(/^not kept: .*(?:ENOSPC|no space)/gim)).toHaveLength(1)
      expect(ended.said).toContain('interrupted; nothing of it is left in the cluster')
      expect(ended.said).not.toContain('this is a bug')
    } finally {
      await server.close()
    }
  },
  60_000,
)

test('each command of its page starts it', async () => {
  const page = (name: string): string => readFileSync(join(root, 'docs', name), 'utf8')
  const lines = (/```sh\n([\s\S]*?)```/.exec(page('monitor.md'))?.[1] ?? '').trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(2)
  const folder = scratch()
  // The example of docs/ci.md.
  writeFileSync(join(folder, 'ignore.yaml'), /```yaml\n([\s\S]*?)```/.exec(page('ci.md'))?.[1] ?? '')
  for (const line of lines) {
    // A port of its own: somebody may have that one.
    const [program, command, ...args] = line.replace(/ --listen \S+/, '').split(' ')
    expect([program, command]).toEqual(['hopscope', 'monitor'])
    const it = await started(args, folder)
    expect(await afterRound(it)).toMatch(/^hopscope_up 1$/m)
    expect((await stopped(it, 'SIGTERM'))[0]).toBe(0)
  }
}, 60_000)

test.each([
  { args: ['--listen', '9467'], expected: /an address and a port: 127\.0\.0\.1:9467/ },
  { args: ['--listen', '127.0.0.1:70000'], expected: /an address and a port/ },
  { args: ['--every', '5s'], expected: /^error: a round every 5000 ms would be a load of its own/m },
  { args: ['--only', 'SVC999'], expected: /^error: no check `SVC999`/m },
  { args: ['--lookups', 'sometimes'], expected: /^error: .*lookups/m },
])('$args is a slip', async ({ args, expected }) => {
  const ended = await hopscope(cluster.kubeconfig, ['monitor', '--listen', '127.0.0.1:0', ...args])
  expect(ended.code).toBe(2)
  expect(ended.said).toMatch(expected)
})

test('a port that is taken is said before the cluster is asked', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as { readonly port: number }
  try {
    const ended = await hopscope('/nowhere', ['monitor', '--listen', `127.0.0.1:${port}`])
    expect(ended.code).toBe(2)
    expect(ended.said).toMatch(new RegExp(`^error: .*port ${port}: it is taken\n {2}help: name another one`, 'm'))
  } finally {
    taken.close()
  }
})
