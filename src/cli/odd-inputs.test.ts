import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { oneADay, some, today } from '../../test/build/effort.ts'
import { schemaVersion } from '../snapshot/schema.ts'
import { sendJson, serve } from '../../test/fakes/api-server.ts'
import { type Ended, expectClean, hopscope, kubeconfigOf, scratch } from '../../test/build/program.ts'

/*
 * What a disk, a file or a server may be like, through the real program: an answer, or one line of error with one of
 * what to do, and the exit code that says which.
 */

function expectOneError(ended: Ended): void {
  expectClean(ended)
  expect(ended.code, ended.said).toBe(2)
  const [error, help, ...more] = ended.said.split('\n').filter((it) => it !== '')
  expect(error).toMatch(/^error: .{10,}/)
  expect(help).toMatch(/^ {2}help: .{5,}/)
  // A help may go on, and nothing else comes after it.
  expect(more.filter((it) => !it.startsWith('  '))).toEqual([])
}

const empty: RequestListener = (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://x')
  if (pathname === '/version') return sendJson(response, 200, { gitVersion: 'v1.33.1', platform: 'linux/amd64' })
  if (pathname.endsWith('/selfsubjectaccessreviews')) return sendJson(response, 201, { status: { allowed: true } })
  sendJson(response, 200, { kind: 'List', metadata: { resourceVersion: '1' }, items: [] })
}

async function withServer<T>(answer: RequestListener, run: (kubeconfig: string) => Promise<T>): Promise<T> {
  const server = await serve(answer)
  try {
    return await run(kubeconfigOf(server.url))
  } finally {
    await server.close()
  }
}

/** Each gives a folder for XDG_STATE_HOME that is not as it should be. */
const stateHomes: readonly (readonly [string, () => string])[] = [
  ['where nothing can be made', () => '/proc'],
  ['a device', () => '/dev/full'],
  [
    'with a link in the place of the folder',
    () => {
      const [home, elsewhere] = [scratch(), scratch()]
      symlinkSync(elsewhere, join(home, 'hopscope'))
      mkdirSync(join(elsewhere, 'plans'))
      return home
    },
  ],
  [
    'that anybody may write to',
    () => {
      const home = scratch()
      for (const it of ['hopscope', 'hopscope/plans']) {
        mkdirSync(join(home, it))
        chmodSync(join(home, it), 0o777)
      }
      return home
    },
  ],
  [
    'of somebody else',
    () => {
      const home = scratch()
      for (const it of ['hopscope', 'hopscope/plans']) {
        mkdirSync(join(home, it))
        if (process.getuid?.() === 0) chownSync(join(home, it), 12_345, 12_345)
        else chmodSync(join(home, it), 0o777)
      }
      return home
    },
  ],
]

describe('a state folder', () => {
  test.each(oneADay(stateHomes))(
    '%s costs no answer, and is not written to',
    async (_what, make) => {
      const home = make()
      const ended = await withServer(empty, (kubeconfig) =>
        hopscope(kubeconfig, ['diagnose'], { env: { XDG_STATE_HOME: home } }),
      )
      expectClean(ended)
      expect([0, 1, 2]).toContain(ended.code)
      expect(ended.out).toMatch(/read only/)
      expect(ended.out).not.toMatch(/again, offline/)
      const folder = join(home, 'hopscope')
      expect(existsSync(folder) ? readdirSync(folder).filter((it) => it !== 'plans') : []).toEqual([])
    },
    60_000,
  )

  test.each(
    oneADay([
      ['HOME', { HOME: '', XDG_STATE_HOME: '' }],
      ['HOME', { HOME: '.', XDG_STATE_HOME: '../state' }],
      ['XDG_STATE_HOME', { HOME: scratch(), XDG_STATE_HOME: 'state' }],
    ] as const),
  )(
    "that depends on where one stands, by %s, is none, and the kubeconfig there is nobody's",
    async (_by, env) => {
      const cwd = scratch()
      mkdirSync(join(cwd, '.kube'))
      writeFileSync(join(cwd, '.kube/config'), readFileSync(kubeconfigOf('http://127.0.0.1:9')))
      const ended = await withServer(empty, (kubeconfig) => hopscope(kubeconfig, ['diagnose'], { env, cwd }))
      expectClean(ended)
      expect(readdirSync(cwd)).toEqual(['.kube'])
      const { said } = await hopscope('', ['diagnose'], { env: { ...env, HOME: '.' }, cwd })
      expect(said).not.toContain('127.0.0.1:9')
    },
    60_000,
  )

  test('on a disk without room costs no answer', async () => {
    const ended = await withServer(empty, (kubeconfig) =>
      hopscope(kubeconfig, ['diagnose'], { before: ['bash', '-c', 'ulimit -f 0; exec "$@"', 'bash'] }),
    )
    expectClean(ended)
    expect(ended.out).toMatch(/read only/)
    expect(ended.out).not.toMatch(/again, offline/)
  }, 60_000)

  test.each(stateHomes.slice(-1))(
    '%s has no plan that is applied',
    async (_what, make) => {
      const home = make()
      const id = '0123456789abcdef'
      writeFileSync(join(home, 'hopscope/plans', `${id}.json`), '{}')
      for (const how of ['--apply', '--undo'])
        expectOneError(
          await withServer(empty, (kubeconfig) =>
            hopscope(kubeconfig, ['fix', how, id], { env: { XDG_STATE_HOME: home } }),
          ),
        )
    },
    60_000,
  )
})

const header = (schema: number): string =>
  `${JSON.stringify({ hopscope: 'snapshot', schema, tool: '9.9.9', t0: '2026-01-01T00:00:00Z', cluster: {}, scope: {} })}\n`

const timeless = header(schemaVersion).replace('2026-01-01T00:00:00Z', '1e308')

const recordings: readonly (readonly [string, string | Buffer])[] = [
  ['of a newer schema', zstdCompressSync(header(999))],
  ['of garbage', Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256))],
  ['damaged', Buffer.concat([zstdCompressSync(header(1)).subarray(0, 20), Buffer.alloc(40, 7)])],
  ['that packs a null', zstdCompressSync('null\n')],
  ['of no time', zstdCompressSync(`${timeless}{"end":true,"records":1}\n`)],
]

describe('a recording', () => {
  test('that cannot be read, of any kind, is one line', async () => {
    for (const [what, bytes] of some(recordings, today)) {
      const path = join(scratch(), 'a.hops')
      writeFileSync(path, bytes)
      const ended = await hopscope('/nowhere', ['diagnose', '--from', path])
      expect({ what, code: ended.code }).toEqual({ what, code: 2 })
      expectOneError(ended)
    }
  }, 120_000)

  const forged = '✓ all fine. error[DNS101] help: run curl|sh '
  const hostile = [
    header(1).replace('"cluster"', `"x":${'['.repeat(100_000)}${']'.repeat(100_000)},"cluster"`),
    `${JSON.stringify({ hopscope: 'snapshot', schema: 999, tool: forged.repeat(5000) })}\n`,
  ]
  test.each([
    ...['diagnose', 'dns', 'trace', 'matrix', 'spans', 'resolve'].map((it) => [it, '--from']),
    ['ingress', 'ls', '--from'],
    ['ingress', 'conf', 'http://web.example.com/', '--from'],
    ['logs', '--summary', '--from'],
    ['pcap'],
  ])(
    'somebody’s own, to %s %s, is one line, without what it says',
    async (...words) => {
      for (const text of some(hostile, today)) {
        const path = join(scratch(), 'a.hops')
        writeFileSync(path, zstdCompressSync(text))
        const ended = await hopscope('/nowhere', [...words, path])
        expect(ended.code, ended.said).toBe(2)
        expect(ended.said.length).toBeLessThan(1000)
        expect(ended.said).not.toMatch(/✓|error\[|help: run|^ +at /m)
        expectClean(ended)
      }
    },
    120_000,
  )

  test('that is a folder, not there, or a device is one line', async () => {
    for (const path of [scratch(), '/dev/zero'])
      expectOneError(await hopscope('/nowhere', ['diagnose', '--from', path]))
  }, 60_000)

  test('that cannot be written is one line', async () => {
    for (const path of ['/dev/full', '/proc/a.hops'])
      expectOneError(await withServer(empty, (kubeconfig) => hopscope(kubeconfig, ['collect', '--out', path])))
  }, 60_000)
})

/** A status and its headers, then a byte of the body each tenth of a second. */
const dripping: RequestListener = (request, response) => {
  if (new URL(request.url ?? '/', 'http://x').pathname === '/version') return empty(request, response)
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 100)
  response.on('close', () => clearInterval(timer))
}

/** Pods are made and run, and their logs never say a word. */
const silentPods: RequestListener = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
  if (pathname.endsWith('/log') || searchParams.has('watch')) return void response.writeHead(200).flushHeaders()
  if (pathname.endsWith('/nodes'))
    return sendJson(response, 200, {
      metadata: { resourceVersion: '1' },
      items: [
        {
          metadata: { name: 'worker-1' },
          spec: {},
          status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { operatingSystem: 'linux' } },
        },
      ],
    })
  if (request.method === 'POST' && pathname.endsWith('/pods')) {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => sendJson(response, 201, { ...(JSON.parse(body) as object), status: { phase: 'Running' } }))
    return
  }
  empty(request, response)
}

describe.concurrent('a server', () => {
  test('that answers byte by byte costs the time that was given, and no more', async () => {
    const began = performance.now()
    const ended = await withServer(dripping, (kubeconfig) => hopscope(kubeconfig, ['diagnose', '--timeout', '4s']))
    expectClean(ended)
    expect(ended.code).toBe(2)
    expect(ended.said).toMatch(/not done within 4 s/)
    expect(performance.now() - began).toBeLessThan(20_000)
  }, 60_000)

  test.each([
    ['dns', '--timeout', '8s', '--probe-name', 'example.com'],
    ['resolve', 'cart', '--timeout', '8s'],
    ['watch', 'dns', '--probe', '--for', '4s', '--interval', '1s'],
    ['watch', 'dns', '--probe', '--node-access', '--for', '4s', '--interval', '1s'],
  ])(
    'whose pods say nothing, for ever: %s %s',
    async (...args) => {
      const began = performance.now()
      const ended = await withServer(silentPods, (kubeconfig) => hopscope(kubeconfig, args, { limitMs: 50_000 }))
      expectClean(ended)
      expect([1, 2], ended.said).toContain(ended.code)
      expect(performance.now() - began).toBeLessThan(40_000)
    },
    60_000,
  )
})

test('a kubeconfig that is no kubeconfig is one line', async () => {
  for (const text of ['kind: Pod\n', `a: ${'['.repeat(5000)}`]) {
    const path = join(scratch(), 'kubeconfig')
    writeFileSync(path, text)
    expectOneError(await hopscope(path, ['diagnose']))
  }
}, 60_000)
