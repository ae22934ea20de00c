// Seen: small answers come to pods of worker-2 at once, a page of 12 kB never does; the node's own programs have it.
import { isAnswered } from '../../breaks/ask-dns.ts'
import { corednsPods } from '../../breaks/coredns.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'
import type { Lab } from '../../lab.ts'
import { SWITCH } from '../../plan.ts'
import type { Fault } from '../fault.ts'

const NODE = 'worker-2'

/**
 * Between network namespaces large packets of TCP travel in one piece, which an interface takes whatever its MTU; on a
 * wire each is cut to the size that it will have there. So the switch has to cut them for this port.
 */
async function set(lab: Lab, mtu: number, piecesAtOnce: number): Promise<void> {
  await onNode(lab, nodeNamed(lab, NODE).netns).run(['ip', 'link', 'set', 'eth0', 'mtu', String(mtu)])
  await onNode(lab, SWITCH).run(['ip', 'link', 'set', `p-${NODE}`, 'gso_max_segs', String(piecesAtOnce)])
}

/** The metrics of a CoreDNS pod on another node: some ten full packets. */
async function fetchesLarge(lab: Lab): Promise<boolean> {
  const pod = (await corednsPods(lab)).find((it) => it.node !== NODE)
  const client = await clientOn(lab, NODE)
  const url = `http://${pod?.ip}:9153/metrics`
  return (await client.run(['curl', '-s', '-m', '2', '-o', '/dev/null', url])).code === 0
}

const fault: Fault = {
  name: 'uplink-mtu-smaller',
  kind: 'fault',
  breaks: `the uplink of ${NODE} takes packets of 1300 bytes, and its pods and their peers send 1500`,
  symptom: `on ${NODE} small answers are quick, and every large one hangs`,
  cause: { code: 'NOD532', subject: `Node/${NODE}` },
  reach: { kind: 'cluster' },
  diagnose: ['-n', 'shop'],
  async inject(lab) {
    await set(lab, 1300, 1)
    await until(
      'large packets are lost',
      async () => (await isAnswered(await clientOn(lab, NODE))) && !(await fetchesLarge(lab)),
    )
  },
  async takeBack(lab) {
    await set(lab, 1500, 65_535)
    await until('large packets arrive', () => fetchesLarge(lab))
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
