import { afterEach, describe, expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { type Behaviour, dnsResponder, type Responder } from '../../../test/fakes/dns-responder.ts'
import type { MonitorFact } from '../../answers/monitor/state.ts'
import type { SeriesSpec } from '../../probe/pod/spec.ts'
import { seriesOf, startLookups, wayOf } from './lookups.ts'

const nobody = { nameservers: [], search: [] }

describe('the ways', () => {
  test('the Service first, then each ready server past it', () => {
    const series = seriesOf(clusterDns(), nobody)
    expect(series.map(wayOf)).toEqual([
      { role: 'service', server: '10.96.0.10' },
      { role: 'endpoint', server: 'coredns-0' },
      { role: 'endpoint', server: 'coredns-1' },
    ])
    expect(new Set(series.map((it) => `${it.transport} ${it.method} ${it.zone}`))).toEqual(
      new Set(['udp pair cluster']),
    )
  })
  test('of very many servers eight', () => {
    const pods = Array.from({ length: 100 }, (_, i) =>
      pod(`coredns-${i}`, { namespace: 'kube-system', ip: `10.2.0.${i}` }),
    )
    const [slice] = clusterDns().slices
    if (slice === undefined) throw new Error('no slice')
    const endpoints = pods.map((it, i) => ({ ...slice.endpoints[0]!, ip: `10.2.0.${i}`, pod: it.name }))
    expect(seriesOf(clusterDns({ pods, slices: [{ ...slice, endpoints }] }), nobody)).toHaveLength(9)
  })
  test('the cache of this node, where its own resolv.conf names it', () => {
    const cache = pod('node-local-dns-1', {
      namespace: 'kube-system',
      containers: [container({ args: ['-localip', '169.254.20.10,10.96.0.10'] })],
    })
    const dns = clusterDns({ nodeCaches: [cache] })
    const roles = (nameservers: readonly string[]) =>
      seriesOf(dns, { nameservers, search: [] }).map((it) => it.server.role)
    expect(roles(['169.254.20.10'])).toContain('node-cache')
    expect(roles(['10.96.0.10'])).not.toContain('node-cache')
  })
  test.each([
    { it: 'a nameserver that nobody told of', nameservers: ['169.254.20.10'], svc: true, expected: '169.254.20.10' },
    { it: 'that of its node, as pods with dnsPolicy Default have', nameservers: ['192.168.0.1'], svc: false },
    { it: 'the Service itself', nameservers: ['10.96.0.10'], svc: true },
    { it: 'no address', nameservers: ['dns.example'], svc: true },
    { it: 'none', nameservers: [], svc: true },
  ])('its own resolv.conf names $it', ({ nameservers, svc, expected }) => {
    const search = svc ? ['svc.cluster.local'] : ['corp.example']
    const ways = seriesOf(clusterDns(), { nameservers, search }).map(wayOf)
    const more = expected === undefined ? [] : [{ role: 'node-cache', server: expected }]
    expect(ways.slice(3)).toEqual(more)
  })
  test('the domain is the one that its kubelet hands out', () => {
    const search = ['shop.svc.corp.example', 'svc.corp.example', 'corp.example']
    expect(seriesOf(clusterDns(), { nameservers: [], search })[0]?.name).toBe('kubernetes.default.svc.corp.example.')
    expect(seriesOf(clusterDns(), nobody)[0]?.name).toBe('kubernetes.default.svc.cluster.local.')
  })
  test('without a Service there is none to it', () => {
    expect(seriesOf(clusterDns({ service: null }), nobody).map((it) => it.server.role)).toEqual([
      'endpoint',
      'endpoint',
    ])
  })
})

let servers: readonly Responder[] = []
afterEach(async () => {
  await Promise.all(servers.map((it) => it.close()))
  servers = []
})

async function seriesTo(behave: () => Behaviour): Promise<SeriesSpec> {
  const server = await dnsResponder(behave)
  servers = [...servers, server]
  const [series] = seriesOf(clusterDns(), nobody)
  if (series === undefined) throw new Error('no series')
  return { ...series, server: { ...series.server, ip: '127.0.0.1' }, port: server.port }
}

describe('lookups', () => {
  test('are made at each beat, A and AAAA from one socket, and end with the signal', async () => {
    const series = await seriesTo(() => 'answer')
    const stop = new AbortController()
    const facts: MonitorFact[] = []
    const lookups = startLookups({ everyMs: 5, signal: stop.signal }, (it) => {
      facts.push(it)
      if (facts.length === 10) stop.abort()
    })
    lookups.aim([series])
    await lookups.done
    expect(facts.slice(0, 10).every((it) => it.kind === 'lookup' && it.lookup.a === 'ok')).toBe(true)
    const [server] = servers
    const ports = Map.groupBy(server?.queries ?? [], (it) => it.from)
    expect([...ports.values()].filter((its) => its.length === 2).length).toBeGreaterThan(8)
    const before = server?.queries.length
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(server?.queries.length).toBe(before)
  })

  test('to a server that is silent are twelve at one time, and the end waits for none', async () => {
    const series = await seriesTo(() => 'silent')
    const stop = new AbortController()
    let skipped = 0
    const lookups = startLookups({ everyMs: 2, signal: stop.signal }, (it) => {
      if (it.kind === 'skipped' && ++skipped === 20) stop.abort()
    })
    lookups.aim([series])
    const began = performance.now()
    await lookups.done
    expect(performance.now() - began).toBeLessThan(4000)
    expect(servers[0]?.queries.length).toBeLessThanOrEqual(24)
  })

  test('to one that refuses for long are rare, until it answers', async () => {
    let behaviour: Behaviour = 'answer'
    const series = await seriesTo(() => behaviour)
    const gone = { ...series, port: 1 }
    const stop = new AbortController()
    let [made, skipped] = [0, 0]
    const lookups = startLookups({ everyMs: 2, signal: stop.signal }, (it) => {
      if (it.kind === 'lookup') made++
      if (it.kind === 'skipped') skipped++
      if (skipped === 90) stop.abort()
    })
    lookups.aim([gone])
    await lookups.done
    behaviour = 'servfail'
    // Twenty, and those under way meanwhile; then one of ten beats.
    expect(made).toBeLessThan(60)
    expect(made).toBeGreaterThan(19)
  })
})
