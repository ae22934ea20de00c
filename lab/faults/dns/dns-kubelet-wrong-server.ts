// resolv.conf of a pod is written by its node's kubelet. Pods that ran before keep the right one.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kubeletConfig } from '../../cluster/node-config.ts'
import { startKubelet } from '../../cluster/node.ts'
import type { Lab } from '../../lab.ts'
import { CLUSTER_DNS } from '../../plan.ts'
import type { Fault } from '../fault.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { until } from '../../breaks/until.ts'

const NODE = 'worker-3'

/** An address among those of Services that no Service has: the cluster's DNS before somebody made it anew. */
const WRONG = '198.19.0.99'

async function configure(lab: Lab, clusterDns: string): Promise<void> {
  const node = nodeNamed(lab, NODE)
  const path = join(lab.stateDir, 'nodes', NODE, 'kubelet.json')
  const wanted = JSON.stringify({ ...kubeletConfig(node, lab.layout), clusterDNS: [clusterDns] })
  if ((await readFile(path, 'utf8')) !== wanted) {
    await writeFile(path, wanted)
    await lab.stop(`${NODE}-kubelet`)
    await startKubelet(node)
  }
  await until(`the kubelet of ${NODE} runs with clusterDNS ${clusterDns}, and is ready`, async () => {
    const config = await lab.kubectl(['get', '--raw', `/api/v1/nodes/${NODE}/proxy/configz`]).catch(() => '')
    const ready = await lab.kubectl([
      'get',
      'node',
      NODE,
      '-o',
      'jsonpath={.status.conditions[?(@.type=="Ready")].status}',
    ])
    return config.includes(`"clusterDNS":["${clusterDns}"]`) && ready === 'True'
  })
}

const fault: Fault = {
  name: 'dns-kubelet-wrong-server',
  kind: 'fault',
  breaks: `the kubelet of ${NODE} gives new pods a DNS server that nobody has any more`,
  symptom: 'pods that were started lately on one node find no name, older ones there do',
  cause: { code: 'DNS148', subject: `Node/${NODE}` },
  reach: { kind: 'node', node: NODE },
  diagnose: ['dns', '--node', NODE],
  inject: (lab) => configure(lab, WRONG),
  takeBack: (lab) => configure(lab, CLUSTER_DNS),
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
