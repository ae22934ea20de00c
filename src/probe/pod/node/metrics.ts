import type { LargeFetch } from '../../../model/lookups.ts'
import { type Clock, machineClock } from '../clock.ts'
import { type HttpAnswer, httpGet } from '../contacts/http-get.ts'
import type { Emit, PodRecord } from '../records.ts'
import type { MetricsSpec, ProbeSpec } from '../spec.ts'
import { anyOf } from '../../../wire/pattern.ts'

/** The families that a CoreDnsWindow is made of; the rest of some 100 kB would only fill the log. */
const families = new RegExp(
  `^${anyOf(
    /process_cpu_seconds_total|process_start_time_seconds/,
    /coredns_dns_(?:requests|request_count|responses|response_rcode_count)_total/,
    /coredns_dns_request_duration_seconds_(?:bucket|count)/,
    /coredns_(?:forward|proxy)_\w*(?:failures|broken|rejects)\w*/,
    /coredns_(?:proxy|forward)_(?:conn_cache_(?:hits|misses)_total|responses_total)/,
    /coredns_(?:proxy|forward)_request_duration_seconds_(?:sum|count)/,
    /coredns_reload_(?:version_info|failed_total)/,
    /coredns_build_info/,
  )}[ {]`,
)

/**
 * Each server's metrics page. It is the one answer of many full packets that every CoreDNS has, so it also tells
 * whether large packets arrive at all: whoever does not give it is asked once more at once, beside the lookups.
 */
export function metrics(
  { metrics: servers, metricsTwice, resolver }: Pick<ProbeSpec, 'metrics' | 'metricsTwice' | 'resolver'>,
  emit: Emit,
  world: { readonly clock: Pick<Clock, 'sleep'>; readonly scrape: typeof scrape } = { clock: machineClock, scrape },
): Metrics {
  const counted: MetricsSpec[] = []
  const again: Promise<void>[] = []
  const isPrompt = resolver.endMs !== undefined
  const ask = async (it: MetricsSpec, phase: 'before' | 'after', timeoutMs = pageMs): Promise<boolean> => {
    const page = await world.scrape(it, phase, timeoutMs)
    const isLate = phase === 'before' && hasBegun && page.text !== null
    emit(isLate ? { ...page, text: null, error: 'it came when lookups had begun' } : page)
    return page.text !== null && !isLate
  }
  let hasBegun = false
  const before = Promise.all(
    servers.map(async (it) => {
      if (await ask(it, 'before')) counted.push(it)
      else if (metricsTwice) again.push(ask(it, 'after').then(() => {}))
    }),
  )
  return {
    begin: async () => {
      await Promise.race([before, world.clock.sleep(isPrompt ? promptMs : pageMs)])
      hasBegun = true
    },
    end: async () => {
      await before
      await Promise.all([
        ...again,
        ...(metricsTwice ? counted.map((it) => ask(it, 'after', isPrompt ? promptAfterMs : pageMs)) : []),
      ])
    },
  }
}

/** `begin`: lookups may, for what counts them has been read, or does not come. `end`: all that is asked is told. */
export interface Metrics {
  readonly begin: () => Promise<void>
  readonly end: () => Promise<void>
}

/**
 * A page comes within milliseconds. Where somebody waits for the answer about one path, lookups do not wait for one
 * that is silent, which has no two readings anyway.
 */
const promptMs = 600
/** SYNs at 0 and 1 s (RFC 6298). */
const promptAfterMs = 1500
const pageMs = 3000

export async function scrape(
  { ip, port }: MetricsSpec,
  phase: 'before' | 'after',
  timeoutMs: number = pageMs,
): Promise<Extract<PodRecord, { t: 'metrics' }>> {
  const answer = await httpGet({
    ip,
    port,
    scheme: 'http',
    host: `${ip}:${port}`,
    path: '/metrics',
    atMost: 4_000_000,
    timeoutMs,
  })
  const { status, error, body, bytes } = answer
  const ok = status === 200 && error === null
  return {
    t: 'metrics',
    phase,
    ip,
    at: Math.round(performance.now()),
    text: ok
      ? body
          .split('\n')
          .filter((line) => families.test(line))
          .join('\n')
      : null,
    error: ok ? null : (error ?? `HTTP ${status}`),
    result: fetched(answer),
    bytes,
  }
}

function fetched({ status, error, connected, late }: HttpAnswer): LargeFetch['result'] {
  if (error === null) return status === 200 ? 'complete' : 'other'
  if (!connected) return 'unreachable'
  return late ? 'stalled' : 'other'
}
