// A lab namespace is a file in the state folder, not in /run/netns: names cannot collide with those of the machine, and
// whatever is mounted below the state folder is known to be ours when it is time to remove it.
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { STATE } from '../plan.ts'
import { must } from '../process.ts'

const FOLDER = join(STATE, 'netns')

/** The machine's own namespace, for what must run outside the lab's. */
export const HOST = 'host'

export function namespacePath(name: string): string {
  return join(FOLDER, name)
}

/** `nsenter --net`, never `ip netns exec`: that remounts /sys, and a kubelet started so finds no cgroups. */
export function inNamespace(name: string, argv: readonly string[]): string[] {
  return name === HOST ? [...argv] : ['nsenter', `--net=${namespacePath(name)}`, '--', ...argv]
}

export async function createNamespace(name: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true })
  await writeFile(namespacePath(name), '')
  await must(['unshare', `--net=${namespacePath(name)}`, 'true'])
}

/** The inode numbers by which /proc/PID/ns/net tells which processes live in the lab. */
export async function namespaceInodes(): Promise<ReadonlySet<number>> {
  const names = await readdir(FOLDER).catch(() => [])
  const stats = await Promise.all(names.map((name) => stat(namespacePath(name))))
  return new Set(stats.map((entry) => entry.ino))
}
