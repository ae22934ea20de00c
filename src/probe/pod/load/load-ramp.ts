import type { ClientView, LoadStep, ServerView } from '../../../model/load.ts'
import { percent } from '../../../phrases.ts'

export interface LoadBounds {
  /** The target, in queries a second over all servers. */
  readonly rate: number
  /** Answers later than this at the 99th percentile are harm. */
  readonly p99Ms: number
  /** From so many queries a second of others on, CPU near the limit is harm already: it is their answers that wait. */
  readonly othersPerSecond: number
  /** The share of its CPU limit that a server may use while others ask it. */
  readonly cpuShare: number
}

export const loadBounds: Omit<LoadBounds, 'rate'> = { p99Ms: 250, othersPerSecond: 20, cpuShare: 0.85 }

/**
 * `saturated`: more was asked than answered, without loss: that is the ceiling. `client`: this pod was the bottleneck.
 */
export type Verdict =
  | { readonly kind: 'go' }
  | { readonly kind: 'harm'; readonly why: string }
  | { readonly kind: 'behind' }
  | { readonly kind: 'client'; readonly why: string }

/** Pure: what one step says, the first sign of harm first. `base` is the look around before the load. */
export function judge(step: LoadStep, base: LoadStep | null, bounds: LoadBounds): Verdict {
  const { load, canary, servers } = step
  const failed = failure(load, 'the load') ?? failure(canary, 'the canary') ?? serverHarm(servers, base, bounds)
  if (failed !== null) return { kind: 'harm', why: failed }
  const slow = slowness(load, 'the load', bounds) ?? slowness(canary, 'the canary', bounds)
  // Answers that lie in the socket while this pod waits for its CPU look late, and are not.
  if (slow !== null && step.lagMs >= bounds.p99Ms / 4)
    return {
      kind: 'client',
      why:
        `the pod that makes the load itself got the CPU up to ${step.lagMs} ms late, ` +
        "so that it can't tell whether answers are",
    }
  if (slow !== null) return { kind: 'harm', why: slow }
  const near = servers.find((it) => (cpuShareOf(it) ?? 0) >= bounds.cpuShare)
  if (near !== undefined && othersOf(base ?? step) >= bounds.othersPerSecond) {
    return {
      kind: 'harm',
      why:
        `${near.pod} uses ${percent(cpuShareOf(near) ?? 0)} of its CPU limit of ${near.cpuLimitMilli}m, ` +
        'and others ask it too',
    }
  }
  const enough = step.asked * 0.95
  if (perSecond(load.answered, load.ms) >= enough) return { kind: 'go' }
  if (perSecond(load.sent, load.ms) >= enough) return { kind: 'behind' }
  if ((step.throttledMs ?? 0) > load.ms * 0.05)
    return {
      kind: 'client',
      why: `its CPU limit stopped the load's own pod for ${step.throttledMs} ms of ${Math.round(load.ms)}`,
    }
  if (step.held < 0.02)
    return { kind: 'client', why: 'the pod that makes the load did not get enough CPU to send more' }
  return { kind: 'behind' }
}

function perSecond(count: number, ms: number): number {
  return ms === 0 ? 0 : (count / ms) * 1000
}

/** A loss, or an answer that is none, counts at once. */
export function failure(seen: ClientView, who: string): string | null {
  if (seen.lost > 0) return `${who} lost ${seen.lost} of ${seen.sent} queries`
  return seen.refused > 0 ? `${seen.refused} of ${seen.sent} answers to ${who} were SERVFAIL or REFUSED` : null
}

/** Enough answers for a percentile to mean something. */
const fewest = 20

function slowness(seen: ClientView, who: string, { p99Ms }: Pick<LoadBounds, 'p99Ms'>): string | null {
  return seen.answered >= fewest && seen.p99 > p99Ms
    ? `the 99th percentile of ${who} is ${Math.round(seen.p99)} ms, above ${p99Ms} ms`
    : null
}

/**
 * Whether a step must end before its time: something failed, or so much is late that no rest of it would change that.
 */
export function isBad(load: ClientView, canary: ClientView, bounds: Pick<LoadBounds, 'p99Ms'>): boolean {
  return (
    (failure(load, '') ?? failure(canary, '')) !== null || (load.answered >= 100 && slowness(load, '', bounds) !== null)
  )
}

/** Shares of a server's answers that may be bad by chance. */
const rise = 0.01

function serverHarm(servers: readonly ServerView[], base: LoadStep | null, bounds: LoadBounds): string | null {
  for (const it of servers) {
    const was = base?.servers.find((one) => one.pod === it.pod)
    const failed = servfailShare(it)
    if (failed > (was === undefined ? 0 : servfailShare(was)) + rise)
      return `${it.pod} answers ${percent(failed)} with SERVFAIL`
    if ((it.slowShare ?? 0) > (was?.slowShare ?? 0) + rise)
      return `${it.pod} itself takes more than ${bounds.p99Ms} ms for ${percent(it.slowShare ?? 0)} of its answers`
  }
  return null
}

function servfailShare({ responses }: ServerView): number {
  const all = Object.values(responses).reduce((sum, it) => sum + it, 0)
  return all === 0 ? 0 : (responses['SERVFAIL'] ?? 0) / all
}

/** CPU used as a share of the limit; null without a limit or without the metric. */
function cpuShareOf({ cpuSeconds, cpuLimitMilli, windowMs }: ServerView): number | null {
  if (cpuSeconds === null || cpuLimitMilli === null || windowMs <= 0) return null
  return (cpuSeconds * 1000) / (windowMs * (cpuLimitMilli / 1000))
}

/** Queries a second that were not ours, by the servers' own count. */
export function othersOf({ servers, load, canary }: LoadStep): number {
  const asked = servers.reduce((sum, it) => sum + (it.windowMs > 0 ? (it.requests ?? 0) / (it.windowMs / 1000) : 0), 0)
  const ours = canary.ms > 0 ? ((load.sent + canary.sent) / canary.ms) * 1000 : 0
  return Math.max(0, asked - ours)
}

/** How fast the ramp grows while nothing is strained, and once something is. */
const growth = { easy: 1.5, careful: 1.2 } as const
const strainedMs = 20

export function firstRate(rate: number): number {
  return Math.max(1, Math.min(rate, 50))
}

/** The next step's rate: never past the target, nor past the CPU share at which others would be harmed. */
export function nextRate(step: LoadStep, base: LoadStep, bounds: LoadBounds): number {
  const busiest = Math.max(0, ...step.servers.map((it) => cpuShareOf(it) ?? 0))
  const strained = step.load.p99 >= Math.max(strainedMs, 3 * base.canary.p99) || busiest >= 0.6
  let factor: number = strained ? growth.careful : growth.easy
  if (othersOf(base) >= bounds.othersPerSecond && busiest > 0) {
    const before = Math.max(0, ...base.servers.map((it) => cpuShareOf(it) ?? 0))
    const ours = Math.max(0.01, busiest - before)
    factor = Math.min(factor, Math.max(1.05, 1 + (bounds.cpuShare - busiest) / ours))
  }
  return Math.min(bounds.rate, Math.max(step.asked + 1, Math.round(step.asked * factor)))
}
