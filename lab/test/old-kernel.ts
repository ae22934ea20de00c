// A node that reports an old kernel, without a lie to the API server: Linux itself tells a process under the
// personality UNAME26 that it is 2.6.(60 + minor) (personality(2), kernel/sys.c override_release). The kubelet asks
// uname and reports what it hears; containers, kube-proxy and packets live on the kernel that there is.
import { startKubelet } from '../cluster/node.ts'
import { stopDaemon } from '../daemons.ts'
import { nodeNamed } from '../breaks/node.ts'
import { until } from '../breaks/until.ts'
import type { Lab } from '../lab.ts'

/** Returns when the node is Ready with the other kernel's version, which is returned. */
export function reportOldKernel(lab: Lab, node: string): Promise<string> {
  return restart(lab, node, ['setarch', 'x86_64', '--uname-2.6'], (version) => version.startsWith('2.6.'))
}

export async function reportTrueKernel(lab: Lab, node: string): Promise<void> {
  await restart(lab, node, [], (version) => !version.startsWith('2.6.'))
}

async function restart(
  lab: Lab,
  node: string,
  under: readonly string[],
  expected: (version: string) => boolean,
): Promise<string> {
  await stopDaemon(`${node}-kubelet`)
  await startKubelet(nodeNamed(lab, node), under)
  let version = ''
  await until(`${node} reports its kernel anew`, async () => {
    version = (await lab.kubectl(['get', 'node', node, '-o', 'jsonpath={.status.nodeInfo.kernelVersion}'])).trim()
    return expected(version)
  })
  await lab.kubectl(['wait', '--for=condition=Ready', `node/${node}`, '--timeout=90s'])
  return version
}
