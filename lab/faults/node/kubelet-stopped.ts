// Seen: worker-3 is NotReady after 50 s: Kubelet stopped posting node status. Its pods answer all the while.
import { startKubelet } from '../../cluster/node.ts'
import type { Lab } from '../../lab.ts'
import { workers } from '../../plan.ts'
import { nameIsKnown } from '../../breaks/coredns.ts'
import { nodeIsWell } from '../../breaks/node-ready.ts'
import { until } from '../../breaks/until.ts'
import type { Fault } from '../fault.ts'

const NODE = 'worker-3'

async function readiness(lab: Lab): Promise<string> {
  return lab.kubectl(['get', 'node', NODE, '-o', `jsonpath={.status.conditions[?(@.type=="Ready")].status}`])
}

const fault: Fault = {
  name: 'kubelet-stopped',
  kind: 'fault',
  breaks: `the kubelet of ${NODE} has stopped`,
  symptom: 'a node is NotReady, and its pods are taken out of every Service',
  cause: { code: 'NOD501', subject: `Node/${NODE}` },
  reach: { kind: 'cluster' },
  diagnose: ['-n', 'shop'],
  async inject(lab) {
    if ((await readiness(lab)) === 'Unknown') return
    await lab.stop(`${NODE}-kubelet`)
    await until(`${NODE} is not ready`, async () => (await readiness(lab)) === 'Unknown')
  },
  async takeBack(lab) {
    const worker = workers(lab.nodes.length).find((it) => it.name === NODE)
    if (worker !== undefined && (await readiness(lab)) !== 'True') await startKubelet(worker)
    await nodeIsWell(lab, NODE)
    await nameIsKnown(lab, 'db.shop.svc.cluster.local')
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
