import { eachSample, type Sample, sumOf } from './prometheus-text.ts'

/** What one CoreDNS says of itself between two readings of its /metrics. null = that metric was not there. */
export interface CoreDnsRates {
  readonly seconds: number
  readonly requests: number | null
  readonly cpuSeconds: number | null
  /** Answers by rcode. */
  readonly responses: Readonly<Record<string, number>>
  readonly cacheHits: number | null
  readonly cacheMisses: number | null
  readonly residentBytes: number | null
  /** Queries to the upstream servers and the seconds that they took together; null where forward tells nothing. */
  readonly upstream: { readonly queries: number; readonly seconds: number } | null
  /**
   * Seconds that 99 of 100 answers did not exceed inside CoreDNS, as the upper end of a bucket; null without answers.
   */
  readonly p99Seconds: number | null
  /**
   * Answers that took no longer than `upTo` seconds, for each bucket of CoreDNS's histogram; the last one counts all.
   */
  readonly durations: readonly Bucket[]
}

export interface Bucket {
  readonly upTo: number
  readonly count: number
}

/** The upper end of the bucket in which `share` of all answers have ended; null without answers. */
export function quantileOf(durations: readonly Bucket[], share: number): number | null {
  const all = durations.at(-1)?.count ?? 0
  return all <= 0 ? null : (durations.find((it) => it.count >= share * all)?.upTo ?? null)
}

/** The histograms of several servers as one. */
export function sumOfDurations(each: readonly (readonly Bucket[])[]): readonly Bucket[] {
  const bounds = [...new Set(each.flatMap((it) => it.map(({ upTo }) => upTo)))].sort((a, b) => a - b)
  return bounds.map((upTo) => ({
    upTo,
    count: each.reduce((sum, it) => sum + (it.find((one) => one.upTo === upTo)?.count ?? 0), 0),
  }))
}

/** What is read of a page, and by which of its labels it is told apart; all others are summed up. */
const read: Readonly<Record<string, string | null>> = {
  process_start_time_seconds: null,
  process_cpu_seconds_total: null,
  process_resident_memory_bytes: null,
  coredns_dns_requests_total: null,
  coredns_dns_request_count_total: null,
  coredns_dns_responses_total: 'rcode',
  coredns_dns_response_rcode_count_total: 'rcode',
  coredns_dns_request_duration_seconds_bucket: 'le',
  coredns_cache_hits_total: null,
  coredns_cache_misses_total: null,
  coredns_proxy_request_duration_seconds_count: 'proxy_name',
  coredns_proxy_request_duration_seconds_sum: 'proxy_name',
  coredns_forward_request_duration_seconds_count: null,
  coredns_forward_request_duration_seconds_sum: null,
}

/** There are a dozen rcodes and twenty buckets; whoever tells of more is not believed in the rest. */
const mostOfOne = 64

/** A page's counters, as few as they are: a page has megabytes, there are hundreds of servers, and two of each. */
export interface CoreDnsCounters {
  readonly isCoreDns: boolean
  readonly samples: readonly Sample[]
}

export function coreDnsCounters(text: string): CoreDnsCounters {
  const sums = new Map<string, Map<string, number>>()
  let isCoreDns = false
  eachSample(text, ({ name, labels, value }) => {
    isCoreDns ||= name.startsWith('coredns_')
    const by = Object.hasOwn(read, name) ? read[name] : undefined
    if (by === undefined) return
    const told = (by === null ? null : labels[by]) ?? ''
    const own = sums.get(name) ?? new Map<string, number>()
    sums.set(name, own)
    if (own.has(told) || own.size < mostOfOne) own.set(told, (own.get(told) ?? 0) + value)
  })
  const samples = [...sums].flatMap(([name, own]) =>
    [...own].map(([told, value]): Sample => {
      const by = read[name] ?? null
      return { name, labels: by === null || told === '' ? {} : { [by]: told }, value }
    }),
  )
  return { isCoreDns, samples }
}

/** null when the process was restarted in between, or when this is no CoreDNS that counts its requests. */
export function coreDnsRates(before: CoreDnsCounters, after: CoreDnsCounters, seconds: number): CoreDnsRates | null {
  const was = before.samples
  const is = after.samples
  if (sumOf(was, 'process_start_time_seconds') !== sumOf(is, 'process_start_time_seconds')) return null
  if (!after.isCoreDns) return null
  // A counter with labels is absent until its first event.
  const grown = (name: string, labels: Readonly<Record<string, string>> = {}): number | null => {
    const now = sumOf(is, name, labels)
    return now === null ? null : Math.max(0, now - (sumOf(was, name, labels) ?? 0))
  }
  const durations = durationsOf(was, is)
  const hits = grown('coredns_cache_hits_total')
  const misses = grown('coredns_cache_misses_total')
  return {
    seconds,
    requests: grown('coredns_dns_requests_total') ?? grown('coredns_dns_request_count_total') ?? 0,
    cpuSeconds: grown('process_cpu_seconds_total'),
    responses: byRcode(was, is),
    // Hits alone are absent until the first one; without either there is no cache plugin.
    cacheHits: hits ?? (misses === null ? null : 0),
    cacheMisses: misses ?? (hits === null ? null : 0),
    residentBytes: sumOf(is, 'process_resident_memory_bytes'),
    upstream: upstreamOf(grown),
    p99Seconds: quantileOf(durations, 0.99),
    durations,
  }
}

/** `coredns_proxy_*{proxy_name="forward"}` since 1.11, `coredns_forward_*` before (plugin/forward README). */
function upstreamOf(
  grown: (name: string, labels?: Readonly<Record<string, string>>) => number | null,
): CoreDnsRates['upstream'] {
  const ways = [
    ['coredns_proxy_request_duration_seconds', { proxy_name: 'forward' }],
    ['coredns_forward_request_duration_seconds', {}],
  ] as const
  for (const [name, labels] of ways) {
    const queries = grown(`${name}_count`, labels)
    const seconds = grown(`${name}_sum`, labels)
    if (queries !== null && seconds !== null) return { queries, seconds }
  }
  return null
}

function byRcode(was: readonly Sample[], is: readonly Sample[]): Readonly<Record<string, number>> {
  // Its name before 1.7 was another.
  const name = is.some((it) => it.name === 'coredns_dns_responses_total')
    ? 'coredns_dns_responses_total'
    : 'coredns_dns_response_rcode_count_total'
  const codes = [...new Set(is.filter((it) => it.name === name).map((it) => it.labels['rcode'] ?? ''))].sort()
  return Object.fromEntries(
    codes
      .map((rcode) => [rcode, Math.max(0, (sumOf(is, name, { rcode }) ?? 0) - (sumOf(was, name, { rcode }) ?? 0))])
      .filter(([, n]) => n !== 0),
  )
}

function durationsOf(was: readonly Sample[], is: readonly Sample[]): readonly Bucket[] {
  const name = 'coredns_dns_request_duration_seconds_bucket'
  const bounds = [...new Set(is.filter((it) => it.name === name).map((it) => it.labels['le'] ?? ''))]
  return bounds
    .map((le) => ({
      upTo: le === '+Inf' ? Infinity : Number(le),
      count: (sumOf(is, name, { le }) ?? 0) - (sumOf(was, name, { le }) ?? 0),
    }))
    .sort((a, b) => a.upTo - b.upTo)
}
