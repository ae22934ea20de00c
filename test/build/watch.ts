import { known } from '../../src/model/known.ts'
import type { ServerSample, WatchSample } from '../../src/answers/dns-watch.ts'
import type { CoreDnsRates } from '../../src/wire/coredns-metrics.ts'
import { clusterDns } from './dns.ts'

/** Some of CoreDNS's buckets, in seconds. */
export const bounds = [0.00025, 0.064, 0.256, 2.048, Infinity]

/** A server that answers 100 queries a second, each within `upTo` seconds. */
export function rates(about: Partial<CoreDnsRates> = {}, upTo = 0.00025): CoreDnsRates {
  const durations = bounds.map((it) => ({ upTo: it, count: it >= upTo ? 500 : 0 }))
  return {
    seconds: 5,
    requests: 500,
    cpuSeconds: 0.05,
    responses: { NOERROR: 500 },
    cacheHits: 400,
    cacheMisses: 100,
    residentBytes: null,
    upstream: null,
    p99Seconds: upTo,
    durations,
    ...about,
  }
}

export function server(name: string, value: ServerSample['rates'] = known(rates())): ServerSample {
  return { pod: name, node: 'worker-1', cpuLimitMilli: 100, rates: value }
}

export function sample(about: Partial<WatchSample> = {}): WatchSample {
  return {
    at: 0,
    dns: known(clusterDns({ corefile: known('. {\n  cache 30\n}\n') })),
    servers: [server('coredns-0'), server('coredns-1')],
    canary: null,
    conntrack: [],
    findings: [],
    ...about,
  }
}
