import { sealedHash } from '../../kube/sealed-hash.ts'
import { describe, expect, it } from 'vitest'
import { coreDnsWindow } from './coredns-window.ts'

const target = { pod: 'coredns-0', ip: '10.0.0.2', port: 9153 }

function reading(phase: 'before' | 'after', at: number, lines: readonly string[] | null, started = 5) {
  return {
    t: 'metrics',
    phase,
    ip: target.ip,
    at,
    text: lines === null ? null : [`process_start_time_seconds ${started}`, ...lines].join('\n'),
    error: lines === null ? 'ECONNREFUSED' : null,
  } as const
}
const before = reading('before', 100, [
  'process_cpu_seconds_total 1.5',
  'coredns_dns_requests_total{type="A"} 10',
  'coredns_dns_responses_total{rcode="NOERROR"} 10',
  'coredns_dns_request_duration_seconds_bucket{zone=".",le="0.256"} 10',
  'coredns_dns_request_duration_seconds_bucket{zone=".",le="+Inf"} 10',
  'coredns_forward_max_concurrent_rejects_total 1',
])
const after = [
  'process_cpu_seconds_total 2',
  'coredns_dns_requests_total{type="A"} 60',
  'coredns_dns_requests_total{type="AAAA"} 50',
  'coredns_dns_responses_total{rcode="NOERROR"} 90',
  'coredns_dns_responses_total{rcode="SERVFAIL"} 20',
  'coredns_dns_request_duration_seconds_bucket{zone=".",le="0.256"} 85',
  'coredns_dns_request_duration_seconds_bucket{zone=".",le="+Inf"} 110',
  'coredns_forward_max_concurrent_rejects_total 1',
  'coredns_proxy_healthcheck_failures_total{proxy_name="forward",to="10.0.0.53:53"} 3',
]

describe('a CoreDNS window', () => {
  it('knows the names of CoreDNS before 1.7, and of forward before 1.11', () => {
    const lines = (n: number) => [
      `coredns_dns_request_count_total{family="1",proto="udp",zone="."} ${n}`,
      `coredns_dns_response_rcode_count_total{rcode="NXDOMAIN",zone="."} ${n}`,
      `coredns_forward_conn_cache_hits_total{to="10.0.0.53:53",proto="udp"} ${n}`,
      `coredns_forward_conn_cache_misses_total{to="10.0.0.53:53",proto="udp"} ${2 * n}`,
      `coredns_forward_responses_total{rcode="NOERROR",to="10.0.0.53:53"} ${n}`,
      `coredns_forward_request_duration_seconds_sum{to="10.0.0.53:53"} ${n / 10}`,
      'coredns_build_info{goversion="go1.13",revision="0",version="1.6.7"} 1',
    ]
    expect(coreDnsWindow(target, reading('before', 0, lines(10)), reading('after', 1000, lines(30)))).toMatchObject({
      requests: 20,
      responses: { NXDOMAIN: 20 },
      version: '1.6.7',
      upstreams: [{ to: '10.0.0.53:53', sent: 60, answers: { NOERROR: 20 }, seconds: 2 }],
    })
  })

  it.each([
    [64, 64],
    [65, undefined],
  ])('of %d upstreams it tells of %j: of more than are kept, of none', (count, told) => {
    const lines = Array.from(
      { length: count },
      (_, n) => `coredns_proxy_conn_cache_hits_total{proxy_name="forward",to="10.0.0.${n}:53"} 9`,
    )
    const window = coreDnsWindow(target, reading('before', 0, []), reading('after', 1000, lines))
    expect(window?.upstreams?.length).toBe(told)
  })

  it('knows which text was loaded last, unless one was ever refused', () => {
    const loaded = 'ab12'.repeat(32)
    const lines = (refused: number) => [
      `coredns_reload_version_info{hash="sha512",value="${loaded}"} 1`,
      'coredns_reload_version_info{hash="sha512",value="old"} 0',
      `coredns_reload_failed_total ${refused}`,
    ]
    expect(coreDnsWindow(target, reading('before', 0, []), reading('after', 1000, lines(0)))?.config).toBe(
      sealedHash(loaded),
    )
    expect(coreDnsWindow(target, reading('before', 0, []), reading('after', 1000, lines(1)))?.config).toBeUndefined()
    expect(
      coreDnsWindow(target, reading('before', 0, []), reading('after', 1000, ['coredns_reload_failed_total 0']))
        ?.config,
    ).toBeUndefined()
    const old = [
      'coredns_reload_version_info{hash="md5",value="0cc175b9c0f1b6a831c399e269772661"} 1',
      ...lines(0).slice(2),
    ]
    expect(coreDnsWindow(target, reading('before', 0, []), reading('after', 1000, old))?.config).toBeUndefined()
  })

  it('is what happened in between, counters that were not there yet included', () => {
    expect(coreDnsWindow(target, before, reading('after', 6100, after))).toEqual({
      pod: 'coredns-0',
      ip: '10.0.0.2',
      windowMs: 6000,
      cpuSeconds: 0.5,
      requests: 100,
      responses: { NOERROR: 80, SERVFAIL: 20 },
      slowShare: 0.25,
      forwardFailures: 3,
    })
  })

  it('has each upstream, with what was sent, answered and waited for', () => {
    const to = (n: string, sent: readonly number[], answered: number): string[] => [
      `coredns_proxy_conn_cache_misses_total{proto="udp",proxy_name="forward",to="${n}"} ${sent[0]}`,
      `coredns_proxy_conn_cache_hits_total{proto="udp",proxy_name="forward",to="${n}"} ${sent[1]}`,
      `coredns_proxy_request_duration_seconds_sum{proxy_name="forward",rcode="NXDOMAIN",to="${n}"} ${answered / 4}`,
      `coredns_proxy_request_duration_seconds_count{proxy_name="forward",rcode="NXDOMAIN",to="${n}"} ${answered}`,
    ]
    const other = 'coredns_proxy_conn_cache_misses_total{proto="udp",proxy_name="grpc",to="10.9.9.9:53"} 7'
    const window = coreDnsWindow(
      target,
      reading('before', 0, to('10.0.0.53:53', [2, 10], 8)),
      reading('after', 1000, [...to('10.0.0.53:53', [5, 40], 20), ...to('10.0.0.54:53', [3, 0], 0), other]),
    )
    expect(window?.upstreams).toEqual([
      { to: '10.0.0.53:53', sent: 33, answers: { NXDOMAIN: 12 }, seconds: 3 },
      { to: '10.0.0.54:53', sent: 3, answers: {}, seconds: 0 },
    ])
  })

  it('is none when the process was another one, or a reading is missing', () => {
    expect(coreDnsWindow(target, before, reading('after', 6100, after, 9))).toBeNull()
    expect(coreDnsWindow(target, before, reading('after', 6100, null))).toBeNull()
    expect(coreDnsWindow(target, undefined, reading('after', 6100, after))).toBeNull()
  })

  it("makes no zeros out of metrics that are not CoreDNS's", () => {
    expect(coreDnsWindow(target, reading('before', 0, []), reading('after', 10, []))).toMatchObject({
      cpuSeconds: null,
      requests: null,
      responses: {},
      slowShare: null,
      forwardFailures: null,
    })
  })
})
