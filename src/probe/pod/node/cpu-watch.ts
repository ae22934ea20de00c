import { coreDnsWindow } from '../../measure/coredns-window.ts'
import { type Clock, machineClock } from '../clock.ts'
import { scrape } from './metrics.ts'
import type { PodRecord } from '../records.ts'
import type { MetricsSpec } from '../spec.ts'
import { percent } from '../../../phrases.ts'

type Reading = Extract<PodRecord, { t: 'metrics' }>

/** One server's CPU as a share of its limit; null where a reading failed. */
export interface CpuShare {
  readonly pod: string
  readonly limitMilli: number
  readonly share: number | null
}

export interface CpuWatch {
  /** What has become worse since before the probe; null when nothing has, or nothing can be told. */
  readonly why: () => string | null
  readonly end: () => void
}

/** The servers' metrics, and the time between two looks at them. */
export interface CpuWorld {
  readonly clock: Clock
  readonly scrape: typeof scrape
}

/** The CPU counter goes in steps of 10 ms: under 50m a second shows a share to a fifth. */
const everyMs = 2000
const baseMs = 1000

/**
 * Each pod holds its lookups back for this long, so that the others', which start within a second, are not in what was
 * before.
 */
const holdMs = 2000

/** At its limit now, with room before: whatever filled it came while the probe asked. */
const full = 0.9
const roomy = 0.7

export function cpuTrouble(before: readonly CpuShare[], now: readonly CpuShare[]): string | null {
  for (const { pod, limitMilli, share } of now) {
    const was = before.find((it) => it.pod === pod)?.share ?? null
    if (share !== null && was !== null && share >= full && was < roomy)
      return `${pod} uses ${percent(share)} of its CPU limit of ${limitMilli}m, ${percent(was)} before the probe`
  }
  return null
}

/**
 * Watches the servers' CPU against their limits while the probe asks; a pod that does not watch only waits. null where
 * no server has a limit: then there is nothing to run into. A limit that was used up before the probe is a finding
 * (DNS103), and no ground to stop.
 */
export async function cpuWatch(
  servers: readonly MetricsSpec[],
  watching: boolean,
  world: CpuWorld = { clock: machineClock, scrape },
): Promise<CpuWatch | null> {
  const limited = servers.filter((it) => (it.cpuLimitMilli ?? null) !== null)
  if (limited.length === 0) return null
  const { clock } = world
  const held = clock.sleep(holdMs)
  if (!watching) return held.then(() => null)
  const read = (): Promise<readonly Reading[]> => Promise.all(limited.map((it) => world.scrape(it, 'before')))
  let last = await read()
  await clock.sleep(baseMs)
  let readings = await read()
  const before = shares(limited, last, readings)
  await held
  let why: string | null = null
  let busy = false
  const look = async (): Promise<void> => {
    if (busy) return
    busy = true
    last = readings
    readings = await read()
    why = cpuTrouble(before, shares(limited, last, readings))
    busy = false
  }
  return { why: () => why, end: clock.every(everyMs, () => void look().catch(() => {})) }
}

function shares(
  servers: readonly MetricsSpec[],
  before: readonly Reading[],
  after: readonly Reading[],
): readonly CpuShare[] {
  return servers.map((it, i) => {
    const window = coreDnsWindow(it, before[i], after[i])
    const limitMilli = it.cpuLimitMilli ?? 0
    const known = window !== null && window.cpuSeconds !== null && window.windowMs > 0
    return {
      pod: it.pod,
      limitMilli,
      share: known ? ((window.cpuSeconds ?? 0) * 1e6) / (window.windowMs * limitMilli) : null,
    }
  })
}
