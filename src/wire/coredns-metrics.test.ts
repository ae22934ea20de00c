import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coreDnsCounters, type CoreDnsRates, coreDnsRates as between } from './coredns-metrics.ts'

function coreDnsRates(before: string, after: string, seconds: number): CoreDnsRates | null {
  return between(coreDnsCounters(before), coreDnsCounters(after), seconds)
}

function metrics(n: {
  readonly start?: number
  readonly requests: number
  readonly cpu: number
  readonly hits?: number
  readonly misses?: number
  readonly old?: boolean
}): string {
  const forward = n.old === true ? 'coredns_forward_request_duration_seconds' : 'coredns_proxy_request_duration_seconds'
  const label = n.old === true ? 'to="10.0.0.1:53"' : 'proxy_name="forward",to="10.0.0.1:53"'
  return `
# TYPE coredns_dns_requests_total counter
coredns_dns_requests_total{family="1",proto="udp",type="A",zone="."} ${n.requests}
coredns_dns_responses_total{plugin="",rcode="NOERROR",zone="."} ${n.requests * 0.75}
coredns_dns_responses_total{plugin="",rcode="NXDOMAIN",zone="."} ${n.requests * 0.25}
coredns_dns_request_duration_seconds_bucket{le="0.00025",zone="."} ${n.requests * 0.9}
coredns_dns_request_duration_seconds_bucket{le="0.256",zone="."} ${n.requests * 0.995}
coredns_dns_request_duration_seconds_bucket{le="+Inf",zone="."} ${n.requests}
${n.hits === undefined ? '' : `coredns_cache_hits_total{type="success",zones="."} ${n.hits}`}
${n.misses === undefined ? '' : `coredns_cache_misses_total{zones="."} ${n.misses}`}
${forward}_sum{${label},rcode="NOERROR"} ${n.requests * 0.001}
${forward}_count{${label},rcode="NOERROR"} ${n.requests * 0.1}
process_cpu_seconds_total ${n.cpu}
process_resident_memory_bytes 6.5e+07
process_start_time_seconds ${n.start ?? 1}`
}

describe('coreDnsRates', () => {
  const before = metrics({ requests: 1000, cpu: 1, hits: 900, misses: 100 })

  it('is the difference of two readings', () => {
    const rates = coreDnsRates(before, metrics({ requests: 5000, cpu: 1.2, hits: 4100, misses: 900 }), 5)
    expect(rates).toMatchObject({
      seconds: 5,
      requests: 4000,
      cacheHits: 3200,
      cacheMisses: 800,
      residentBytes: 65_000_000,
      responses: { NOERROR: 3000, NXDOMAIN: 1000 },
      p99Seconds: 0.256,
    })
    expect(rates?.cpuSeconds).toBeCloseTo(0.2)
    expect(rates?.upstream?.queries).toBeCloseTo(400)
    expect(rates?.upstream?.seconds).toBeCloseTo(4)
  })

  it('knows forward by its older names', () => {
    expect(
      coreDnsRates(metrics({ requests: 0, cpu: 0, old: true }), metrics({ requests: 100, cpu: 1, old: true }), 1)
        ?.upstream?.queries,
    ).toBeCloseTo(10)
  })

  it('says nothing of a server that was restarted, or that is no CoreDNS', () => {
    expect(coreDnsRates(before, metrics({ start: 2, requests: 10, cpu: 0.1 }), 5)).toBeNull()
    expect(coreDnsRates('up 1', 'up 1', 5)).toBeNull()
  })

  it('leaves unknown what is not there', () => {
    const rates = coreDnsRates('coredns_build_info 1', 'coredns_build_info 1', 5)
    expect(rates).toMatchObject({
      requests: 0,
      cpuSeconds: null,
      cacheHits: null,
      cacheMisses: null,
      residentBytes: null,
      upstream: null,
      p99Seconds: null,
    })
  })

  it('counts nothing below zero, and takes any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const rates = coreDnsRates(a, b, 1)
        return rates === null || (rates.requests ?? 0) >= 0
      }),
    )
  })
})

it('keeps little of a page, whatever it holds, and reads it in time', () => {
  const hostile = Array.from(
    { length: 100_000 },
    (_, i) =>
      `coredns_dns_responses_total{rcode="R${i}"} 1\ncoredns_dns_request_duration_seconds_bucket{le="${i}"} ${i}\na${i} 1`,
  ).join('\n')
  const began = performance.now()
  const counters = coreDnsCounters(hostile)
  expect(JSON.stringify(counters).length).toBeLessThan(20_000)
  between(counters, counters, 1)
  expect(performance.now() - began).toBeLessThan(20_000)
})
