// One cgroup for the whole lab: the kubelets keep their pods below it, and every daemon of the lab starts in it, so
// that
// `down` finds what belongs to the lab even when the file with its pid is gone.
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const MOUNT = '/sys/fs/cgroup'
export const LAB_CGROUP = 'hopscope-lab'

const unified = existsSync(join(MOUNT, 'cgroup.controllers'))

async function hierarchies(): Promise<readonly string[]> {
  if (unified) return [MOUNT]
  const names = (await readdir(MOUNT)).filter((name) => existsSync(join(MOUNT, name, 'cgroup.procs')))
  return names.map((name) => join(MOUNT, name))
}

/** The file through which a starting process enters the lab's cgroup. */
export const DAEMON_PROCS = join(MOUNT, unified ? '' : 'pids', LAB_CGROUP, 'daemons', 'cgroup.procs')

/** A new cpuset has no processor and no memory, and so cannot hold a process. */
async function inheritCpuset(hierarchy: string, folder: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    if (unified || !existsSync(join(hierarchy, file))) continue
    await writeFile(join(folder, file), await readFile(join(hierarchy, file), 'utf8'))
  }
}

async function delegate(folder: string): Promise<void> {
  if (!unified) return
  const controllers = (await readFile(join(folder, 'cgroup.controllers'), 'utf8')).trim().split(' ')
  await writeFile(join(folder, 'cgroup.subtree_control'), controllers.map((name) => `+${name}`).join(' ')).catch(
    () => {},
  )
}

export async function createCgroups(names: readonly string[]): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    await delegate(hierarchy)
    for (const path of [LAB_CGROUP, ...['daemons', ...names].map((name) => join(LAB_CGROUP, name))]) {
      const folder = join(hierarchy, path)
      await mkdir(folder, { recursive: true })
      await inheritCpuset(hierarchy, folder)
      if (path === LAB_CGROUP) await delegate(folder)
    }
  }
}

async function remove(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) if (entry.isDirectory()) await remove(join(folder, entry.name))
  await rmdir(folder).catch(() => {})
}

/** False while a process that is ending still holds one of them. */
export async function removeCgroups(): Promise<boolean> {
  const folders = (await hierarchies()).map((hierarchy) => join(hierarchy, LAB_CGROUP))
  for (const folder of folders) await remove(folder)
  return folders.every((folder) => !existsSync(folder))
}

export async function isInLabCgroup(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '')
  return text.split('\n').some((line) => line.split(':').slice(2).join(':').startsWith(`/${LAB_CGROUP}/`))
}
