import { monitorEventLoopDelay } from 'node:perf_hooks'
import { apiAsks } from './contacts/api-asks.ts'
import { betweenAsks } from './contacts/between-asks.ts'
import { connects } from './contacts/connects.ts'
import { cpuWatch } from './node/cpu-watch.ts'
import { dnsStorm } from './load/dns-storm.ts'
import { httpContacts } from './contacts/http-asks.ts'
import { mtuAsks } from './contacts/mtu-asks.ts'
import { names } from './dns/names.ts'
import { metrics } from './node/metrics.ts'
import { strayPackets } from './node/stray-packets.ts'
import { throttledMs } from './node/throttling.ts'
import type { Emit } from './records.ts'
import type { ProbeSpec } from './spec.ts'

/** How late this process itself gets the CPU: what it measures can't be finer. */
const lagResolutionMs = 10

/**
 * All that a probe pod asks, at once. Of one path it has an end (plan/pace.ts), which `measure.test.ts` measures by a
 * clock of its own.
 */
export async function measure(spec: ProbeSpec, emit: Emit, began: number): Promise<void> {
  const throttledBefore = throttledMs()
  const strayBefore = strayPackets()
  const delay = monitorEventLoopDelay({ resolution: lagResolutionMs })
  delay.enable()
  // What is no lookup need not wait for the servers' counters, nor these for it.
  const [{ queries, lookups }] = await Promise.all([
    lookupsBetweenCounters(spec, emit, began),
    connects(spec, emit),
    httpContacts(spec, emit),
    spec.mtu === undefined ? null : mtuAsks(spec.mtu, emit),
    spec.between === undefined ? null : betweenAsks(spec.between, emit),
    spec.api === undefined ? null : apiAsks(spec.api, emit),
  ])
  const stray = strayPackets()
  const throttled = throttledMs()
  emit({
    t: 'end',
    ms: Math.round(performance.now() - began),
    queries,
    lookups,
    throttledMs: throttled === null || throttledBefore === null ? null : throttled - throttledBefore,
    stray: stray === null || strayBefore === null ? null : stray - strayBefore,
    // The histogram holds the timer's own interval too.
    lagMs: Math.max(0, Math.round(delay.percentile(99) / 1e6) - lagResolutionMs),
    lagMaxMs: Math.max(0, Math.round(delay.max / 1e6) - lagResolutionMs),
  })
}

/** The servers' counters before and after what is asked of them. */
async function lookupsBetweenCounters(spec: ProbeSpec, emit: Emit, began: number) {
  const counters = metrics(spec, emit)
  await counters.begin()
  const cpu = await cpuWatch(spec.metrics, spec.metricsTwice)
  const asked = spec.names === null ? 0 : names(spec.names, emit, AbortSignal.timeout(spec.budgetMs))
  const [{ queries, lookups }, ofNames] = await Promise.all([
    dnsStorm(spec, emit, began, () => cpu?.why() ?? null),
    asked,
  ])
  cpu?.end()
  await counters.end()
  return { queries: queries + ofNames, lookups }
}
