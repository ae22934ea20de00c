// Ends every process of the lab and removes every trace: namespaces, links, mounts, cgroups, files.
import { existsSync } from 'node:fs'
import { readdir, readFile, readlink, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isInLabCgroup, removeCgroups } from './cluster/cgroups.ts'
import { signal } from './daemons.ts'
import { LabError } from './errors.ts'
import { namespaceInodes } from './net/namespace.ts'
import { HOST_LINK, STATE } from './plan.ts'
import { run } from './process.ts'
import { restoreSysctls } from './sysctls.ts'

/** By where a process lives, never by its name: in the lab's cgroup, or in a network namespace of the lab. */
async function labProcesses(inodes: ReadonlySet<number>): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(
    pids.map(async (pid) => {
      if (pid === process.pid || (await hasEnded(pid))) return []
      if (await isInLabCgroup(pid)) return [pid]
      const link = await readlink(`/proc/${pid}/ns/net`).catch(() => '')
      return inodes.has(Number(/\d+/.exec(link)?.[0])) ? [pid] : []
    }),
  )
  return found.flat()
}

/**
 * A zombie keeps its cgroup until somebody asks for its exit code; in a container whose first process is no init,
 * nobody does.
 */
async function hasEnded(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat === '' || stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')
}

async function endProcesses(): Promise<void> {
  const inodes = await namespaceInodes()
  for (let waited = 0; waited < 15_000; waited += 50) {
    const pids = await labProcesses(inodes)
    if (pids.length === 0) return
    for (const pid of pids) signal(pid, 'SIGKILL')
    await sleep(50)
  }
  throw new LabError('some processes of the lab do not end', 'see `ps` for processes in state D')
}

/** Deepest first. Spaces in mountinfo are written as \\040, and the lab's own paths have none. */
async function unmountAll(): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')
    const points = lines.map((line) => line.split(' ')[4] ?? '').filter((point) => point.startsWith(`${STATE}/`))
    if (points.length === 0) return
    for (const point of points.reverse()) await run(['umount', '--lazy', point])
  }
}

export async function down(): Promise<void> {
  await endProcesses()
  await restoreSysctls()
  await unmountAll()
  if (existsSync(`/sys/class/net/${HOST_LINK}`)) await run(['ip', 'link', 'delete', HOST_LINK])
  for (let waited = 0; !(await removeCgroups()); waited += 50) {
    if (waited > 5000)
      throw new LabError('the cgroups of the lab cannot be removed', 'ls /sys/fs/cgroup/*/hopscope-lab')
    await sleep(50)
  }
  await rm(STATE, { recursive: true, force: true })
}
