/** What runs in a probe pod: reads HOPSCOPE_SPEC, prints records (records.ts), one JSON object a line. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { apiAsks } from './contacts/api-asks.ts'
import { betweenAsks } from './contacts/between-asks.ts'
import { betweenAnswers } from './node/between-answers.ts'
import { canary } from './dns/canary.ts'
import { connects } from './contacts/connects.ts'
import { conntrackWatch } from './node/conntrack-watch.ts'
import { cpuWatch } from './node/cpu-watch.ts'
import { dnsStorm } from './load/dns-storm.ts'
import { httpContacts } from './contacts/http-asks.ts'
import { mtuAsks } from './contacts/mtu-asks.ts'
import { libcHere, nameserversHere } from './resolve/libc-lookup.ts'
import { dnsLoad } from './load/dns-load.ts'
import { names } from './dns/names.ts'
import { untilOf } from './dns/until.ts'
import { untilAlone } from './node/hold.ts'
import { metrics } from './node/metrics.ts'
import type { Emit } from './records.ts'
import { resolve } from './resolve/resolve.ts'
import type { ProbeSpec, SpecInPod } from './spec.ts'
import { strayPackets } from './node/stray-packets.ts'
import { throttledMs } from './node/throttling.ts'

const emit: Emit = (record) => void process.stdout.write(`${JSON.stringify(record)}\n`)

/** How late this process itself gets the CPU: what it measures can't be finer. */
const lagResolutionMs = 10

async function probe(spec: ProbeSpec, began: number): Promise<void> {
  const answersForMs = spec.between?.answersForMs ?? 0
  if (spec.between !== undefined && answersForMs > 0) await betweenAnswers(spec.between.token, emit)
  await measure(spec, began)
  // Others began later, and whoever made this pod takes it away when the last of them is done.
  if (answersForMs > 0) await new Promise((resolve) => setTimeout(resolve, answersForMs))
}

async function measure(spec: ProbeSpec, began: number): Promise<void> {
  const throttledBefore = throttledMs()
  const strayBefore = strayPackets()
  const delay = monitorEventLoopDelay({ resolution: lagResolutionMs })
  delay.enable()
  // What is no lookup need not wait for the servers' counters, nor these for it.
  const [{ queries, lookups }] = await Promise.all([
    lookupsBetweenCounters(spec, began),
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
async function lookupsBetweenCounters(spec: ProbeSpec, began: number) {
  const counters = metrics(spec, emit)
  await counters.begin()
  const cpu = await cpuWatch(spec.metrics, spec.metricsTwice)
  const asking = { signal: AbortSignal.timeout(spec.budgetMs), until: untilOf(spec.resolver) }
  const asked = spec.names === null ? 0 : names(spec.names, emit, asking)
  const [{ queries, lookups }, ofNames] = await Promise.all([
    dnsStorm(spec, emit, began, () => cpu?.why() ?? null),
    asked,
  ])
  cpu?.end()
  await counters.end()
  return { queries: queries + ofNames, lookups }
}

async function work(spec: SpecInPod, began: number): Promise<void> {
  if (spec.kind === 'hold') await new Promise((resolve) => setTimeout(resolve, spec.forMs))
  else if (spec.kind === 'conntrack') await conntrackWatch(spec, emit)
  else if (spec.kind === 'load') await dnsLoad(spec, emit)
  else if (spec.kind === 'canary')
    emit({
      t: 'end',
      ...(await canary(spec, emit, began)),
      ms: Math.round(performance.now() - began),
      throttledMs: null,
      lagMs: 0,
    })
  else if (spec.kind === 'resolve')
    emit({
      t: 'end',
      ms: Math.round(performance.now() - began),
      queries: await resolve(spec, emit),
      lookups: 1,
      throttledMs: null,
      lagMs: 0,
    })
  else await probe(spec, began)
}

async function main(): Promise<void> {
  const began = performance.now()
  const spec = JSON.parse(process.env['HOPSCOPE_SPEC'] ?? 'null') as SpecInPod | null
  if (spec === null) throw new Error('HOPSCOPE_SPEC is empty')
  emit({ t: 'hello', libc: libcHere(), nameservers: nameserversHere(), node: process.version })
  let came = (): void => {}
  const held = new Promise<void>((resolve) => (came = resolve))
  const alone = untilAlone(spec.held, { came }).then(() => {
    emit({ t: 'alone' })
  })
  // Its own watchdog looks after others' lookups; that somebody looks after it is waited for all the same.
  const begins = spec.kind === 'load' && spec.held.aloneFirstMs !== null ? held : Promise.resolve()
  await Promise.race([alone, begins.then(() => work(spec, began))])
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    emit({ t: 'broken', why: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    process.exit(1)
  },
)
