import { readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { HoldSpec } from '../spec.ts'

const lookEveryMs = 1000

/**
 * Whether anything else runs in this container: what is exec'd there has the container's mounts (setns(2) into its
 * mount namespace, mount_namespaces(7)), whether or not it has process ids of its own, and keeps them when it enters
 * the network of another pod. null where that can't be told.
 */
export function hasCompany(proc = '/proc', own = process.pid): boolean | null {
  const mounts = mountsOf(proc, String(own))
  if (mounts === null) return null
  const others = readdirSync(proc).filter((it) => /^\d+$/.test(it) && it !== String(own))
  // What was started later stands later, as a rule.
  return others.reverse().some((it) => mountsOf(proc, it) === mounts)
}

/** null for one that has ended meanwhile, and for one that may not be looked at. */
function mountsOf(proc: string, pid: string): string | null {
  try {
    return readlinkSync(join(proc, pid, 'ns', 'mnt'))
  } catch {
    return null
  }
}

/**
 * Until its time is up, or nobody holds it any more: a command that was killed takes nothing back, and what it made
 * here has the rights of the node.
 */
export async function hold(
  { forMs, aloneMs, aloneFirstMs }: Omit<HoldSpec, 'kind'>,
  company: () => boolean | null = hasCompany,
  everyMs = lookEveryMs,
): Promise<'time' | 'alone'> {
  const began = performance.now()
  let aloneSince = began
  let most = aloneFirstMs
  for (;;) {
    const now = performance.now()
    if (now - began >= forMs) return 'time'
    if (company() === false) {
      if (now - aloneSince >= most) return 'alone'
    } else {
      aloneSince = now
      most = aloneMs
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(everyMs, forMs)))
  }
}
