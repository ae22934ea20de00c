import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dnsName } from '../../../test/build/names.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { known } from '../../model/known.ts'
import { localCluster, type Weather } from '../../../test/fakes/local-cluster.ts'
import { hubsOf } from '../plan/plan-between.ts'
import type { ProbePlan } from '../plan/plan.ts'
import { defaultCounts } from '../plan/plan-dns.ts'
import { dnsResponder, type Responder } from '../../../test/fakes/dns-responder.ts'
import type { SeriesSpec } from '../pod/spec.ts'
import { probe } from './run.ts'

let dns: Responder
let web: ReturnType<typeof createServer>
let metricsRead = 0

beforeAll(async () => {
  dns = await dnsResponder(() => 'answer')
  web = createServer((request, response) => {
    if (request.url === '/metrics') {
      metricsRead++
      return void response.end(
        `process_start_time_seconds 1\nprocess_cpu_seconds_total ${metricsRead}\ncoredns_dns_requests_total{type="A"} ${metricsRead * 10}\ncoredns_dns_responses_total{rcode="NOERROR"} ${metricsRead * 10}\nnoise 1\n`,
      )
    }
    response.statusCode = request.headers.host === 'shop.test' ? 200 : 404
    response.end('x'.repeat(100_000))
  })
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await dns.close()
  web.close()
})

function series(rest: Partial<SeriesSpec>): SeriesSpec {
  return {
    server: { role: 'service', ip: '127.0.0.1', pod: null },
    port: dns.port,
    transport: 'udp',
    method: 'pair',
    name: 'kubernetes.default.svc.cluster.local.',
    zone: 'cluster',
    count: 8,
    outstanding: 4,
    ...rest,
  }
}

function planOf(nodes: readonly string[], over: Partial<ProbePlan> = {}): ProbePlan {
  const { port } = web.address() as AddressInfo
  const service = { namespace: 'shop', name: 'web', port: 80 }
  return {
    run: 'aaaa0000',
    namespace: 'default',
    image: 'none',
    tolerateAll: false,
    requests: 'allowed',
    routed: [],
    hubs: hubsOf(nodes),
    pace: 'usual',
    unrouted: [],
    logs: 'allowed',
    nodes,
    api: [],
    skipped: [{ node: 'cordoned-1', why: 'cordoned' }],
    series: [
      series({}),
      series({ method: 'sequential', count: 4 }),
      series({ transport: 'tcp', count: 4 }),
      series({ name: 'hopscope-test.example.com.', zone: 'external', fresh: true, count: 3 }),
    ],
    dnsNote: null,
    names: null,
    ingressConfigs: {
      specs: [],
      leftOut: 0,
      namespace: null,
      ingresses: new Map(),
      changedAt: new Map(),
      endpoints: new Map(),
    },
    dnsService: '127.0.0.1',
    clusterName: dnsName('kubernetes.default.svc.cluster.local.'),
    // The machine's own resolver is no part of this.
    counts: { ...defaultCounts, servicePairs: 0 },
    queriesPerSecondPerNode: 400,
    budgetMs: 5000,
    contactNodes: nodes.slice(0, 1),
    connects: [
      { service, via: { kind: 'service' }, ip: '127.0.0.1', port, times: 4 },
      { service, via: { kind: 'endpoint', pod: 'web-0' }, ip: '127.0.0.1', port: 1 },
    ],
    nodePorts: [],
    connectTries: 2,
    http: [
      {
        ingress: { namespace: 'shop', name: 'web' },
        scheme: 'http',
        host: 'shop.test',
        path: '/',
        basis: 'declared',
        via: { controllerPod: 'nginx', ip: '127.0.0.1', port },
        ports: { plain: port, tls: port },
        times: 3,
      },
    ],
    strangers: [],
    direct: [],
    through: [],
    unasked: [],
    denied: new Set(),
    leftOut: [],
    crossings: [],
    inside: [],
    metrics: [{ pod: 'coredns-0', ip: '127.0.0.1', port }],
    serverLogs: [],
    programLogs: [],
    proxyLogs: { specs: [], leftOut: 0, slices: [], changedAt: new Map() },
    exec: 'allowed',
    conntrack: 'not-asked',
    podRanges: new Map(),
    ...over,
  }
}

async function run(plan: ProbePlan, weather: Weather = {}, signal = new AbortController().signal) {
  const local = localCluster(weather)
  const lines: string[] = []
  return { local, lines, result: await probe(local.cluster, plan, (line) => lines.push(line), signal) }
}

describe('a probe', () => {
  it('brings home lookups, connects, an HTTP status and counters, and removes its pods', async () => {
    const { local, result, lines } = await run(planOf(['node-1', 'node-2']))
    const probed = result.dnsProbe.known ? result.dnsProbe.value : null
    expect(probed).toMatchObject({
      nodes: ['node-1', 'node-2'],
      missing: [{ node: 'cordoned-1', why: 'cordoned' }],
      queriesSent: 76,
      stopped: null,
    })
    expect(probed?.large).toMatchObject(
      ['node-1', 'node-2'].map((node) => ({ node, pod: 'coredns-0', result: 'complete' })),
    )
    const fresh = dns.queries.flatMap((it) =>
      it.type === 'A' && it.name.endsWith('.hopscope-test.example.com') ? [it.name] : [],
    )
    expect([fresh.length, new Set(fresh).size]).toEqual([6, 6])
    const counted = probed?.series
      .filter((it) => it.name !== '')
      .map((it) => [
        it.node,
        it.transport,
        it.method,
        it.lookups.filter((one) => one.a === 'ok' && one.aaaa === 'ok').length,
      ])
    expect(counted).toEqual(
      ['node-1', 'node-2'].flatMap((node) => [
        [node, 'udp', 'pair', 8],
        [node, 'udp', 'sequential', 4],
        [node, 'tcp', 'pair', 4],
        [node, 'udp', 'pair', 3],
      ]),
    )
    expect(probed?.from.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'hopscope' })

    const contacts = result.contacts.known ? result.contacts.value : null
    expect(contacts?.connects.map((it) => [it.node, it.via.kind, ...it.tries.map((one) => one.result)])).toEqual([
      ['node-1', 'service', 'open', 'open', 'open', 'open'],
      ['node-1', 'endpoint', 'refused', 'refused'],
    ])
    expect(contacts?.http).toHaveLength(3)
    expect(contacts?.http.slice(0, 1)).toMatchObject([{ node: 'node-1', host: 'shop.test', status: 200, error: null }])
    expect(result.coreDnsWindows).toMatchObject({ known: true, value: [{ pod: 'coredns-0', forwardFailures: 0 }] })
    const window = result.coreDnsWindows.known ? result.coreDnsWindows.value[0] : undefined
    expect(window?.requests).toBe((window?.cpuSeconds ?? 0) * 10)
    expect(window?.responses).toEqual({ NOERROR: window?.requests })
    expect(result.conntrack).toMatchObject({ known: false, why: { reason: 'not-asked' } })
    expect(local.pods.size).toBe(0)
    expect(result.left).toEqual([])
    expect(lines.at(-1) ?? '38 of 38 lookups, 2 of 2 nodes').toContain('lookups')
  })

  it.each([
    ['a damaged record', '{"t":"lookups","s":0,"rows":null}', 'cut off: its log has a line that is not of the probe'],
    ['a record of another tool', '{"level":"info"}', 'cut off: its log has a line that is not of the probe'],
  ])('%s in the log of one pod cuts off that pod, and no other', async (_what, line, why) => {
    const local = localCluster()
    const logs: Cluster['logs'] = async (namespace, pod, options) => {
      const log = await local.cluster.logs(namespace, pod, options)
      if (!log.known || !pod.includes('node-2')) return log
      const given = log.value
      return known(
        (async function* () {
          let at = 0
          for await (const it of given) yield at++ === 2 ? line : it
        })(),
      )
    }
    const result = await probe(
      { ...local.cluster, logs },
      planOf(['node-1', 'node-2']),
      () => {},
      new AbortController().signal,
    )
    expect(result.dnsProbe).toMatchObject({
      known: true,
      value: { missing: [{ node: 'node-2', why }, { node: 'cordoned-1' }] },
    })
    const made = result.dnsProbe.known ? result.dnsProbe.value.series.filter((it) => it.node === 'node-1').length : 0
    expect(made).toBeGreaterThanOrEqual(4)
    expect(local.pods.size).toBe(0)
  })

  it('is forbidden, not empty, when no pod may be made', async () => {
    const { result } = await run(planOf(['a', 'b'], { skipped: [] }), {
      refuse: () => 'create pods in namespace default',
    })
    expect(result.dnsProbe).toEqual({
      known: false,
      why: { reason: 'forbidden', detail: 'no probe pod ran: a, b: not allowed: create pods in namespace default' },
    })
    expect(result.contacts).toMatchObject({ known: false, why: { reason: 'forbidden' } })
  })

  it('slows down, then stops, when a server begins to fail under it', async () => {
    let asked = 0
    const failing = await dnsResponder(() => (++asked > 120 ? 'servfail' : 'answer'))
    const plan = planOf(['node-1'])
    const series = plan.series.slice(0, 1).map((it) => ({ ...it, port: failing.port, count: 2000, outstanding: 400 }))
    const { result, lines } = await run({ ...plan, series, queriesPerSecondPerNode: 150, budgetMs: 9000 })
    expect(lines.filter((it) => it.includes('get worse'))).toEqual([
      expect.stringMatching(
        /^node-1: answers get worse \(unanswered within 1000 ms: 0 % at first, now \d+ %\); going on at half the rate$/,
      ),
      expect.stringMatching(/stopped asking$/),
    ])
    expect(result.dnsProbe).toMatchObject({
      known: true,
      value: { stopped: expect.stringContaining('node-1: unanswered within 1000 ms') as unknown },
    })
    expect(asked).toBeLessThan(1200)
    await failing.close()
  }, 30_000)
})

/** Side by side: they wait for what does not come. */
describe.concurrent('a probe that something becomes of', () => {
  it('goes on without a node whose pod is refused, or whose image cannot be pulled', async () => {
    const { result, local } = await run(planOf(['good', 'refused', 'imageless']), {
      refuse: (node) => (node === 'refused' ? 'create pods in namespace default' : null),
      stuck: (node) =>
        node === 'imageless' ? { reason: 'ImagePullBackOff', message: 'Back-off pulling image "none"' } : null,
    })
    expect(result.dnsProbe).toMatchObject({
      known: true,
      value: {
        nodes: ['good'],
        missing: [
          { node: 'refused', why: 'not allowed: create pods in namespace default' },
          { node: 'imageless', why: 'ImagePullBackOff: “Back-off pulling image "none"”' },
          { node: 'cordoned-1', why: 'cordoned' },
        ],
      },
    })
    expect(local.pods.size).toBe(0)
  })

  it('says of a log without an end that it was cut off, and keeps what it said', async () => {
    const { result } = await run(planOf(['node-1']), { killAfterLines: 12 })
    const probed = result.dnsProbe.known ? result.dnsProbe.value : null
    expect(probed?.nodes).toEqual(['node-1'])
    expect(probed?.missing[0]).toMatchObject({
      node: 'node-1',
      why: expect.stringMatching(/its log ended early|exit code 137/) as unknown,
    })
  })

  it('hears all of a pod whose log the kubelet cannot follow', async () => {
    const { result } = await run(planOf(['node-1']), { noInotify: true })
    expect(result.dnsProbe).toMatchObject({
      known: true,
      value: { nodes: ['node-1'], missing: [{ node: 'cordoned-1' }] },
    })
  })

  it('removes its pods on abort, and tells what it had heard', async () => {
    // Not before the pod has begun: on a busy machine it starts late.
    const aborting = new AbortController()
    const silent = await dnsResponder(() => {
      setTimeout(() => aborting.abort(), 300)
      return 'silent'
    })
    const plan = planOf(['node-1'])
    const { result, local } = await run(
      { ...plan, series: plan.series.map((it) => ({ ...it, port: silent.port })) },
      {},
      aborting.signal,
    )
    expect(result.dnsProbe).toMatchObject({
      known: true,
      value: { missing: [{ node: 'node-1', why: 'interrupted' }, {}] },
    })
    expect(local.pods.size).toBe(0)
    await silent.close()
  })
})
