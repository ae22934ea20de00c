import { percent } from '../../../phrases.ts'

/** A lookup as the watchdog sees it; `good` = an answer that is neither SERVFAIL nor REFUSED. null = still waiting. */
export interface Watched {
  readonly startedAt: number
  done: { readonly at: number; readonly good: boolean } | null
}

export interface WatchdogLimits {
  /** Lookups in the first and in the last window of each series. */
  readonly window: number
  /** A lookup is judged this long after its start, answered or not: so a loss counts before its timeout. */
  readonly settleMs: number
  /** How much greater the share of bad lookups must have become. */
  readonly shareRise: number
  /** How many times slower the 95th percentile of good ones, and how slow at least. */
  readonly slowdown: number
  readonly slowMs: number
}

/**
 * A rise by 0.4 over windows of 30 is three standard deviations of the difference even for a fault that loses half
 * of all packets, and both steps (halve, then stop) must see it in lookups of their own.
 */
const watchdogLimits: WatchdogLimits = { window: 30, settleMs: 1000, shareRise: 0.4, slowdown: 5, slowMs: 250 }

/**
 * Why a series has become worse since it began; null when it has not, or when there are too few lookups to say.
 * Windows are taken by *start* within one series: by end, or over a changing mix of servers, a constant fault looks
 * like a decline. Only lookups started after `since` count for the last window.
 */
export function decline(
  series: readonly Watched[],
  now: number,
  since: number,
  limits: WatchdogLimits = watchdogLimits,
): string | null {
  const settled = series.filter((it) => it.startedAt <= now - limits.settleMs)
  const first = settled.slice(0, limits.window)
  const last = settled
    .slice(limits.window)
    .filter((it) => it.startedAt > since)
    .slice(-limits.window)
  if (last.length < limits.window) return null
  const before = badShare(first, limits.settleMs)
  const after = badShare(last, limits.settleMs)
  if (after - before >= limits.shareRise)
    return `unanswered within ${limits.settleMs} ms: ${percent(before)} at first, now ${percent(after)}`
  const fast = p95(first, limits.settleMs)
  const slow = p95(last, limits.settleMs)
  if (slow >= limits.slowMs && slow >= fast * limits.slowdown)
    return `95th percentile: ${Math.round(fast)} ms at first, now ${Math.round(slow)} ms`
  return null
}

function isBad(it: Watched, settleMs: number): boolean {
  return it.done === null || !it.done.good || it.done.at - it.startedAt > settleMs
}

function badShare(window: readonly Watched[], settleMs: number): number {
  return window.filter((it) => isBad(it, settleMs)).length / window.length
}

function p95(window: readonly Watched[], settleMs: number): number {
  const times = window
    .flatMap((it) => (isBad(it, settleMs) || it.done === null ? [] : [it.done.at - it.startedAt]))
    .sort((a, b) => a - b)
  return times[Math.floor(times.length * 0.95)] ?? 0
}

/** Below this many queries a second the probe is not what hurts a DNS server. */
const trivialRate = 20

/** Two readings of the servers' metrics, with some time to spare. */
const freshMs = 5000

/** Halves the rate at the first decline, and ends the probe when lookups started since then have declined too. */
export function watchdog(rate: number): {
  readonly judge: (
    all: readonly (readonly Watched[])[],
    now: number,
    servers?: string | null,
  ) => { readonly act: 'go' | 'halve' | 'stop'; readonly why: string }
} {
  let halvedAt: number | null = null
  return {
    judge(all, now, servers = null) {
      if (rate < trivialRate) return { act: 'go', why: '' }
      // What the servers say of themselves is some seconds old: it counts again when it was seen since.
      const said = servers !== null && (halvedAt === null || now - halvedAt > freshMs) ? servers : null
      for (const why of [...all.map((series) => decline(series, now, halvedAt ?? -Infinity)), said]) {
        if (why === null) continue
        if (halvedAt !== null) return { act: 'stop', why }
        halvedAt = now
        return { act: 'halve', why }
      }
      return { act: 'go', why: '' }
    },
  }
}
