import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { HeldSpec } from '../spec.ts'

const lookEveryMs = 1000

/**
 * Whether anything else runs in this container that this process did not start. The first process of a container
 * sees those of its container alone. One that sees all of the node's knows them by their mounts: what is exec'd has the
 * container's (setns(2) into its mount namespace, mount_namespaces(7)), and keeps them when it enters the network of
 * another pod. null where that can't be told.
 */
export function hasCompany(proc = '/proc', own = process.pid): boolean | null {
  const mounts = mountsOf(proc, String(own))
  if (own !== 1 && mounts === null) return null
  const others = readdirSync(proc).filter((it) => /^\d+$/.test(it) && it !== String(own))
  // What was started later stands later, as a rule.
  return others.reverse().some((it) => (own === 1 || mountsOf(proc, it) === mounts) && isGuest(proc, it, own))
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
 * No child of this process, which orphans of its container are as well, and none that waits to be buried: state and
 * parent stand behind a name that may hold anything (proc_pid_stat(5)).
 */
function isGuest(proc: string, pid: string, own: number): boolean {
  try {
    const stat = readFileSync(join(proc, pid, 'stat'), 'utf8')
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state !== 'Z' && state !== 'X' && parent !== String(own)
  } catch {
    return false
  }
}

/**
 * Until nobody holds it any more: a command that was killed takes nothing back. `came` is told of the first who does.
 * Looks are counted, and not the clock: a process that was out of its turn for long has not looked meanwhile.
 */
export async function untilAlone(
  { aloneMs, aloneFirstMs }: HeldSpec,
  { came = () => {}, company = hasCompany, everyMs = lookEveryMs }: Looking = {},
): Promise<void> {
  let alone = 0
  let most = aloneFirstMs ?? Infinity
  for (;;) {
    const found = company()
    if (found !== false) {
      alone = 0
      came()
      if (found === true) most = aloneMs
    } else if (++alone * everyMs > most) return
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

export interface Looking {
  readonly came?: () => void
  readonly company?: () => boolean | null
  readonly everyMs?: number
}
