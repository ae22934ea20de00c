import { expect, test } from 'vitest'
import { httpProxy, proxyService } from '../../../test/build/gateway.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { pod } from '../../../test/build/pod.ts'
import { slice } from '../../../test/build/service.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { known, type Known, unknown } from '../../model/known.ts'
import type { ProxyServes } from '../../relations/ingress/proxy-owner.ts'
import type { ProxyLogPlan, ProxyLogSpec } from '../plan/plan-proxy-logs.ts'
import { readProxyLogs } from './proxy-logs.ts'

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}

function clusterWith(log: (pod: string) => Known<readonly string[]>): Cluster {
  const cluster: Partial<Cluster> = {
    logs: (_namespace, of, { sinceSeconds, tailLines }) => {
      expect([sinceSeconds, tailLines]).toEqual([900, 20_000])
      const found = log(of)
      return Promise.resolve(found.known ? known(each(found.value)) : found)
    },
  }
  return cluster as Cluster
}

const none: ProxyServes = { ingresses: [], routes: [], proxies: [], ingressRoutes: [] }
const proxy = httpProxy([proxyService('web')])
const slices = [slice('web', [pod('web-1', { ip: '10.2.0.4' })])]

function spec(name: string, serves: Partial<ProxyServes> = { proxies: [proxy] }): ProxyLogSpec {
  return { namespace: 'edge', pod: name, container: 'envoy', dialect: 'envoy', serves: { ...none, ...serves } }
}

const plan = (specs: readonly ProxyLogSpec[], about: Partial<ProxyLogPlan> = {}): ProxyLogPlan => ({
  specs,
  leftOut: 0,
  slices,
  changedAt: new Map(),
  ...about,
})

const line = (flags: string, { second = 37, status = 503, host = 'web.example.com', agent = 'curl/8' } = {}): string =>
  `[2026-11-28T10:56:${String(second).padStart(2, '0')}.000Z] "GET /cart?token=hunter2 HTTP/1.1" ` +
  `${status} ${flags} 0 19 5 - "10.0.0.9" ` +
  `"${agent}" "id" "${host}" "${flags === 'UH' ? '-' : '10.2.0.4:8080'}"`
const at = (second: number): number => Date.UTC(2026, 10, 28, 10, 56, second)

async function read(lines: readonly string[], planned = plan([spec('envoy-1')])) {
  const logs = await readProxyLogs(
    clusterWith(() => known(lines)),
    planned,
    new AbortController().signal,
  )
  const [one] = logs.known ? logs.value : []
  if (one?.lately.known !== true) throw new Error('it was read')
  return one.lately.value
}

test('counts by object, Service and trouble, with what went well since; nothing of a request itself', async () => {
  const found = await read([
    line('-', { status: 200, second: 1 }),
    line('UF', { second: 2 }),
    line('UF', { second: 3 }),
    line('UC', { second: 4 }),
    line('-', { status: 404, second: 5 }),
    line('UF', { agent: 'hopscope' }),
    line('UF', { host: 'other.example.com' }),
  ])
  const group = {
    object: { kind: 'HTTPProxy', namespace: 'shop', name: 'web' },
    service: { namespace: 'shop', name: 'web' },
    status: 503,
    upstream: '10.2.0.4:8080',
    of: 5,
    after: 1,
    over: 0,
  }
  expect(found).toEqual({
    lines: 7,
    requests: 6,
    unread: 0,
    from: at(1),
    until: at(37),
    cutOff: false,
    unplaced: 0,
    failed: [
      { ...group, trouble: 'not-connected', times: 2, last: at(3) },
      { ...group, trouble: 'broke-off', times: 1, last: at(4) },
    ],
  })
  expect(JSON.stringify(found)).not.toMatch(/hunter2|10\.0\.0\.9|curl/)
})

test('one Service that is well says nothing of the other', async () => {
  const two = httpProxy([proxyService('web')], {
    routes: [
      { prefix: '/', exact: null, answers: 'services', services: [proxyService('other')] },
      { prefix: '/cart', exact: null, answers: 'services', services: [proxyService('web')] },
    ],
  })
  const well = line('-', { status: 200 }).replace('10.2.0.4', '10.2.0.7')
  const both = [...slices, slice('other', [pod('other-1', { ip: '10.2.0.7' })])]
  const planned = plan([spec('envoy-1', { proxies: [two] })], { slices: both })
  expect((await read([line('UC'), well, well], planned)).failed).toMatchObject([
    { service: { name: 'web' }, after: 0, of: 1 },
  ])
})

test('what failed before an Ingress was changed is over', async () => {
  const planned = plan([spec('envoy-1', { ingresses: [ingress([['/', 'web', 80]])] })], {
    changedAt: new Map([['shop/web', at(10)]]),
  })
  expect((await read([line('UH', { second: 20 }), line('UH', { second: 40 })], planned)).failed).toMatchObject([
    { trouble: 'no-live-upstream', upstream: null, times: 1, over: 1 },
  ])
})

test('a format of somebody’s, and requests whose owner the line does not tell', async () => {
  expect(await read(['GET / 503 web', 'GET / 503 web'])).toMatchObject({ requests: 0, unread: 2, failed: [] })
  const bare = '{"response_code":503,"response_flags":"UH","start_time":"2026-11-28T10:56:37.123Z"}'
  expect(await read([bare])).toMatchObject({ requests: 1, unplaced: 1, failed: [] })
})

test('more lines than are read', async () => {
  expect((await read(Array.from({ length: 20_000 }, () => line('-', { status: 200 })))).cutOff).toBe(true)
})

test('a log that may not be read is told beside one that was; with none of them, nothing is known', async () => {
  const forbidden = unknown('forbidden', 'get pods/log')
  const cluster = clusterWith((of) => (of === 'envoy-1' ? known([line('UF')]) : forbidden))
  const signal = new AbortController().signal
  const both = await readProxyLogs(cluster, plan([spec('envoy-1'), spec('envoy-2')]), signal)
  expect(both.known && both.value.map((it) => it.lately.known)).toEqual([true, false])
  expect(await readProxyLogs(cluster, plan([spec('envoy-2')]), signal)).toEqual(forbidden)
  expect(await readProxyLogs(cluster, plan([]), signal)).toEqual(known([]))
})
