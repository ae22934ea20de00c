import { type Clock, machineClock } from '../clock.ts'
import { lookup } from './lookup.ts'
import type { Emit } from '../records.ts'
import type { CanarySpec } from '../spec.ts'

/** A word at least this often, so that a server's silence is not taken for the pod's. */
const aliveMs = 5000

/**
 * Lookups one after the other at a slow beat, each told as soon as it ends; a silent server holds up none of the next.
 */
export async function canary(
  spec: CanarySpec,
  emit: Emit,
  began: number,
  clock: Clock = machineClock,
): Promise<{ readonly queries: number; readonly lookups: number }> {
  const end = clock.now() + spec.forMs
  const running = new Set<Promise<void>>()
  let queries = 0
  let lookups = 0
  emit({ t: 'series', s: 0, of: spec.series })
  const stopAlive = clock.every(aliveMs, () => emit({ t: 'progress', done: lookups, of: lookups }))
  const one = async (): Promise<void> => {
    const start = clock.now()
    const result = await lookup(spec.series, { timeoutMs: 5000, attempts: 2 }, (sent) => (queries += sent))
    lookups++
    emit({
      t: 'lookups',
      s: 0,
      rows: [[Math.round(start - began), result.ms, result.a, result.aaaa, result.retries, result.firstLost]],
    })
  }
  while (clock.now() < end) {
    const it: Promise<void> = one().finally(() => running.delete(it))
    running.add(it)
    await clock.sleep(spec.everyMs)
  }
  await Promise.all(running)
  stopAlive()
  return { queries, lookups }
}
