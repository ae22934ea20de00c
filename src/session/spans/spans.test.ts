import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { serve, type TestServer, transportTo } from '../../../test/fakes/api-server.ts'
import { clusterOver } from '../../kube/connect.ts'
import { ToolError } from '../../tool-error.ts'
import type { SessionEvent } from '../events.ts'
import { diagnoseSpans, type SpansAsk, type SpansDiagnosed } from './spans.ts'
import { tracingIn } from './in-cluster.ts'
import { tracesFrom } from './tracing-server.ts'

const fixtures = join(import.meta.dirname, '../../../test/fixtures/jaeger')
const text = (name: string): string => readFileSync(join(fixtures, name), 'utf8')

const asked: SpansAsk = { service: 'pool-web', since: 3_600_000, slow: 1000, requestTimeout: 2000 }
const told: SessionEvent[] = []
const caller = { signal: new AbortController().signal, tell: (it: SessionEvent) => void told.push(it) }

let server: TestServer | null = null
afterEach(async () => {
  told.length = 0
  await server?.close()
  server = null
})

type Answers = (path: string, query: URLSearchParams) => string | number | ((to: ServerResponse) => void)

async function tracing(answers: Answers): Promise<string> {
  server = await serve((request, response) => {
    const at = new URL(request.url ?? '', 'http://a')
    const its = answers(at.pathname, at.searchParams)
    if (typeof its === 'function') its(response)
    else response.writeHead(typeof its === 'number' ? its : 200).end(typeof its === 'number' ? '' : its)
  })
  return server.url
}

/** What Jaeger said, by which of its APIs it has. */
const jaeger =
  (has: { readonly v3: boolean }): Answers =>
  (path) => {
    if (path === '/api/v3/services') return has.v3 ? text('v3-services.json') : 404
    if (path === '/api/v3/traces') return has.v3 ? text('v3-pool.json') : 404
    if (path === '/api/services') return text('services.json')
    return path === '/api/traces' ? text('pool.json') : 404
  }

async function found(ask: Partial<SpansAsk>): Promise<SpansDiagnosed> {
  const ended = await diagnoseSpans({ ...asked, ...ask }, caller)
  if (ended.kind !== 'done') throw new Error(ended.kind)
  return ended.value
}
const codes = ({ diagnosis }: SpansDiagnosed): readonly string[] => diagnosis.roots.map(({ finding }) => finding.code)

async function refused(ask: Partial<SpansAsk>): Promise<string> {
  try {
    await found(ask)
  } catch (error) {
    if (error instanceof ToolError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'it was not refused'
}

describe('a tracing server by its URL', () => {
  test.each([true, false])(
    'of both APIs (v3: %s), the hop that waits is named, and no attribute is kept',
    async (v3) => {
      const url = await tracing(jaeger({ v3 }))
      const its = await found({ url })
      expect(codes(its)).toEqual(['SPN902'])
      expect(its.spans).toMatchObject({ traces: 2, doubts: { cutOff: 0, unread: 0, orphans: 0 } })
      expect(JSON.stringify(its.spans)).not.toContain('secret')
    },
  )

  test('slow traces are asked for by their length, in a time that has a beginning and an end', async () => {
    const url = await tracing(jaeger({ v3: true }))
    await found({ url, slow: 250 })
    const searches = (server?.requests ?? []).map((it) => new URL(it.url ?? '', 'http://a').searchParams)
    expect(searches.map((it) => it.get('query.duration_min'))).toEqual([null, null, '250ms'])
    expect(searches.slice(1).every((it) => it.has('query.start_time_min') && it.has('query.start_time_max'))).toBe(true)
  })

  test('below a path of its own; a user in the URL is sent, and never shown', async () => {
    const url = await tracing((path, query) =>
      path.startsWith('/jaeger/') ? jaeger({ v3: true })(path.slice(7), query) : 404,
    )
    const its = await found({ url: url.replace('http://', 'http://ann:geheim@') + '/jaeger/' })
    expect(codes(its)).toEqual(['SPN902'])
    expect(server?.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ann:geheim').toString('base64')}`)
    expect(JSON.stringify([its.spans, told])).not.toContain('geheim')
  })

  test.each<readonly [string, Answers, string]>([
    ['no Jaeger', () => '<html>', 'unreachable: URL gave no list of services: it answers as no Jaeger does'],
    ['an empty 404', () => 404, 'unreachable: URL gave no list of services: it answered 404'],
    [
      'a page to log in at',
      () => (to) => void to.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'unreachable: URL gave no list of services: it answered 302, which leads elsewhere',
    ],
    [
      'who wants a user',
      () => 401,
      'unreachable: URL gave no list of services: it answered 401: give a user in the URL',
    ],
    [
      'a cut connection',
      () => (to) => void to.destroy(),
      'unreachable: URL gave no list of services: other side closed',
    ],
    ['another service', () => text('v3-services.json'), 'not-found: URL knows no service `nope`'],
  ])('%s is one clear line', async (_, answers, line) => {
    const url = await tracing(answers)
    expect((await refused({ url, service: 'nope' })).replaceAll(url, 'URL')).toBe(line)
  })

  test('silence is no health: an answer that never comes leaves every check open', async () => {
    const url = await tracing((path, query) =>
      path === '/api/v3/services' ? jaeger({ v3: true })(path, query) : () => undefined,
    )
    const its = await found({ url, requestTimeout: 1000 })
    expect(new Set(its.diagnosis.results.map((it) => it.verdict))).toEqual(new Set(['cannot-tell']))
  })

  test('an answer of more than is read is asked for again with fewer traces', async () => {
    const large = 'x'.repeat(9 * 2 ** 20)
    const url = await tracing((path, query) =>
      path === '/api/v3/traces' && Number(query.get('query.num_traces')) > 25
        ? large
        : jaeger({ v3: true })(path, query),
    )
    expect(await found({ url })).toMatchObject({ spans: { traces: 2, doubts: { cutOff: 0 } } })
  })

  test('a service without a trace is not well: nothing tells of it', async () => {
    const empty = '{"result":{"resourceSpans":[]}}'
    const url = await tracing((path, query) => (path === '/api/v3/traces' ? empty : jaeger({ v3: true })(path, query)))
    const { diagnosis } = await found({ url })
    expect(diagnosis.roots).toEqual([])
    expect(new Set(diagnosis.results.map((it) => it.verdict))).toEqual(new Set(['cannot-tell']))
  })

  test.each([
    ['zz', 'usage: `zz` is no id of a trace'],
    ['ff', 'not-found: URL has no trace ff'],
  ])('a trace by the id %s', async (trace, line) => {
    const url = await tracing(() => 404)
    expect((await refused({ url, trace, service: null })).replaceAll(url, 'URL')).toBe(line)
  })
})

describe('a file', () => {
  test('of either API', async () => {
    for (const name of ['pool.json', 'v3-pool.json'])
      expect(codes(await found({ from: join(fixtures, name) }))).toEqual(['SPN902'])
  })

  test.each([
    [{ from: join(fixtures, 'README.md') }, /^bad-file: .* is no JSON that can be read to its end$/],
    [{ from: join(fixtures, '../../../package.json') }, /^bad-file: .* holds JSON, and no traces$/],
    [{ from: join(fixtures, 'none.json') }, /^bad-file: .* can't be read: ENOENT/],
    [{ from: join(fixtures, 'pool.json'), service: 'nope' }, /^not-found: .* has no trace of nope$/],
    [{ from: join(fixtures, 'pool.json'), url: 'http://a' }, /^usage: --from and --url name two places$/],
    [{ url: 'ftp://a' }, /^usage: `ftp:\/\/a` is no URL of a tracing server$/],
  ])('%o is refused in one line', async (ask, line) => {
    expect(await refused(ask)).toMatch(line)
  })
})

describe('the tracing server of a cluster', () => {
  const service = (namespace: string, name: string, ports: readonly object[]) => ({
    metadata: { namespace, name, uid: name },
    spec: { type: 'ClusterIP', clusterIP: '10.96.0.9', ports },
  })
  const all = [
    service('shop', 'web', [{ port: 80 }]),
    service('tracing', 'jaeger-collector', [{ name: 'otlp', port: 4317 }]),
    service('tracing', 'jaeger-query', [{ name: 'http-query', port: 80, targetPort: 'query' }]),
    service('old', 'jaeger', [{ name: 'ui', port: 16_686 }]),
  ]

  async function inCluster(services: readonly object[]): Promise<readonly string[]> {
    await tracing((path, query) => {
      if (path === '/api/v1/services') return JSON.stringify({ kind: 'ServiceList', metadata: {}, items: services })
      const below = '/api/v1/namespaces/tracing/services/jaeger-query:80/proxy'
      return path.startsWith(below) ? jaeger({ v3: true })(path.slice(below.length), query) : 404
    })
    if (server === null) throw new Error('none')
    const cluster = clusterOver(transportTo(server), 2000)
    const { signal } = caller
    const at = await tracingIn({ cluster, signal, interrupt: signal, tell: caller.tell }, null)
    const got = await tracesFrom(
      at,
      { service: 'pool-web', trace: null, sinceMs: 1000, slowMs: 1000 },
      1_795_949_083_000,
    )
    return [at.where, ...got.answers.map((it) => `${it.chosenBy} ${it.read.spans.length}`)]
  }

  test('is found by its port, asked through the API server, and that is said before', async () => {
    expect(await inCluster(all)).toEqual(['Service tracing/jaeger-query', 'time 10', 'length 10'])
    expect(told.map((it) => ('line' in it ? it.line : ''))).toEqual([
      'reads traces of Service tracing/jaeger-query, port 80, through the API server (get services/proxy); not asked: old/jaeger',
    ])
  })

  test('none is said to be none', async () => {
    await expect(inCluster(all.slice(0, 2))).rejects.toThrow(
      "no tracing found: no Service of this cluster has Jaeger's port 16686",
    )
  })
})
