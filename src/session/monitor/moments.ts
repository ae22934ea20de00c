import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Standing } from '../../answers/monitor/round.ts'
import { standingKey } from '../../answers/monitor/round.ts'
import type { Model } from '../../model/sources.ts'
import { writeSnapshot } from '../../snapshot/write.ts'

/** Where moments are kept, and how much of them. */
export interface KeepAsk {
  readonly folder: string
  readonly most: number
  readonly bytes: number
}

/** `moment-2026-11-28T042545Z-DNS107.hops`: nothing else in the folder is a monitor's to remove. */
const ownName = /^moment-\d{4}-\d{2}-\d{2}T\d{6}Z-[A-Za-z0-9]{1,20}\.hops(?:\.[0-9a-f]+\.partial)?$/

/** What flaps is kept once in this time. */
const againAfterMs = 3_600_000
const mostRemembered = 1000

const lookups = 'lookups'

export type Moment = { readonly file: string } | { readonly file: null; readonly why: string }

export interface Moments {
  /** What stands now, and what it is of; null where there is nothing to keep. */
  readonly after: (standing: readonly Standing[], slowLookups: boolean, model: Model) => Promise<Moment | null>
}

/** Keeps a recording of the moment when an error begins to stand, or lookups begin to wait for their repeats. */
export function momentsIn(ask: KeepAsk, now: () => number = () => performance.now()): Moments {
  const told = new Map<string, number>()
  let wasSlow = false

  /** Those that have not been kept lately, of these; all of them are noted. */
  const news = (keys: readonly string[]): ReadonlySet<string> => {
    const at = now()
    for (const [key, since] of told) if (at - since > againAfterMs) told.delete(key)
    const fresh = keys.filter((it) => !told.has(it))
    for (const it of fresh) if (told.size < mostRemembered) told.set(it, at)
    return new Set(fresh)
  }
  return {
    async after(standing, slowLookups, model) {
      const errors = standing.filter((it) => it.severity === 'error' && it.unseen === 0)
      const began = slowLookups && !wasSlow ? [lookups] : []
      wasSlow = slowLookups
      const fresh = news([...errors.map(standingKey), ...began])
      if (fresh.size === 0) return null
      // Named by what is new, of which there may be much.
      return keep(ask, errors.find((it) => fresh.has(standingKey(it)))?.code ?? lookups, model)
    },
  }
}

/** A disk that is full costs the moment, and nothing else. */
async function keep(ask: KeepAsk, what: string, model: Model): Promise<Moment> {
  try {
    // Its folder may be a volume that belongs to somebody else.
    await mkdir(ask.folder, { recursive: true })
    const t0 = new Date()
    const stamp = t0.toISOString().replaceAll(/[:.]/g, '').slice(0, 17)
    const file = join(ask.folder, `moment-${stamp}Z-${what}.hops`)
    await trim(ask, 1)
    await writeSnapshot(file, model, { t0 })
    await trim(ask, 0)
    return { file }
  } catch (error) {
    await trim(ask, 1).catch(() => undefined)
    return { file: null, why: error instanceof Error ? error.message : String(error) }
  }
}

/** Removes the oldest until there is room for `more`, and whatever a killed run left half written. */
async function trim({ folder, most, bytes }: KeepAsk, more: number): Promise<void> {
  const names = (await readdir(folder)).filter((it) => ownName.test(it)).toSorted()
  const halves = names.filter((it) => it.endsWith('.partial'))
  await Promise.all(halves.map((it) => rm(join(folder, it), { force: true })))
  let [count, size] = [0, 0]
  for (const name of names.filter((it) => it.endsWith('.hops')).toReversed()) {
    const path = join(folder, name)
    count++
    size += (await stat(path)).size
    // The newest stays, however large: it is the one that somebody looks for.
    if ((count > most - more || size > bytes) && (more > 0 || count > 1)) await rm(path, { force: true })
  }
}
