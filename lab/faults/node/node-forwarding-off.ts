// Seen: no pod of worker-2 reaches a pod of another node, nor is reached; the node is Ready all the while.
import { CLUSTER_NAME, isAnswered } from '../../breaks/ask-dns.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { corednsServes } from '../../breaks/coredns.ts'
import { restartServers } from '../../breaks/coredns-manifest.ts'
import { onNode, type Place } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'
import { UPSTREAM_DNS } from '../../plan.ts'
import type { Lab } from '../../lab.ts'
import type { Fault } from '../fault.ts'

const NODE = 'worker-2'

const here = (lab: Lab): Place => onNode(lab, nodeNamed(lab, NODE).netns)

/** Of the uplink alone: the bridge plugin sets ip_forward again with each pod that it makes. */
async function set(lab: Lab, value: 0 | 1): Promise<void> {
  await here(lab).run(['sh', '-c', `echo ${value} > /proc/sys/net/ipv4/conf/eth0/forwarding`])
}

async function forwards(lab: Lab): Promise<boolean> {
  return isAnswered(await clientOn(lab, NODE), { server: UPSTREAM_DNS.ip, name: CLUSTER_NAME })
}

const fault: Fault = {
  name: 'node-forwarding-off',
  kind: 'fault',
  breaks: `net.ipv4.conf.eth0.forwarding is 0 on ${NODE}`,
  symptom: `pods on ${NODE} reach nothing beyond it, and nobody reaches them; the node is Ready`,
  cause: { code: 'NOD511', subject: `Node/${NODE}` },
  reach: { kind: 'cluster' },
  diagnose: ['-n', 'shop'],
  async inject(lab) {
    await set(lab, 0)
    await until('nothing is forwarded', async () => !(await forwards(lab)))
  },
  async takeBack(lab) {
    await set(lab, 1)
    await until('packets are forwarded', () => forwards(lab))
    // The one on that node has lost its watch of the API server, and would wait minutes until it tries again.
    await restartServers(lab)
    await corednsServes(lab)
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
