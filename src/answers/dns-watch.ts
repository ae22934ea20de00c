import type { Finding } from '../findings/finding.ts'
import type { Known, Why } from '../model/known.ts'
import type { ClusterDns } from '../model/cluster-dns.ts'
import { subjectKey } from '../model/subject.ts'
import { type Bucket, type CoreDnsRates, quantileOf, sumOfDurations } from '../wire/coredns-metrics.ts'
import { because } from '../phrases.ts'

/** One DNS server in one interval. */
export interface ServerSample {
  readonly pod: string
  readonly node: string | null
  readonly cpuLimitMilli: number | null
  readonly rates: Known<CoreDnsRates>
}

export interface CanarySample {
  readonly node: string
  readonly lookups: number
  /** Without an answer, or answered by a repeat alone. */
  readonly lost: number
  readonly p50Ms: number
  readonly maxMs: number
}

export interface ConntrackSample {
  readonly node: string
  readonly insertFailed: number
  readonly drop: number
}

/** What one interval showed. Whatever could not be read is a value with its reason, and never a zero. */
export interface WatchSample {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly dns: Known<ClusterDns>
  readonly servers: readonly ServerSample[]
  /** null when no canary was asked for. */
  readonly canary: Known<CanarySample> | null
  readonly conntrack: readonly Known<ConntrackSample>[]
  readonly findings: readonly Finding[]
}

/** The servers that could be read, taken together. */
export interface Totals {
  readonly queriesPerSecond: number
  /** SERVFAIL and REFUSED of all answers; null without answers. */
  readonly failing: number | null
  readonly answers: number
  /** Upper ends of CoreDNS's histogram buckets, in seconds. */
  readonly p50: number | null
  readonly p99: number | null
  /** Of what the cache was asked; null without a cache. */
  readonly cacheHits: number | null
  /** How many of the servers these numbers are of. */
  readonly of: { readonly read: number; readonly all: number }
}

/** null when no server could be read: a gap. */
export function totalsOf(sample: WatchSample): Totals | null {
  const read = sample.servers.flatMap((it) => (it.rates.known ? [it.rates.value] : []))
  if (read.length === 0) return null
  const sum = (each: (it: CoreDnsRates) => number | null): number =>
    read.reduce((total, it) => total + (each(it) ?? 0), 0)
  const durations: readonly Bucket[] = sumOfDurations(read.map((it) => it.durations))
  const answers = sum((it) => Object.values(it.responses).reduce((a, b) => a + b, 0))
  const failed = sum((it) => (it.responses['SERVFAIL'] ?? 0) + (it.responses['REFUSED'] ?? 0))
  const asked = sum((it) => (it.cacheHits ?? 0) + (it.cacheMisses ?? 0))
  return {
    queriesPerSecond: read.reduce((total, it) => total + (it.requests ?? 0) / it.seconds, 0),
    failing: answers === 0 ? null : failed / answers,
    answers,
    p50: quantileOf(durations, 0.5),
    p99: quantileOf(durations, 0.99),
    cacheHits: asked === 0 ? null : sum((it) => it.cacheHits) / asked,
    of: { read: read.length, all: sample.servers.length },
  }
}

/** CPU of its limit; null where either is not known. */
export function cpuShare(it: ServerSample): number | null {
  const used = it.rates.known ? it.rates.value.cpuSeconds : null
  return used === null || !it.rates.known || it.cpuLimitMilli === null || it.cpuLimitMilli === 0
    ? null
    : (1000 * used) / it.rates.value.seconds / it.cpuLimitMilli
}

/** Where a number turns into an event. From the alert set of the manual; fewer answers than these say nothing. */
export const limits = {
  p99Seconds: 0.1,
  failing: 0.01,
  cpuShare: 0.9,
  cpuCalm: 0.7,
  canaryMs: 1000,
  leastAnswers: 20,
} as const

export interface WatchEvent {
  readonly kind: 'trouble' | 'better' | 'change' | 'gap'
  readonly text: string
}

/** A reading that is not there: of one server, or of no single one, and why. */
export interface Gap {
  readonly pod: string | null
  readonly why: string
}

/** What stands after all samples so far: a gap in between ends no trouble and begins none. */
export interface WatchState {
  readonly dns: ClusterDns | null
  readonly missing: ReadonlyMap<string, Gap>
  readonly standing: ReadonlyMap<string, Condition>
  readonly findings: readonly Finding[]
}

export const nothingYet: WatchState = { dns: null, missing: new Map(), standing: new Map(), findings: [] }

/**
 * What a sample changes, in the order of objects, readings, numbers and findings. A limit tells once when it is passed,
 * and once when it is kept again.
 */
export function advance(
  before: WatchState,
  now: WatchSample,
): { readonly state: WatchState; readonly events: readonly WatchEvent[] } {
  const numbers = standing(before, now)
  const dns = now.dns.known ? now.dns.value : null
  return {
    state: {
      dns: dns ?? before.dns,
      missing: missing(now),
      standing: numbers.standing,
      findings: dns === null ? before.findings : now.findings,
    },
    events: [
      ...(before.dns === null || dns === null ? [] : objects(before.dns, dns)),
      ...gaps(before, now),
      ...numbers.events,
      ...findings(before, now),
    ],
  }
}

function objects(was: ClusterDns, is: ClusterDns): readonly WatchEvent[] {
  const old = new Map(was.pods.map((it) => [it.name, it]))
  const pods = is.pods.flatMap((pod): readonly WatchEvent[] => {
    const other = old.get(pod.name)
    if (other === undefined) return [{ kind: 'change', text: `${pod.name} is new, on ${pod.node ?? 'no node yet'}` }]
    const restarts = total(pod.containers) - total(other.containers)
    const why = pod.containers.map((it) => it.lastTermination).find((it) => it !== null)
    return [
      ...(restarts > 0
        ? [{ kind: 'trouble' as const, text: `${pod.name} restarted${why === undefined ? '' : ` (${why})`}` }]
        : []),
      ...(other.ready && !pod.ready ? [unreadyNow(pod, is)] : []),
      ...(!other.ready && pod.ready ? [{ kind: 'better' as const, text: `${pod.name} is ready` }] : []),
    ]
  })
  const gone = was.pods
    .filter((it) => !is.pods.some((pod) => pod.name === it.name))
    .map((it): WatchEvent => ({ kind: 'change', text: `${it.name} is gone` }))
  const scaled = was.workload !== null && is.workload !== null && was.workload.desired !== is.workload.desired
  return [
    ...(scaled
      ? [
          {
            kind: 'change' as const,
            text:
              `${is.workload?.kind} ${is.workload?.name} wants ${is.workload?.desired} pods, ` +
              `${was.workload?.desired} before`,
          },
        ]
      : []),
    ...pods,
    ...gone,
    ...corefile(was, is),
  ]
}

/**
 * One that ends was stopped: by a rollout, a drain, or by hand, and another one takes its place. Whether lookups suffer
 * is told by the lookups; without a ready one left it is trouble all the same.
 */
function unreadyNow(pod: ClusterDns['pods'][number], { pods }: ClusterDns): WatchEvent {
  const isLeaving = pod.deleting || pod.phase === 'Succeeded' || pod.notReadyReason === 'PodCompleted'
  return isLeaving && pods.some((it) => it.ready)
    ? { kind: 'change', text: `${pod.name} ends: it was stopped, and others are ready` }
    : { kind: 'trouble', text: `${pod.name} is not ready${because(pod.notReadyReason)}` }
}

function total(containers: readonly { readonly restarts: number }[]): number {
  return containers.reduce((sum, it) => sum + it.restarts, 0)
}

function corefile(was: ClusterDns, is: ClusterDns): readonly WatchEvent[] {
  if (!was.corefile.known || !is.corefile.known || was.corefile.value === is.corefile.value) return []
  const lines = (text: string): readonly string[] =>
    text
      .split('\n')
      .map((it) => it.trim())
      .filter((it) => it !== '')
  const [old, next] = [lines(was.corefile.value), lines(is.corefile.value)]
  const added = next.filter((it) => !old.includes(it))
  const removed = old.filter((it) => !next.includes(it))
  const shown = [...removed.map((it) => `- ${it}`), ...added.map((it) => `+ ${it}`)]
  return [
    {
      kind: 'change',
      text:
        `Corefile changed: ${shown.length === 0 ? 'the order of its lines' : shown.slice(0, 3).join('  ')}` +
        (shown.length > 3 ? `  and ${shown.length - 3} more lines` : ''),
    },
  ]
}

/** Each reading that fails tells so once, and once when it is back. */
function gaps(before: WatchState, now: WatchSample): readonly WatchEvent[] {
  const is = missing(now)
  const fresh = [...is]
    .filter(([what]) => !before.missing.has(what))
    .map(([what, { why }]): WatchEvent => ({ kind: 'gap', text: `${what} not read: ${why}` }))
  const back = [...before.missing]
    .filter(([what, gap]) => !is.has(what) && isThere(gap.pod, now))
    .map(([what]): WatchEvent => ({ kind: 'better', text: `${what} read again` }))
  return [...fresh, ...back]
}

/** What could not be read, by its name. A server whose first reading this is has nothing to compare with: no gap. */
export function missing(sample: WatchSample): ReadonlyMap<string, Gap> {
  const found: [string, Gap][] = []
  const add = (what: string, { detail }: Why, pod: string | null = null): void =>
    void found.push([what, { pod, why: detail }])
  if (!sample.dns.known) add("the cluster's DNS", sample.dns.why)
  else if (!sample.dns.value.corefile.known) add('the Corefile', sample.dns.value.corefile.why)
  for (const { pod, rates } of sample.servers)
    if (!rates.known && rates.why.reason !== 'not-asked') add(`metrics of ${pod}`, rates.why, pod)
  if (sample.canary !== null && !sample.canary.known && sample.canary.why.reason !== 'not-asked')
    add('the canary', sample.canary.why)
  for (const it of sample.conntrack) if (!it.known) add('conntrack', it.why)
  return new Map(found)
}

/** A server that is gone is neither read again nor calm again. */
function isThere(pod: string | null, { servers }: WatchSample): boolean {
  return pod === null || servers.some((it) => it.pod === pod)
}

export interface Condition {
  readonly key: string
  readonly of: 'p99' | 'failing' | 'cpu' | 'canary' | 'conntrack'
  /** The server whose number it is; null where it is of no single one. */
  readonly pod: string | null
  readonly bad: string
  readonly good: string
}

function standing(
  before: WatchState,
  now: WatchSample,
): { readonly standing: ReadonlyMap<string, Condition>; readonly events: readonly WatchEvent[] } {
  const is = conditions(now)
  const judged = judgedKeys(now)
  const kept = [...before.standing.values()].filter(
    (it) => !is.has(it.key) && !judged.has(it.key) && isThere(it.pod, now),
  )
  return {
    standing: new Map([...kept, ...is.values()].map((it) => [it.key, it])),
    events: [
      ...[...is.values()]
        .filter((it) => !before.standing.has(it.key))
        .map((it): WatchEvent => ({ kind: 'trouble', text: it.bad })),
      ...[...before.standing.values()]
        .filter((it) => !is.has(it.key) && judged.has(it.key))
        .map((it): WatchEvent => ({ kind: 'better', text: it.good })),
    ],
  }
}

/** Every limit that this sample passes. */
export function conditions(sample: WatchSample): ReadonlyMap<string, Condition> {
  const found: Condition[] = []
  const totals = totalsOf(sample)
  const enough = totals !== null && totals.answers >= limits.leastAnswers
  if (enough && totals.p99 !== null && totals.p99 > limits.p99Seconds)
    found.push({
      key: 'p99',
      of: 'p99',
      pod: null,
      bad: `p99 above ${1000 * limits.p99Seconds} ms: ${seconds(totals.p99)} inside CoreDNS`,
      good: `p99 under ${1000 * limits.p99Seconds} ms again`,
    })
  if (enough && totals.failing !== null && totals.failing > limits.failing)
    found.push({
      key: 'failing',
      of: 'failing',
      pod: null,
      bad: `SERVFAIL and REFUSED at ${(100 * totals.failing).toFixed(1)} % of ${totals.answers} answers`,
      good: `SERVFAIL and REFUSED under ${100 * limits.failing} % again`,
    })
  for (const it of sample.servers) {
    const share = cpuShare(it)
    if (share !== null && share >= limits.cpuShare)
      found.push({
        key: `cpu ${it.pod}`,
        of: 'cpu',
        pod: it.pod,
        bad:
          `${it.pod} at ${Math.round(100 * share)} % of its CPU limit ` +
          `of ${it.cpuLimitMilli}m (hopscope explain DNS103)`,
        good: `${it.pod} under ${100 * limits.cpuCalm} % of its CPU limit again`,
      })
  }
  const canary = sample.canary?.known === true ? sample.canary.value : null
  if (canary !== null && (canary.lost > 0 || canary.maxMs >= limits.canaryMs))
    found.push({
      key: 'canary',
      of: 'canary',
      pod: null,
      bad:
        `canary on ${canary.node}: ${canary.lost} of ${canary.lookups} lookups lost, ` +
        `the slowest ${seconds(canary.maxMs / 1000)}`,
      good: `canary on ${canary.node} is answered in time again`,
    })
  for (const it of sample.conntrack)
    if (it.known && it.value.insertFailed > 0)
      found.push({
        key: `conntrack ${it.value.node}`,
        of: 'conntrack',
        pod: null,
        bad:
          `conntrack on ${it.value.node}: insert_failed +${it.value.insertFailed}, ` +
          `drop +${it.value.drop} (hopscope explain DNS101)`,
        good: `conntrack on ${it.value.node}: insert_failed stands still again`,
      })
  return new Map(found.map((it) => [it.key, it]))
}

/**
 * Limits that this sample was seen to keep: silence ends no trouble, nor does a CPU that falls a little below its
 * limit.
 */
function judgedKeys(sample: WatchSample): ReadonlySet<string> {
  const totals = totalsOf(sample)
  const whole = totals !== null && totals.of.read === totals.of.all ? totals : null
  return new Set([
    ...(whole !== null && whole.p99 !== null && whole.p99 <= limits.p99Seconds ? ['p99'] : []),
    ...(whole !== null && whole.failing !== null && whole.failing <= limits.failing ? ['failing'] : []),
    ...sample.servers.flatMap((it) => ((cpuShare(it) ?? 1) < limits.cpuCalm ? [`cpu ${it.pod}`] : [])),
    ...(sample.canary?.known === true && sample.canary.value.lookups > 0 ? ['canary'] : []),
    ...sample.conntrack.flatMap((it) => (it.known ? [`conntrack ${it.value.node}`] : [])),
  ])
}

function findings(before: WatchState, now: WatchSample): readonly WatchEvent[] {
  // Without the cluster's DNS no check has looked: what was found before is neither there nor gone.
  if (!now.dns.known) return []
  const key = (it: Finding): string => `${it.code} ${subjectKey(it.subject)}`
  const fresh = now.findings.filter((it) => !before.findings.some((one) => key(one) === key(it)))
  const gone = before.findings.filter((it) => !now.findings.some((one) => key(one) === key(it)))
  return [
    ...fresh.map((it): WatchEvent => ({
      kind: it.severity === 'info' ? 'change' : 'trouble',
      text: `${key(it)}: found (${it.severity}), hopscope explain ${it.code}`,
    })),
    ...gone.map((it): WatchEvent => ({ kind: 'better', text: `${key(it)}: gone` })),
  ]
}

/** `2.05 s`, `0.25 ms`: upper ends of buckets, since a histogram knows no more. */
export function seconds(value: number): string {
  if (value === Infinity) return 'beyond the last bucket'
  return value >= 1 ? `${value.toFixed(2)} s` : `${(1000 * value).toFixed(value >= 0.01 ? 0 : 2)} ms`
}
