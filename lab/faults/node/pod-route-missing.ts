// Seen: a pod on worker-1 gets `network is unreachable` from each pod of worker-3, and the other way silence.
import { nodeNamed } from '../../breaks/node.ts'
import { onNode, type Place } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'
import { reachesPodsOf } from '../../breaks/ways.ts'
import type { Lab } from '../../lab.ts'
import type { Fault } from '../fault.ts'

const NODE = 'worker-1'
const FAR = 'worker-3'

const here = (lab: Lab): Place => onNode(lab, nodeNamed(lab, NODE).netns)

const reaches = (lab: Lab): Promise<boolean> => reachesPodsOf(lab, NODE, FAR)

const fault: Fault = {
  name: 'pod-route-missing',
  kind: 'fault',
  breaks: `${NODE} has lost its route to the pods of ${FAR}`,
  symptom: `pods on ${NODE} and on ${FAR} reach all others, and not each other`,
  cause: { code: 'NOD512', subject: `Node/${NODE}` },
  reach: { kind: 'cluster' },
  diagnose: ['-n', 'shop'],
  async inject(lab) {
    await here(lab).run(['ip', 'route', 'del', nodeNamed(lab, FAR).podCidr])
    await until('the route is gone', async () => !(await reaches(lab)))
  },
  async takeBack(lab) {
    const { podCidr, ip } = nodeNamed(lab, FAR)
    await here(lab).run(['ip', 'route', 'replace', podCidr, 'via', ip])
    await until('the route is back', () => reaches(lab))
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
