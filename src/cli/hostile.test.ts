import { execFileSync } from 'node:child_process'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { sendJson, serve } from '../../test/fakes/api-server.ts'
import { expectClean, forged, hopscope, kubeconfigOf, scratch } from '../../test/build/program.ts'

/*
 * The real program against servers and files that mean harm: each run ends in seconds, with its own exit code, one line
 * of error at most, and nothing that a terminal obeys.
 */

function pods(items: readonly unknown[] | string | RequestListener): RequestListener {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x')
    if (pathname === '/version') return sendJson(response, 200, { gitVersion: 'v1.33.1', platform: 'linux/amd64' })
    if (pathname.endsWith('/selfsubjectaccessreviews')) return sendJson(response, 201, { status: { allowed: true } })
    if (!pathname.endsWith('/pods')) return sendJson(response, 200, { kind: 'List', metadata: {}, items: [] })
    if (typeof items === 'function') return items(request, response)
    return typeof items === 'string'
      ? void response.writeHead(200, { 'content-type': 'application/json' }).end(items)
      : sendJson(response, 200, { kind: 'List', metadata: {}, items })
  }
}

const pod = (name: string): string =>
  `{"metadata":{"name":"${name}","namespace":"shop\\udc00","deletionTimestamp":"+300000-01-01T00:00:00Z",
  "labels":{"__proto__":"a","constructor":"b"}},"__proto__":{"x":1},"spec":{"x":${'['.repeat(1e4)}${']'.repeat(1e4)}},
  "status":{"phase":${JSON.stringify(forged)},"startTime":1e999}}`

const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, 32))

const servers: readonly (readonly [string, RequestListener])[] = [
  [
    'halves of characters, odd keys, deep nesting, the year 300000',
    pods(`{"metadata":{},"items":[${pod('a\\ud800')}]}`),
  ],
  [
    'a list that unpacks to too much',
    pods((_it, to) => void to.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)),
  ],
  ['refusals that forge output', (_it, to) => sendJson(to, 403, { kind: 'Status', message: forged })],
]

test.each(servers)(
  '%s',
  async (_name, answer) => {
    const server = await serve(answer)
    try {
      const ended = await hopscope(kubeconfigOf(server.url), ['diagnose', '--timeout', '15s'])
      expectClean(ended)
      expect([0, 1, 2]).toContain(ended.code)
      expect(ended.out).not.toBe('')
    } finally {
      await server.close()
    }
  },
  40_000,
)

test('a server that sends elsewhere is not followed', async () => {
  const other = await serve((_it, to) => sendJson(to, 200, {}))
  const server = await serve((_it, to) => void to.writeHead(307, { location: `${other.url}/steal` }).end())
  try {
    const ended = await hopscope(kubeconfigOf(server.url), ['diagnose', '--timeout', '15s'])
    expectClean(ended)
    expect(ended.code).toBe(2)
    expect(other.requests).toEqual([])
  } finally {
    await server.close()
    await other.close()
  }
}, 40_000)

test("a proxy's password that is no percent encoding is no bug, and is not said", async () => {
  const proxy = 'http://us%zzer:SECRET%zzPW@127.0.0.1:9'
  const ended = await hopscope(kubeconfigOf('http://127.0.0.1:9', { 'proxy-url': proxy }), ['diagnose'])
  expectClean(ended)
  expect(ended.code).toBe(2)
  expect(ended.said).toMatch(/^error: cannot reach cluster/m)
  expect(ended.said).not.toContain('SECRET')
}, 40_000)

test('a kubeconfig that is a pipe nobody writes to, and one that has no end, are said', async () => {
  const pipe = join(scratch(), 'pipe')
  execFileSync('mkfifo', [pipe])
  for (const path of [pipe, '/dev/zero']) {
    const ended = await hopscope(path, ['diagnose'])
    expectClean(ended)
    expect(ended.code).toBe(2)
    expect(ended.said).toMatch(/^error: /m)
  }
}, 40_000)
