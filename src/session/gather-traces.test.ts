import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { sendJson, serve, type TestServer, transportTo } from '../../test/fakes/api-server.ts'
import { checks } from '../checks/registry.ts'
import { diagnose } from '../engine.ts'
import { clusterOver } from '../kube/connect.ts'
import type { SessionEvent } from './events.ts'
import { gather, type Gathered } from './gather.ts'

/*
 * A diagnosis that probes, over an API server on loopback that lets nobody make a pod: traces are read all the same.
 */
const fixtures = join(import.meta.dirname, '../../test/fixtures/jaeger')
const text = (name: string): string => readFileSync(join(fixtures, name), 'utf8')
const proxy = '/api/v1/namespaces/tracing/services/jaeger-query:16686/proxy'

const service = (namespace: string, name: string, port: number) => ({
  metadata: { namespace, name, uid: name },
  spec: { type: 'ClusterIP', clusterIP: '10.96.0.9', selector: { app: name }, ports: [{ port, protocol: 'TCP' }] },
})
const services = [
  service('shop', 'pool-web', 80),
  service('shop', 'pool-cart', 80),
  service('tracing', 'jaeger-query', 16_686),
]
const node = { metadata: { name: 'worker-1', uid: 'n' }, spec: {}, status: {} }

let server: TestServer | null = null
afterEach(async () => {
  await server?.close()
  server = null
})

interface Run extends Gathered {
  readonly told: readonly string[]
  readonly asked: readonly string[]
}

async function run(ask: { readonly probe?: true; readonly http?: false; readonly says?: boolean }): Promise<Run> {
  const own = await serve((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://a')
    if (pathname === `${proxy}/api/v3/services`) return void response.end(text('v3-services.json'))
    if (pathname === `${proxy}/api/v3/traces`) return void response.end(text('v3-pool.json'))
    if (request.method !== 'GET') return sendJson(response, 403, { kind: 'Status', reason: 'Forbidden', code: 403 })
    const [, namespace] = /^\/api\/v1\/(?:namespaces\/(\w+)\/)?services$/.exec(pathname) ?? []
    if (pathname.endsWith('/services'))
      return sendJson(response, 200, {
        kind: 'ServiceList',
        metadata: {},
        items: services.filter((it) => namespace === undefined || it.metadata.namespace === namespace),
      })
    const items = pathname === '/api/v1/nodes' ? [node] : []
    return sendJson(response, 200, { kind: 'List', metadata: { resourceVersion: '1' }, items })
  })
  server = own
  const cluster = clusterOver(transportTo(own), 2000)
  const told: string[] = []
  const tell = (it: SessionEvent): void => void ('line' in it ? told.push(it.line) : null)
  const { says = true, ...flags } = ask
  const gathered = await gather(
    { cluster, signal: AbortSignal.timeout(20_000), tell, consent: () => Promise.resolve(says) },
    null,
    {
      namespace: 'shop',
      requestTimeout: 2000,
      timeout: 20_000,
      image: 'none',
      probeName: 'example.com',
      traces: true,
      ...flags,
    },
  )
  const asked = own.requests.map((it) => it.url ?? '').filter((it) => it.includes('/proxy/'))
  return { ...gathered, told, asked }
}

const isAnnounced = ({ told }: Run): boolean => told.some((it) => it.includes('get services/proxy'))

test('they are announced, read, and judged with all else', async () => {
  const its = await run({ probe: true })
  expect(isAnnounced(its)).toBe(true)
  expect(its.asked).toHaveLength(5)
  expect(its.model.sources.spans).toMatchObject({ known: true, value: { traces: 2 } })
  const { results } = diagnose(its.model, { checks })
  expect(results.find((it) => it.check.code === 'SPN902')?.verdict).toBe('finding')
}, 30_000)

test('whoever says no is asked for nothing', async () => {
  const its = await run({ probe: true, says: false })
  expect([isAnnounced(its), its.asked]).toEqual([true, []])
  expect(its.model.sources.spans.known).toBe(false)
})

test.each([
  ['reading alone', {}],
  ['--no-http', { probe: true, http: false }],
] as const)(
  '%s announces none and reads none',
  async (_, ask) => {
    const its = await run(ask)
    expect([isAnnounced(its), its.asked]).toEqual([false, []])
  },
  30_000,
)
