// The file that kubelets of the lab give to pods with dnsPolicy Default, and whose suffixes they give to the others. It
// is read when a pod's sandbox is made, so no kubelet is started anew.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lab } from '../lab.ts'
import { UPSTREAM_DNS } from '../plan.ts'

const HEALTHY = `nameserver ${UPSTREAM_DNS.ip}\n`

export async function writeNodeResolvConf(lab: Lab, text: string): Promise<void> {
  await writeFile(join(lab.stateDir, 'resolv.conf'), text)
}

export function restoreNodeResolvConf(lab: Lab): Promise<void> {
  return writeNodeResolvConf(lab, HEALTHY)
}

export { HEALTHY as healthyResolvConf }
