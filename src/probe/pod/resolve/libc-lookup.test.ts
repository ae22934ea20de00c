import { describe, expect, it } from 'vitest'
import { withOwnNameserver } from '../load/dns-storm.ts'
import { fromGetent, fromNode, libcHere, libcLookup } from './libc-lookup.ts'
import type { ProbeSpec, SeriesSpec } from '../spec.ts'

describe('getaddrinfo in a process of its own', () => {
  it("really asks, and leaves Node's start out of the time", async () => {
    const began = performance.now()
    const found = await libcLookup('localhost', 'node')
    const whole = performance.now() - began
    expect([found.a, found.aaaa]).toContain('ok')
    expect(found.ms).toBeLessThan(whole / 2)
    expect(libcHere()).not.toBeNull()
  })

  it('reads getent', () => {
    expect(
      fromGetent('198.19.0.1      STREAM kubernetes.default\n198.19.0.1      DGRAM\n2001:db8::1     STREAM x\n', 3),
    ).toMatchObject({ a: 'ok', aaaa: 'ok', ms: 3 })
    expect(fromGetent('198.19.0.1 STREAM x\n', 15_010)).toMatchObject({ a: 'ok', aaaa: 'not-asked', ms: 15_010 })
    expect(fromGetent('', 10_020)).toMatchObject({ a: 'timeout', aaaa: 'not-asked' })
    expect(fromGetent('', 2)).toMatchObject({ a: 'nxdomain' })
  })

  it("reads dns.lookup's own time and code", () => {
    expect(fromNode('{"ms":5003.94,"code":"EAI_AGAIN","list":[]}', 5080)).toMatchObject({ a: 'timeout', ms: 5003.9 })
    expect(fromNode('{"ms":1.2,"code":"EAI_AGAIN","list":[]}', 80)).toMatchObject({ a: 'servfail' })
    expect(fromNode('killed half-', 21_000)).toMatchObject({ a: 'timeout', ms: 21_000 })
  })
})

describe('the server of getaddrinfo', () => {
  const series: SeriesSpec = {
    server: { role: 'service', ip: '10.96.0.10', pod: null },
    port: 53,
    transport: 'udp',
    method: 'pair',
    name: 'x.',
    zone: 'cluster',
    count: 1,
    outstanding: 1,
  }
  const spec = {
    series: [series, { ...series, method: 'getaddrinfo' }],
    ownNameserver: { name: 'x.', count: 9, outstanding: 3 },
  } as unknown as ProbeSpec

  it('is the Service where resolv.conf names it', () => {
    expect(withOwnNameserver(spec, ['10.96.0.10']).map((it) => it.server.role)).toEqual(['service', 'service'])
  })

  it('is a node-local cache otherwise, which is then asked in pairs as well', () => {
    const own = { role: 'node-cache', ip: '169.254.20.10', pod: null }
    expect(
      withOwnNameserver(spec, ['169.254.20.10', '10.96.0.10']).map((it) => [it.method, it.server, it.count]),
    ).toEqual([
      ['pair', series.server, 1],
      ['getaddrinfo', own, 1],
      ['pair', own, 9],
    ])
  })
})
