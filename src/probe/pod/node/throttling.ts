import { readFileSync } from 'node:fs'

/** cgroup v2, then v1 in its two usual places; inside a container the own group is the mount's root. */
const files: readonly (readonly [path: string, key: RegExp, perMs: number])[] = [
  ['/sys/fs/cgroup/cpu.stat', /^throttled_usec (\d+)/m, 1e3],
  ['/sys/fs/cgroup/cpu/cpu.stat', /^throttled_time (\d+)/m, 1e6],
  ['/sys/fs/cgroup/cpu,cpuacct/cpu.stat', /^throttled_time (\d+)/m, 1e6],
]

/** Milliseconds for which the CPU limit has held this container back; null where the kernel does not say. */
export function throttledMs(): number | null {
  for (const [path, key, perMs] of files) {
    try {
      const found = key.exec(readFileSync(path, 'utf8'))
      if (found !== null) return Math.round(Number(found[1]) / perMs)
    } catch {
      continue
    }
  }
  return null
}
