// Seen: what crosses worker-2's uplink to or from its pods ends in silence, whatever the port.
import { CLUSTER_NAME, isAnswered } from '../../breaks/ask-dns.ts'
import { corednsServes } from '../../breaks/coredns.ts'
import { restartServers } from '../../breaks/coredns-manifest.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { rulesFault } from '../../breaks/rules-fault.ts'
import { UPSTREAM_DNS } from '../../plan.ts'
import type { Lab } from '../../lab.ts'
import type { Fault } from '../fault.ts'

const NODE = 'worker-2'

async function forwards(lab: Lab): Promise<boolean> {
  return isAnswered(await clientOn(lab, NODE), { server: UPSTREAM_DNS.ip, name: CLUSTER_NAME })
}

const fault = rulesFault({
  name: 'pods-forward-dropped',
  breaks: `a firewall on ${NODE} drops what it forwards from other nodes to its pods, as Docker's does`,
  symptom: `no pod on ${NODE} reaches anything beyond it, and nobody reaches them; the node is Ready`,
  cause: { code: 'NOD510', subject: `Node/${NODE}` },
  reach: { kind: 'cluster' },
  diagnose: ['-n', 'shop'],
  at: (lab) => {
    const { netns, podCidr } = nodeNamed(lab, NODE)
    const rule = ['-i', 'eth0', '-d', podCidr, '-j', 'DROP']
    return Promise.resolve([{ place: onNode(lab, netns), rules: [{ table: 'filter', chain: 'FORWARD', rule }] }])
  },
  inEffect: async (lab) => !(await forwards(lab)),
  gone: forwards,
})

async function takeBack(lab: Lab): Promise<void> {
  await fault.takeBack(lab)
  // The one on that node has lost its watch of the API server, and would wait minutes until it tries again.
  await restartServers(lab)
  await corednsServes(lab)
}

export default { ...fault, takeBack, remove: takeBack } satisfies Fault
