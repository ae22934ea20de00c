// Seen: a pod on worker-1 waits in vain for each pod of worker-3, and the other way; both reach all others.
import { corednsServes } from '../../breaks/coredns.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { onNode, type Place } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'
import { reachesPodsOf } from '../../breaks/ways.ts'
import type { Lab } from '../../lab.ts'
import type { Fault } from '../fault.ts'

const NODE = 'worker-1'
const FAR = 'worker-3'

const here = (lab: Lab): Place => onNode(lab, nodeNamed(lab, NODE).netns)
/** More specific than the route that is there: the first half of the range, where pods are. */
const half = (lab: Lab): string => nodeNamed(lab, FAR).podCidr.replace('/24', '/25')

const reaches = (lab: Lab): Promise<boolean> => reachesPodsOf(lab, NODE, FAR)

const fault: Fault = {
  name: 'route-blackhole',
  kind: 'fault',
  breaks: `${NODE} has a blackhole before its route to the pods of ${FAR}`,
  symptom: `pods on ${NODE} and on ${FAR} reach all others, and not each other`,
  cause: { code: 'NOD530', subject: `Node/${NODE}` },
  reach: { kind: 'cluster' },
  diagnose: ['-n', 'shop'],
  async inject(lab) {
    await here(lab).run(['ip', 'route', 'replace', 'blackhole', half(lab)])
    await until('the route leads nowhere', async () => !(await reaches(lab)))
  },
  async takeBack(lab) {
    await here(lab).run(['ip', 'route', 'del', 'blackhole', half(lab)])
    await until('the route is well', () => reaches(lab))
    await corednsServes(lab)
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
