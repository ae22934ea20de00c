// Seen: `ip route get` of a pod of worker-3 on worker-1 says "Invalid argument", and its route in `ip route` is well.
import { nodeNamed } from '../../breaks/node.ts'
import { onNode, type Place } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'
import { reachesPodsOf } from '../../breaks/ways.ts'
import type { Lab } from '../../lab.ts'
import type { Fault } from '../fault.ts'

const NODE = 'worker-1'
const FAR = 'worker-3'
const TABLE = '100'
const PRIORITY = '1000'

const here = (lab: Lab): Place => onNode(lab, nodeNamed(lab, NODE).netns)

const reaches = (lab: Lab): Promise<boolean> => reachesPodsOf(lab, NODE, FAR)

const fault: Fault = {
  name: 'rule-leads-astray',
  kind: 'fault',
  breaks: `${NODE} has a rule before its main table, to a table in which the pods of ${FAR} are a blackhole`,
  symptom: `pods on ${NODE} and on ${FAR} reach all others, and not each other; ip route shows nothing`,
  cause: { code: 'NOD538', subject: `Node/${NODE}` },
  reach: { kind: 'cluster' },
  diagnose: ['-n', 'shop'],
  async inject(lab) {
    await here(lab).run(['ip', 'route', 'replace', 'blackhole', nodeNamed(lab, FAR).podCidr, 'table', TABLE])
    await here(lab).run(['ip', 'rule', 'add', 'lookup', TABLE, 'priority', PRIORITY])
    await until('the rule leads nowhere', async () => !(await reaches(lab)))
  },
  async takeBack(lab) {
    await here(lab).run(['ip', 'rule', 'del', 'priority', PRIORITY])
    await here(lab).run(['ip', 'route', 'flush', 'table', TABLE])
    await until('the rule is gone', () => reaches(lab))
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
