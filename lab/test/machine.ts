// What the lab could leave behind on the machine.
import { readdir, readFile, readlink } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { run } from '../process.ts'

export interface Machine {
  readonly processes: readonly string[]
  readonly namespaces: readonly string[]
  readonly mounts: readonly string[]
  readonly cgroups: readonly string[]
  readonly links: readonly string[]
  readonly files: readonly string[]
}

export async function machine(stateDir: string): Promise<Machine> {
  return {
    processes: await processes(),
    namespaces: lines((await run(['ip', 'netns', 'list'])).stdout),
    mounts: lines(await readFile('/proc/mounts', 'utf8')).map((it) => it.split(' ')[1] ?? ''),
    cgroups: lines((await run(['find', '/sys/fs/cgroup', '-maxdepth', '2', '-type', 'd'])).stdout),
    links: lines((await run(['ip', '-o', 'link'])).stdout).map((it) => (it.split(':')[1] ?? '').trim()),
    files: existsSync(stateDir) ? [stateDir] : [],
  }
}

/** Everything in `after` that was not in `before`, by kind. */
export function added(before: Machine, after: Machine): readonly string[] {
  return (Object.keys(before) as (keyof Machine)[]).flatMap((kind) =>
    after[kind].filter((it) => !before[kind].includes(it)).map((it) => `${kind}: ${it}`),
  )
}

/**
 * Programs that are not the kernel's, by executable: a process that merely came and went elsewhere is not the lab's.
 */
async function processes(): Promise<readonly string[]> {
  const ids = (await readdir('/proc')).filter((it) => /^\d+$/.test(it))
  const found = await Promise.all(
    ids.map(async (id) => {
      const program = await readlink(`/proc/${id}/exe`).catch(() => null)
      const line = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')
      return program !== null &&
        /hopscope-lab|containerd|etcd|kube|coredns|nfqdelay|dnsperf|enforcer/.test(`${program} ${line}`)
        ? `${id} ${line.replaceAll('\0', ' ').trim()}`
        : null
    }),
  )
  return found.filter((it) => it !== null)
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((it) => it.trim() !== '')
}
