import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { serve, type TestServer, transportTo } from '../../../test/fakes/api-server.ts'
import { service } from '../../../test/build/service.ts'
import { pod } from '../../../test/build/pod.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose } from '../../engine.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { clusterOver } from '../../kube/connect.ts'
import { type Known, known, leftOutBy } from '../../model/known.ts'
import type { Model, Scope } from '../../model/sources.ts'
import type { Spans } from '../../model/spans.ts'
import { anonymize } from '../../snapshot/anonymize.ts'
import { announceTraces, planTraces, readTraces } from './of-target.ts'

const fixtures = join(import.meta.dirname, '../../../test/fixtures/jaeger')
const text = (name: string): string => readFileSync(join(fixtures, name), 'utf8')
/** When the recorded traces were made. */
const now = 1_795_949_083_000

const scope: Partial<Scope> = { namespace: 'shop', level: 'probe' }
const names = ['pool-web', 'pool-cart']
const shop = {
  services: names.map((it) => service(it, { selector: { app: it } })),
  pods: names.map((it) => pod(`${it}-0`, { labels: { app: it }, owner: { kind: 'StatefulSet', name: it } })),
  workloads: [],
  ingresses: [],
}
const queryService = {
  metadata: { namespace: 'tracing', name: 'jaeger-query', uid: 'q' },
  spec: { type: 'ClusterIP', clusterIP: '10.96.0.9', ports: [{ name: 'http-query', port: 80, targetPort: 'query' }] },
}

let server: TestServer | null = null
afterEach(async () => {
  await server?.close()
  server = null
})

type Answer = string | number | null
interface World {
  readonly services?: readonly object[] | number
  /** Of the tracing server; null: never. */
  readonly jaeger?: (path: string, query: URLSearchParams) => Answer
}

const jaeger = (path: string): Answer => {
  if (path === '/api/v3/services') return text('v3-services.json')
  return path === '/api/v3/traces' ? text('v3-pool.json') : 404
}

async function clusterWith({ services = [queryService], jaeger: its = jaeger }: World): Promise<Cluster> {
  server = await serve((request, response) => {
    const at = new URL(request.url ?? '', 'http://a')
    const below = '/api/v1/namespaces/tracing/services/jaeger-query:80/proxy'
    const answer = ((): Answer => {
      if (at.pathname.startsWith(below)) return its(at.pathname.slice(below.length), at.searchParams)
      if (at.pathname !== '/api/v1/services') return 404
      return typeof services === 'number'
        ? services
        : JSON.stringify({ kind: 'ServiceList', metadata: {}, items: services })
    })()
    if (answer === null) return
    response.writeHead(typeof answer === 'number' ? answer : 200).end(typeof answer === 'number' ? '' : answer)
  })
  return clusterOver(transportTo(server), 5000)
}

interface Read {
  readonly model: Model
  readonly spans: Known<Spans>
  readonly announced: string | null
}

async function read(world: World, about: Partial<Scope> = {}, http = true): Promise<Read> {
  const cluster = await clusterWith(world)
  const { signal } = new AbortController()
  const model = modelOf(shop, {}, { ...scope, ...about })
  const plan = await planTraces(cluster, model, { http, signal })
  const spans = plan.known ? await readTraces(cluster, plan.value, { signal, now }) : plan
  const announced = plan.known ? announceTraces(plan.value) : null
  return { spans, announced, model: { ...model, sources: { ...model.sources, spans } } }
}

/** The older API's answer, in which a process says where its pod is. */
function placedIn(namespace: string): World {
  const all = JSON.parse(text('pool.json')) as { data: { processes: Record<string, { tags: object[] }> }[] }
  for (const { processes } of all.data)
    for (const it of Object.values(processes))
      it.tags = [...it.tags, { key: 'k8s.namespace.name', type: 'string', value: namespace }]
  return {
    jaeger: (path) => {
      if (path === '/api/services') return text('services.json')
      return path === '/api/traces' ? JSON.stringify(all) : 404
    },
  }
}

const asked = (): readonly string[] => (server?.requests ?? []).map((it) => it.url ?? '')
const told = ({ spans }: Read): string => (spans.known ? 'traces' : `${spans.why.reason}: ${spans.why.detail}`)
const findings = ({ model }: Read) =>
  diagnose(model, { checks })
    .results.flatMap((it) => it.findings)
    .filter((it) => it.code.startsWith('SPN'))

describe('traces of what is asked about', () => {
  test('are told before, read in bounds, and their findings are of the diagnosis', async () => {
    const its = await read({})
    expect(its.announced).toContain(
      'reads traces of the last 15 minutes of what is asked about, of Service tracing/jaeger-query, port 80, through ' +
        'the API server (get services/proxy): of 5 services at most, 20 by time and 20 slow ones each, 4 MiB and 3 s',
    )
    // A list of Services, one of the services that are traced, and two questions for each of those that are here.
    expect(asked()).toHaveLength(2 + 2 * names.length)
    const searches = asked().filter((it) => it.includes('/traces?'))
    expect(searches.every((it) => it.includes('num_traces=20'))).toBe(true)
    // The name alone tells whose they are.
    expect(findings(its).map((it) => [it.code, it.confidence, it.severity])).toEqual([
      ['SPN902', 'possible', 'warning'],
    ])
    expect(findings(its)[0]?.also).toContainEqual({ kind: 'Service', namespace: 'shop', name: 'pool-web' })
  })

  test('that say their namespace are sure', async () => {
    const its = await read(placedIn('shop'))
    expect(findings(its).map((it) => [it.code, it.confidence, it.severity])).toEqual([['SPN902', 'observed', 'error']])
  })

  test("of another namespace are somebody else's", async () => {
    expect(told(await read(placedIn('dev')))).toBe(
      'not-there: no traces found (of pool-cart, pool-web in the last 15 minutes)',
    )
  })

  test('are kept without the names of the cluster where a recording is to have none', async () => {
    const { model } = await read(placedIn('shop'))
    const shown = JSON.stringify(anonymize(model).sources.spans)
    expect(shown).not.toMatch(/pool-(?:web|cart)|tracing|jaeger|\/cart|orders|secret/)
  })
})

describe('nothing to read is one line', () => {
  test.each<readonly [string, World, string]>([
    ['no tracing', { services: [] }, "not-there: no tracing found (no Service has Jaeger's port 16686)"],
    [
      'Services of other namespaces may not be read',
      { services: 403 },
      'not-there: no tracing found in namespace shop (Services of others were not read)',
    ],
    [
      'nobody here is traced',
      { jaeger: (path) => (path === '/api/v3/services' ? '{"services":["billing"]}' : 404) },
      'not-there: no traces found (of the 1 service that Service tracing/jaeger-query knows, none has a name of what ' +
        'is asked about)',
    ],
    [
      'no trace lately',
      { jaeger: (path) => (path === '/api/v3/traces' ? '{"result":{"resourceSpans":[]}}' : jaeger(path)) },
      'not-there: no traces found (of pool-cart, pool-web in the last 15 minutes)',
    ],
  ])('%s', async (_, world, line) => expect(told(await read(world))).toBe(line))

  test('DNS alone, and no requests by the flag: nobody is asked', async () => {
    expect(told(await read({}, { target: { kind: 'dns' } }))).toBe('not-asked: DNS alone is asked about')
    const { spans } = await read({}, {}, false)
    expect(spans.known ? null : leftOutBy(spans.why)).toBe('--no-http')
    expect(asked()).toEqual([])
  })
})

describe('tracing that is there and says nothing is a doubt', () => {
  test('no right to it', async () => {
    expect(told(await read({ jaeger: () => 403 }))).toMatch(/^forbidden: .*services\/proxy.*tracing/)
  })

  test('silence ends after 3 s', async () => {
    const began = performance.now()
    expect(told(await read({ jaeger: () => null }))).toMatch(/^timed-out: .*within 3 s$/)
    expect(performance.now() - began).toBeLessThan(4500)
  })

  test('some silence: what came is judged, and nothing is called well', async () => {
    const { model, spans } = await read({
      jaeger: (path, query) => (query.get('query.service_name') === 'pool-web' ? null : jaeger(path)),
    })
    expect(spans).toMatchObject({ known: true, value: { doubts: { cutOff: 2 } } })
    const verdicts = diagnose(model, { checks }).results.filter((it) => it.check.slug.startsWith('spans/'))
    expect(verdicts.map((it) => it.verdict)).not.toContain('ok')
  })

  test('what is more than 4 MiB is asked for again with fewer traces', async () => {
    const large = 'x'.repeat(5 * 2 ** 20)
    const its = await read({
      jaeger: (path, query) =>
        path === '/api/v3/traces' && Number(query.get('query.num_traces')) > 5 ? large : jaeger(path),
    })
    expect(its.spans).toMatchObject({ known: true, value: { doubts: { cutOff: 0 } } })
  })
})

test('a Service of Jaeger in the namespace itself is asked, and no other is looked for', async () => {
  const cluster = await clusterWith({})
  const own = service('tempo', {
    ports: [{ name: 'tempo-query-jaeger-ui', port: 16_686, protocol: 'TCP', targetPort: 16_686, nodePort: null }],
  })
  const model = modelOf({ ...shop, services: [...shop.services, own] }, {}, scope)
  const plan = await planTraces(cluster, model, { http: true, signal: new AbortController().signal })
  expect(plan).toMatchObject(known({ found: { port: 16_686, service: { name: 'tempo' } } }))
  expect(asked()).toEqual([])
})
