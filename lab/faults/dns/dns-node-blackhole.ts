// Seen: 60 of 60 parallel lookups got nothing; glibc 2 of 2 failed after 10.0 s, musl 2 of 2 after 5.0 s. With a
// CoreDNS pod on this very node, worker-1 had 10 of 10 lookups under 0.1 s, of cluster names and of outside names.
import type { Lab } from '../../lab.ts'
import { isAnswered, isOpenOverTcp, queriesOf } from '../../breaks/ask-dns.ts'
import type { Fault } from '../fault.ts'
import { addRules, removeRules, type Rule } from '../../breaks/firewall.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'

const NODE = 'worker-3'

/** By source, so that a CoreDNS pod which happens to run here still serves the other nodes. */
function rules(lab: Lab): readonly Rule[] {
  const { podCidr } = nodeNamed(lab, NODE)
  return (['udp', 'tcp'] as const).map((protocol) => ({
    table: 'raw',
    chain: 'PREROUTING',
    rule: [...queriesOf(podCidr, protocol), '-j', 'DROP'],
  }))
}

const fault: Fault = {
  name: 'dns-node-blackhole',
  kind: 'fault',
  breaks: `all DNS from pods on ${NODE} is dropped, over UDP and TCP`,
  symptom: 'no pod on one node can look anything up; the same pods work elsewhere',
  cause: { code: 'DNS105', subject: `Node/${NODE}` },
  reach: { kind: 'node', node: NODE },
  diagnose: ['dns', '--node', NODE],
  async inject(lab) {
    await addRules(onNode(lab, nodeNamed(lab, NODE).netns), rules(lab))
    const client = await clientOn(lab, NODE)
    await until('nothing is answered', async () => !(await isAnswered(client)) && !(await isOpenOverTcp(client)))
  },
  async takeBack(lab) {
    await removeRules(onNode(lab, nodeNamed(lab, NODE).netns), rules(lab))
    const client = await clientOn(lab, NODE)
    await until('queries are answered', async () => (await isAnswered(client)) && isOpenOverTcp(client))
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
