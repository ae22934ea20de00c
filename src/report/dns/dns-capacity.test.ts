import { describe, expect, it } from 'vitest'
import { known, unknown } from '../../model/known.ts'
import { model } from '../../model/build.ts'
import type { Sources } from '../../model/sources.ts'
import type { Known } from '../../model/known.ts'
import { dnsCapacity } from '../../answers/dns-capacity.ts'
import type { CoreDnsRates } from '../../wire/coredns-metrics.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { node } from '../../../test/build/node.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { capacityExitCode, capacityHeadline, capacityText } from './dns-capacity.ts'
import { paint } from '../paint.ts'

const plain = paint({ colour: false, ascii: false, width: 100 })
const servers = [server('coredns-1', 'worker-1'), server('coredns-2', 'worker-2')]

function server(name: string, on: string, about: Parameters<typeof container>[0] = {}): ReturnType<typeof pod> {
  return pod(name, {
    namespace: 'kube-system',
    node: on,
    containers: [
      container({
        name: 'coredns',
        cpuLimitMilli: 100,
        cpuRequestMilli: 50,
        memoryLimitBytes: 170 * 2 ** 20,
        ...about,
      }),
    ],
  })
}

function rates(about: Partial<CoreDnsRates> = {}): Known<CoreDnsRates> {
  return known({
    seconds: 5,
    requests: 2000,
    cpuSeconds: 0.13,
    responses: { NOERROR: 1500, NXDOMAIN: 500 },
    cacheHits: 1900,
    cacheMisses: 100,
    residentBytes: 62 * 2 ** 20,
    upstream: { queries: 50, seconds: 0.1 },
    p99Seconds: 0.001,
    durations: [],
    ...about,
  })
}

function capacityOf(
  first: Known<CoreDnsRates>,
  second: Known<CoreDnsRates>,
  namespace: string | null = null,
): NonNullable<ReturnType<typeof dnsCapacity>> {
  const sources: Partial<{ [K in keyof Sources]: Known<Sources[K]> }> = {
    clusterDns: known(clusterDns({ pods: servers })),
    pods: known(servers),
    services: known([]),
    nodes: known([node('worker-1', { cpus: 2 }), node('worker-2', { cpus: 2 })]),
  }
  const seen = dnsCapacity(
    model(sources, {
      scope: { namespace, target: { kind: 'dns' }, level: 'read' },
      cluster: { context: 'test', version: 'v1', tool: 'test' },
    }),
    new Map([
      ['coredns-1', first],
      ['coredns-2', second],
    ]),
  )
  if (seen === null) throw new Error('no DNS')
  return seen
}

describe('capacity', () => {
  it('says what is carried, what is left and what is needed', () => {
    const seen = capacityOf(rates(), rates({ requests: 1000 }))
    expect(seen.usedUp).toEqual([])
    const text = capacityText(seen, plain).join('\n')
    expect(text).toContain('2 of 2 DNS servers answer 600 queries/s; the busiest uses 26 % of the CPU that it may.')
    expect(text).toContain('the busiest server gets 2.0 x the rate of the least busy one')
    expect(text).toContain('CPU per query  87 us')
    expect(text).toContain('from the cache 95 %')
    expect(text).toContain('upstream       2.0 ms on average over 100 queries')
    expect(text).toContain('25 % are NXDOMAIN')
    expect(text).toMatch(/replicas +2/)
  })

  it('calls a server at its limit used up, and one that is short of memory', () => {
    const seen = capacityOf(rates({ cpuSeconds: 0.49 }), rates({ residentBytes: 150 * 2 ** 20 }))
    expect(seen.usedUp).toMatchObject([
      { pod: 'coredns-1', what: 'cpu-limit', of: 100 },
      { pod: 'coredns-2', what: 'memory-limit', of: null },
    ])
    expect(capacityHeadline(seen)).toBe(
      'CoreDNS has no headroom: coredns-1 uses 98 % of its CPU limit of 100m, and 1 more.',
    )
    expect(capacityText(seen, plain).join('\n')).toContain('hopscope fix DNS103 --probe --plan')
  })

  it('names the skew where one server gets hardly anything', () => {
    expect(capacityText(capacityOf(rates({ requests: 5000 }), rates({ requests: 0 })), plain).join('\n')).toContain(
      '! the busiest server gets 1000.0 x the rate of the least busy one',
    )
    expect(capacityOf(rates({ requests: 20 }), rates({ requests: 0 })).skew).toBeNull()
  })

  it('says of answers past the last bucket that they are late, not how late', () => {
    const text = capacityText(capacityOf(rates({ p99Seconds: Infinity }), rates()), plain).join('\n')
    expect(text).toContain('over 8 s')
    expect(text).not.toContain('Infinity')
  })

  it('ends with 0 only where every share was seen', () => {
    expect(capacityExitCode(capacityOf(rates(), rates()))).toBe(0)
    expect(capacityExitCode(capacityOf(rates({ cpuSeconds: 0.49 }), unknown('failed', 'no')))).toBe(1)
    expect(capacityExitCode(capacityOf(rates(), unknown('failed', 'no')))).toBe(2)
    expect(capacityExitCode(capacityOf(rates(), rates({ cpuSeconds: null })))).toBe(2)
    expect(capacityExitCode(capacityOf(rates(), rates({ residentBytes: null })))).toBe(2)
  })

  it('makes up nothing for what was not seen', () => {
    const seen = capacityOf(
      rates({
        cpuSeconds: null,
        cacheHits: null,
        cacheMisses: null,
        upstream: null,
        residentBytes: null,
        p99Seconds: null,
      }),
      unknown('forbidden', 'get pods/proxy in namespace kube-system'),
      'shop',
    )
    const text = capacityText(seen, plain).join('\n')
    expect(seen.sizing.memoryLimitMi.value).toBeNull()
    expect(text).toContain('1 of 2 DNS servers answer 800 queries/s by estimate; how much CPU that leaves is unknown.')
    expect(text).toContain('? coredns-2: get pods/proxy in namespace kube-system')
    expect(text).toMatch(/memory limit +unknown/)
    expect(text).not.toMatch(/NaN|undefined|null|Infinity/)
  })
})
