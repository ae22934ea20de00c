// A worker: a network, host name and mount namespace, in which containerd and the kubelet find the usual paths
// (/var/lib/kubelet, /run/containerd, /var/log/pods), each a folder of this node in the state folder. Mounts made by
// pods exist in that mount namespace alone, so they are gone with the last process of the node.
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { daemonPid, startDaemon } from '../daemons.ts'
import { LabError } from '../errors.ts'
import { SANDBOX_IMAGE } from '../images/definitions.ts'
import { growFrom, waitForContainerd } from '../images/seed.ts'
import type { Layout } from '../layout.ts'
import { inNamespace } from '../net/namespace.ts'
import { BIN, STATE, type Worker } from '../plan.ts'
import { kubeconfigPath, writeKubeconfig } from './certificates.ts'
import { cniConfig, containerdConfig, kubeletConfig } from './node-config.ts'

function folder(worker: Worker, ...path: readonly string[]): string {
  return join(STATE, 'nodes', worker.name, ...path)
}

export function containerdSocket(worker: Worker): string {
  return folder(worker, 'run', 'containerd', 'containerd.sock')
}

/** The state folder lies in /var/lib, so it has to be there again in the node's own /var/lib. */
const MOUNTS = `set -e
node=$1 state=$2 name=$3
mount --rbind "$state" "$node/var-lib/hopscope-lab"
mount --rbind "$node/var-lib" /var/lib
mount --rbind "$node/run" /run
mount --bind "$node/var-log" /var/log
mount --make-rshared /
hostname "$name"
touch "$node/mounted"
exec sleep infinity`

async function startNamespaces(worker: Worker): Promise<void> {
  for (const path of ['var-lib/hopscope-lab', 'var-lib/kubelet', 'run', 'var-log', 'cni']) {
    await mkdir(folder(worker, path), { recursive: true })
  }
  const script = ['sh', '-c', MOUNTS, 'sh', folder(worker), STATE, worker.name]
  await startDaemon(
    `${worker.name}-namespaces`,
    inNamespace(worker.netns, ['unshare', '--mount', '--uts', '--propagation', 'private', ...script]),
  )
  for (let waited = 0; !existsSync(folder(worker, 'mounted')); waited += 20) {
    if (waited > 10_000) throw new LabError(`the mount namespace of ${worker.name} does not come up`)
    await sleep(20)
  }
}

export async function startContainerd(
  worker: Worker,
  { seed, layout }: { readonly seed: string; readonly layout: Layout },
): Promise<void> {
  await growFrom(seed, folder(worker, 'var-lib', 'containerd'))
  await startNamespaces(worker)
  await writeFile(folder(worker, 'cni', '10-lab.conflist'), JSON.stringify(cniConfig(worker)))
  await writeFile(folder(worker, 'containerd.toml'), containerdConfig(folder(worker, 'cni'), SANDBOX_IMAGE))
  await writeFile(folder(worker, 'kubelet.json'), JSON.stringify(kubeletConfig(worker, layout)))
  await writeKubeconfig(worker.name, kubeconfigPath(worker.name))
  await startDaemon(
    `${worker.name}-containerd`,
    await inNode(worker, ['containerd', '--config', folder(worker, 'containerd.toml')]),
  )
  await waitForContainerd(containerdSocket(worker))
}

/** `under`: a program that runs the kubelet in a changed world, such as setarch. */
export async function startKubelet(worker: Worker, under: readonly string[] = []): Promise<void> {
  await startDaemon(
    `${worker.name}-kubelet`,
    await inNode(worker, [
      ...under,
      join(BIN, 'kube'),
      'kubelet',
      `--config=${folder(worker, 'kubelet.json')}`,
      `--kubeconfig=${kubeconfigPath(worker.name)}`,
      `--hostname-override=${worker.name}`,
      `--node-ip=${worker.ip}`,
    ]),
  )
}

/** All three namespaces of a node, by the process that holds them. */
async function inNode(worker: Worker, argv: readonly string[]): Promise<string[]> {
  const pid = await daemonPid(`${worker.name}-namespaces`)
  if (pid === undefined) throw new LabError(`${worker.name} does not run`, 'npm run lab -- up')
  return ['nsenter', '--target', `${pid}`, '--net', '--mount', '--uts', '--', ...argv]
}
