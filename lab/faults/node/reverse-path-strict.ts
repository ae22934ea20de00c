// Seen: pods of worker-1 and worker-2 wait in vain for each other, though both nodes have routes to each other's pods.
import { corednsServes } from '../../breaks/coredns.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode, type Place } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'
import type { Lab } from '../../lab.ts'
import { namespacePath } from '../../net/namespace.ts'
import type { Fault } from '../fault.ts'

const NODE = 'worker-2'
const FAR = 'worker-1'
const LINK = 'eth1'
/** A second network between the two, by which only one of them sends. */
const NEAR_IP = '198.18.1.2'
const FAR_IP = '198.18.1.1'

const here = (lab: Lab): Place => onNode(lab, nodeNamed(lab, NODE).netns)

/** A pod of the one asks the bridge of the other, where kube-proxy says that it is well. */
async function reaches(lab: Lab): Promise<boolean> {
  const client = await clientOn(lab, FAR)
  const url = `http://${nodeNamed(lab, NODE).podCidr.replace('.0/24', '.1')}:10256/healthz`
  return (await client.run(['curl', '-s', '-m', '2', '-o', '/dev/null', url])).code === 0
}

async function strict(lab: Lab, value: 0 | 1): Promise<void> {
  await here(lab).run(['sh', '-c', `echo ${value} > /proc/sys/net/ipv4/conf/eth0/rp_filter`])
}

const fault: Fault = {
  name: 'reverse-path-strict',
  kind: 'fault',
  breaks: `${NODE} sends to the pods of ${FAR} by a second uplink, they come by the first, and its rp_filter is strict`,
  symptom: `pods on ${NODE} and on ${FAR} reach all others, and not each other`,
  cause: { code: 'NOD536', subject: `Node/${NODE}` },
  reach: { kind: 'cluster' },
  diagnose: ['-n', 'shop'],
  async inject(lab) {
    const [near, far] = [nodeNamed(lab, NODE), nodeNamed(lab, FAR)]
    const there = onNode(lab, far.netns)
    const peer = ['peer', 'name', LINK, 'netns', namespacePath(far.netns)]
    await onNode(lab, near.netns).run(['ip', 'link', 'add', LINK, 'type', 'veth', ...peer])
    for (const [place, ip] of [[here(lab), NEAR_IP] as const, [there, FAR_IP] as const]) {
      await place.run(['ip', 'addr', 'replace', `${ip}/30`, 'dev', LINK])
      await place.run(['ip', 'link', 'set', LINK, 'up'])
    }
    await here(lab).run(['ip', 'route', 'replace', far.podCidr, 'via', FAR_IP])
    await until('two uplinks are no fault', () => reaches(lab))
    await strict(lab, 1)
    await until('what comes by the first is dropped', async () => !(await reaches(lab)))
  },
  async takeBack(lab) {
    const far = nodeNamed(lab, FAR)
    await strict(lab, 0)
    await here(lab).run(['ip', 'link', 'del', LINK])
    await here(lab).run(['ip', 'route', 'replace', far.podCidr, 'via', far.ip])
    await until('pods reach each other', () => reaches(lab))
    await corednsServes(lab)
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
