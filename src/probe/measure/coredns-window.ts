import { sealedHash } from '../../kube/sealed-hash.ts'
import type { CoreDnsWindow, UpstreamWindow } from '../../model/counters.ts'
import { parsePrometheusText, type Sample, sumOf } from '../../wire/prometheus-text.ts'
import type { PodRecord } from '../pod/records.ts'
import type { MetricsSpec } from '../pod/spec.ts'

type Reading = Extract<PodRecord, { t: 'metrics' }>

/** As CoreDNS has named them since 1.7, and before (its release notes of 1.7.0). */
const requests = ['coredns_dns_requests_total', 'coredns_dns_request_count_total'] as const
const responses = ['coredns_dns_responses_total', 'coredns_dns_response_rcode_count_total'] as const
const duration = 'coredns_dns_request_duration_seconds'

/** There are a dozen rcodes, and forward takes 15 upstreams: each costs a look at all of the page. */
const mostOfOne = 64

/** CoreDNS's buckets double from 0.25 ms (plugin/metrics, plugin.TimeBuckets), so 256 ms is the one for "250 ms". */
const slowBucket = 0.256

/**
 * Names of forward's failures: `coredns_forward_*` up to 1.10, `coredns_proxy_*{proxy_name="forward"}` since 1.11 for
 * health checks (plugin/forward README).
 */
const failures = /^coredns_(forward|proxy)_\w*(failures|broken|rejects)\w*_total$/

/** One replica between two readings of its /metrics; null when either is missing or it was restarted in between. */
export function coreDnsWindow(
  target: MetricsSpec,
  before: Reading | undefined,
  after: Reading | undefined,
): CoreDnsWindow | null {
  if (before === undefined || after === undefined || before.text === null || after.text === null) return null
  const was = parsePrometheusText(before.text)
  const is = parsePrometheusText(after.text)
  if (sumOf(was, 'process_start_time_seconds') !== sumOf(is, 'process_start_time_seconds')) return null
  const grown = (name: string): number | null => difference(sumOf(was, name), sumOf(is, name))
  const asked = grown(requests.find((name) => is.some((it) => it.name === name)) ?? requests[0])
  const counted = difference(bucket(was, Infinity), bucket(is, Infinity))
  const fast = difference(bucket(was, slowBucket), bucket(is, slowBucket))
  return {
    pod: target.pod,
    ip: target.ip,
    windowMs: after.at - before.at,
    cpuSeconds: grown('process_cpu_seconds_total'),
    requests: asked,
    responses: byRcode(was, is),
    slowShare: counted === null || fast === null || counted === 0 ? null : Math.max(0, (counted - fast) / counted),
    // A counter with labels is absent until its first event; the others show that these are CoreDNS's metrics at all.
    forwardFailures: asked === null ? null : total(is) - total(was),
    ...upstreamsOf(was, is),
    ...saysOf(is),
  }
}

/** Zero stands for "not there yet" before, never after. */
function difference(before: number | null, after: number | null): number | null {
  return after === null ? null : after - (before ?? 0)
}

function bucket(samples: readonly Sample[], upTo: number): number | null {
  const matching = samples.filter(
    (it) =>
      it.name === `${duration}_bucket` && Number(it.labels['le'] === '+Inf' ? Infinity : it.labels['le']) === upTo,
  )
  return matching.length === 0 ? null : matching.reduce((sum, it) => sum + it.value, 0)
}

function byRcode(was: readonly Sample[], is: readonly Sample[]): Readonly<Record<string, number>> {
  const name = responses.find((one) => is.some((it) => it.name === one)) ?? responses[0]
  const codes = [...new Set(is.filter((it) => it.name === name).map((it) => it.labels['rcode'] ?? ''))]
    .sort()
    .slice(0, mostOfOne)
  return Object.fromEntries(
    codes
      .map((rcode) => [rcode, (sumOf(is, name, { rcode }) ?? 0) - (sumOf(was, name, { rcode }) ?? 0)])
      .filter(([, n]) => n !== 0),
  )
}

/**
 * Which text it loaded last, and which release it is. The hash is set by each reload, one that is refused too, and not
 * at the start (plugin/reload reload.go): so it says what runs only where none was ever refused.
 */
function saysOf(samples: readonly Sample[]): { readonly config?: string; readonly version?: string } {
  const configs = samples
    .filter((it) => it.name === 'coredns_reload_version_info' && it.value === 1)
    // Older releases tell an MD5, which nothing here is held to.
    .flatMap((it) => /^[0-9a-f]{128}$/.exec(it.labels['value'] ?? '') ?? [])
  const version = samples.find((it) => it.name === 'coredns_build_info')?.labels['version']
  const refused = sumOf(samples, 'coredns_reload_failed_total')
  return {
    ...(configs.length === 1 && refused === 0 ? { config: sealedHash(configs[0] ?? '') } : {}),
    ...(version === undefined ? {} : { version }),
  }
}

/**
 * Since 1.11 `forward` counts by the package that it shares with grpc, before that by itself. Each query takes a
 * connection, one at hand or a new one (plugin/pkg/proxy/persistent.go), so together they count queries.
 */
const generations = [
  {
    time: 'coredns_proxy_request_duration_seconds',
    rcodes: 'coredns_proxy_request_duration_seconds_count',
    taken: ['coredns_proxy_conn_cache_hits_total', 'coredns_proxy_conn_cache_misses_total'],
    labels: { proxy_name: 'forward' },
  },
  {
    time: 'coredns_forward_request_duration_seconds',
    rcodes: 'coredns_forward_responses_total',
    taken: ['coredns_forward_conn_cache_hits_total', 'coredns_forward_conn_cache_misses_total'],
    labels: {},
  },
] as const

/** Nothing where CoreDNS counts no queries (before 1.8): its answers alone don't say what had none. */
function upstreamsOf(
  was: readonly Sample[],
  is: readonly Sample[],
): { readonly upstreams?: readonly UpstreamWindow[] } {
  for (const { time, rcodes: answers, taken, labels } of generations) {
    const ours = (it: Sample): boolean => Object.entries(labels).every(([label, value]) => it.labels[label] === value)
    const servers = [
      ...new Set(
        is.filter((it) => taken.some((name) => name === it.name) && ours(it)).map((it) => it.labels['to'] ?? ''),
      ),
    ].toSorted()
    // Of more than are kept, the one that fails may be among those that are left: then nothing is said of any.
    if (servers.length > mostOfOne) return {}
    if (servers.length === 0) continue
    const upstreams = servers.map((to): UpstreamWindow => {
      const grown = (name: string, more: Readonly<Record<string, string>> = {}): number =>
        (sumOf(is, name, { ...labels, to, ...more }) ?? 0) - (sumOf(was, name, { ...labels, to, ...more }) ?? 0)
      const rcodes = [
        ...new Set(
          is.filter((it) => it.name === answers && it.labels['to'] === to).map((it) => it.labels['rcode'] ?? ''),
        ),
      ]
        .toSorted()
        .slice(0, mostOfOne)
      const counts = rcodes.map((rcode) => [rcode, grown(answers, { rcode })] as const).filter(([, n]) => n > 0)
      return {
        to,
        sent: taken.reduce((sum, name) => sum + grown(name), 0),
        answers: Object.fromEntries(counts),
        seconds: Math.max(0, grown(`${time}_sum`)),
      }
    })
    return { upstreams }
  }
  return {}
}

function total(samples: readonly Sample[]): number {
  return samples.filter((it) => failures.test(it.name)).reduce((sum, it) => sum + it.value, 0)
}
