import { httpGet } from './http-get.ts'
import type { Emit, PodRecord } from './records.ts'
import type { MetricsSpec, ProbeSpec } from './spec.ts'

/** The families that a CoreDnsWindow is made of; the rest of some 100 kB would only fill the log. */
const families = /^(process_cpu_seconds_total|process_start_time_seconds|coredns_dns_requests_total|coredns_dns_responses_total|coredns_dns_request_duration_seconds_(bucket|count)|coredns_(forward|proxy)_\w*(failures|broken|rejects)\w*)[ {]/

export async function metrics(spec: ProbeSpec, phase: 'before' | 'after', emit: Emit): Promise<void> {
  await Promise.all(spec.metrics.map(async (it) => emit(await scrape(it, phase))))
}

export async function scrape({ ip, port }: MetricsSpec, phase: 'before' | 'after'): Promise<Extract<PodRecord, { t: 'metrics' }>> {
  const { status, error, body } = await httpGet({ ip, port, host: `${ip}:${port}`, path: '/metrics', atMost: 4_000_000, timeoutMs: 3000 })
  const ok = status === 200 && error === null
  return {
    t: 'metrics',
    phase,
    ip,
    at: Math.round(performance.now()),
    text: ok ? body.split('\n').filter((line) => families.test(line)).join('\n') : null,
    error: ok ? null : (error ?? `HTTP ${status}`),
  }
}
