// Seen: no pod reaches a pod of another node, on any port; on one node all is well, and every node is Ready.
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { corednsServes } from '../../breaks/coredns.ts'
import { restartServers } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'
import { rulesFault } from '../../breaks/rules-fault.ts'
import { POD_CIDR } from '../../plan.ts'
import type { Lab } from '../../lab.ts'
import type { Fault } from '../fault.ts'

async function crosses(lab: Lab): Promise<boolean> {
  const bridge = nodeNamed(lab, 'worker-3').podCidr.replace(/0\/24$/, '1')
  const client = await clientOn(lab, 'worker-1')
  return (await client.run(['busybox', 'ping', '-c', '1', '-W', '1', bridge], { timeoutMs: 3000 })).code === 0
}

const fault = rulesFault({
  name: 'overlay-down',
  breaks: 'what pods send to pods of other nodes is dropped on the way, as where the port of the overlay is blocked',
  symptom: 'everything works by chance, when both pods are on one node',
  cause: { code: 'NOD510', subject: 'Service/kube-system/kube-dns' },
  reach: { kind: 'cluster' },
  diagnose: ['-n', 'shop'],
  at: (lab) =>
    Promise.resolve(
      lab.nodes.map(({ netns }) => ({
        place: onNode(lab, netns),
        rules: [
          {
            table: 'raw',
            chain: 'PREROUTING',
            rule: ['-i', 'eth0', '-s', POD_CIDR, '-d', POD_CIDR, '-j', 'DROP'],
          },
        ],
      })),
    ),
  inEffect: async (lab) => !(await crosses(lab)),
  gone: crosses,
})

async function takeBack(lab: Lab): Promise<void> {
  await fault.takeBack(lab)
  await restartServers(lab)
  await corednsServes(lab)
}

export default { ...fault, takeBack, remove: takeBack } satisfies Fault
