// Seen: a pod on worker-1 waits in vain for pods of worker-3, and the other way; `ip route get` says the bridge.
import { corednsServes } from '../../breaks/coredns.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { onNode, type Place } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'
import { reachesPodsOf } from '../../breaks/ways.ts'
import type { Lab } from '../../lab.ts'
import type { Fault } from '../fault.ts'

const NODE = 'worker-1'
const FAR = 'worker-3'
const BRIDGE = 'br-5f3a1c'

const here = (lab: Lab): Place => onNode(lab, nodeNamed(lab, NODE).netns)
/** As `docker network create` makes it, with the last address, as the first is asked for. Each half has pods. */
const gateways = (lab: Lab): readonly string[] =>
  ['.126/25', '.254/25'].map((it) => nodeNamed(lab, FAR).podCidr.replace('.0/24', it))

const reaches = (lab: Lab): Promise<boolean> => reachesPodsOf(lab, NODE, FAR)

const fault: Fault = {
  name: 'bridge-range-overlaps',
  kind: 'fault',
  breaks: `a bridge on ${NODE} has a range that overlaps that of the pods of ${FAR}`,
  symptom: `pods on ${NODE} and on ${FAR} reach all others, and not each other`,
  cause: { code: 'NOD530', subject: `Node/${NODE}` },
  reach: { kind: 'cluster' },
  diagnose: ['-n', 'shop'],
  async inject(lab) {
    await here(lab).run(['ip', 'link', 'add', BRIDGE, 'type', 'bridge'])
    for (const it of gateways(lab)) await here(lab).run(['ip', 'addr', 'add', it, 'dev', BRIDGE])
    await here(lab).run(['ip', 'link', 'set', BRIDGE, 'up'])
    await until('the bridge takes what goes to the pods', async () => !(await reaches(lab)))
  },
  async takeBack(lab) {
    await here(lab).run(['ip', 'link', 'del', BRIDGE])
    await until('the route is well', () => reaches(lab))
    await corednsServes(lab)
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
