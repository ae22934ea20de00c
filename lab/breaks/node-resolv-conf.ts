// The file that kubelets of the lab give to pods with dnsPolicy Default, and whose suffixes they give to the others. It
// is read when a pod's sandbox is made, so no kubelet is started anew.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { daemonPid } from '../daemons.ts'
import { type Lab, LabError } from '../lab.ts'
import { UPSTREAM_DNS } from '../plan.ts'

const HEALTHY = `nameserver ${UPSTREAM_DNS.ip}\n`

export async function writeNodeResolvConf(lab: Lab, text: string): Promise<void> {
  await writeFile(join(lab.stateDir, 'resolv.conf'), text)
}

export function restoreNodeResolvConf(lab: Lab): Promise<void> {
  return writeNodeResolvConf(lab, HEALTHY)
}

/** Of one node alone: the file is mounted over the others' in its mount namespace, until `restoreOnNode`. */
export async function writeOnNode(lab: Lab, node: string, text: string): Promise<void> {
  await restoreOnNode(lab, node)
  const own = join(lab.stateDir, `resolv.conf.${node}`)
  await writeFile(own, text)
  const mounted = await inMounts(lab, node, ['mount', '--bind', own, join(lab.stateDir, 'resolv.conf')])
  if (mounted.code !== 0) throw new LabError(`${node}: mount: ${mounted.stderr.trim()}`)
}

export async function restoreOnNode(lab: Lab, node: string): Promise<void> {
  while ((await inMounts(lab, node, ['umount', join(lab.stateDir, 'resolv.conf')])).code === 0);
}

async function inMounts(lab: Lab, node: string, argv: readonly string[]) {
  const pid = await daemonPid(`${node}-namespaces`)
  if (pid === undefined) throw new LabError(`${node} does not run`, 'npm run lab -- up')
  return lab.run('host', ['nsenter', '--target', `${pid}`, '--mount', '--', ...argv])
}

export { HEALTHY as healthyResolvConf }
