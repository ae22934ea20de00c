// A containerd root with every image imported and unpacked, made once. A node's own root is then hard links to it:
// image layers are only ever read (overlayfs copies up), so that three nodes share one copy and `up` unpacks nothing.
import { existsSync } from 'node:fs'
import { cp, link, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startDaemon, stopDaemon } from '../daemons.ts'
import { LabError } from '../errors.ts'
import { must, run } from '../process.ts'

const SNAPSHOTTER = 'io.containerd.snapshotter.v1.overlayfs'

const DAEMON = 'seed-containerd'

/** Databases that a node goes on writing, so it needs its own. */
const WRITTEN = ['io.containerd.metadata.v1.bolt/meta.db', `${SNAPSHOTTER}/metadata.db`] as const

export function importArchive(socket: string, archive: string): Promise<string> {
  return must(['ctr', '--address', socket, '--namespace', 'k8s.io', 'images', 'import', archive])
}

export async function waitForContainerd(socket: string): Promise<void> {
  for (let waited = 0; waited < 30_000; waited += 100) {
    if (existsSync(socket) && (await run(['ctr', '--address', socket, 'version'])).code === 0) return
    await sleep(100)
  }
  throw new LabError(`containerd does not answer at ${socket}`)
}

export async function makeSeed(archives: readonly string[], seed: string): Promise<void> {
  const draft = `${seed}.draft`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true })
  const state = `${draft}.state`
  const socket = join(state, 'containerd.sock')
  const config = `${draft}.toml`
  await writeFile(
    config,
    [
      'version = 2',
      `root = "${draft}"`,
      `state = "${state}"`,
      'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
      '[grpc]',
      `address = "${socket}"`,
      '',
    ].join('\n'),
  )
  await startDaemon(DAEMON, ['containerd', '--config', config, '--log-level', 'error'])
  try {
    await waitForContainerd(socket)
    for (const archive of archives) await importArchive(socket, archive)
  } finally {
    await stopDaemon(DAEMON)
    await rm(state, { recursive: true, force: true })
    await rm(config, { force: true })
  }
  await rename(draft, seed)
}

/** Not to be told from device numbers: two mounts of one disk refuse it too. */
async function canLink(from: string, to: string): Promise<boolean> {
  const trial = join(to, '.trial')
  try {
    await link(from, trial)
    await rm(trial)
    return true
  } catch {
    return false
  }
}

export async function growFrom(seed: string, root: string): Promise<void> {
  await mkdir(root, { recursive: true })
  const linked = await canLink(join(seed, WRITTEN[0]), root)
  await must(['cp', ...(linked ? ['-al'] : ['-a', '--reflink=auto']), `${seed}/.`, root])
  for (const file of linked ? WRITTEN : []) {
    await rm(join(root, file))
    await cp(join(seed, file), join(root, file))
  }
}
