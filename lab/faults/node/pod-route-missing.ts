// Seen: a pod on worker-1 gets `network is unreachable` from each pod of worker-3, and the other way silence.
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode, type Place } from '../../breaks/place.ts'
import { askFrom } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'
import type { Lab } from '../../lab.ts'
import type { Fault } from '../fault.ts'

const NODE = 'worker-1'
const FAR = 'worker-3'

const here = (lab: Lab): Place => onNode(lab, nodeNamed(lab, NODE).netns)

/** The bridge of the far node has the first address of its pods' range. */
async function reaches(lab: Lab): Promise<boolean> {
  const bridge = nodeNamed(lab, FAR).podCidr.replace(/0\/24$/, '1')
  const client = await clientOn(lab, NODE)
  return (await client.run(['busybox', 'ping', '-c', '1', '-W', '1', bridge], { timeoutMs: 3000 })).code === 0
}

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
    // What an application held over the closed way fails once more.
    await until('the shop answers from both', async () => {
      const all = await Promise.all([NODE, FAR, NODE, FAR].map((node) => askFrom(lab, node, 'shop', 'web')))
      return all.every((it) => it === 200)
    })
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
