import { readFileSync } from 'node:fs'
import type { Emit } from '../records.ts'
import type { ConntrackSpec } from '../spec.ts'

export const conntrackFiles = {
  stat: '/proc/net/stat/nf_conntrack',
  count: '/proc/sys/net/netfilter/nf_conntrack_count',
  max: '/proc/sys/net/netfilter/nf_conntrack_max',
} as const

/** The counters of the network namespace that this runs in, again and again; world-readable, so no privilege. */
export async function conntrackWatch(spec: ConntrackSpec, emit: Emit): Promise<void> {
  const end = performance.now() + spec.forMs
  while (performance.now() < end) {
    emit({
      t: 'conntrack',
      at: Math.round(performance.now()),
      stat: read(conntrackFiles.stat),
      count: read(conntrackFiles.count),
      max: read(conntrackFiles.max),
    })
    await new Promise((resolve) => setTimeout(resolve, spec.everyMs))
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trimEnd()
  } catch {
    return null
  }
}
