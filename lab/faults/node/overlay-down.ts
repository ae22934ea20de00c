// Seen: no pod reaches a pod of another node, on any port; on one node all is well, and every node is Ready.
import { corednsServes } from '../../breaks/coredns.ts'
import { restartServers } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'
import { rulesFault } from '../../breaks/rules-fault.ts'
import { POD_CIDR } from '../../plan.ts'
import { reachesPodsOf } from '../../breaks/ways.ts'
import type { Lab } from '../../lab.ts'
import type { Fault } from '../fault.ts'

const crosses = (lab: Lab): Promise<boolean> => reachesPodsOf(lab, 'worker-1', 'worker-3')

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
