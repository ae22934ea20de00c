// Seen: from a pod of the node www.example.com takes 1 ms, and nc to port 53 of the Service hangs; on other nodes it is
// open.
import type { Lab } from '../../lab.ts'
import { isAnswered, isOpenOverTcp, queriesOf } from '../../breaks/ask-dns.ts'
import type { Fault } from '../fault.ts'
import { addRules, removeRules, type Rule } from '../../breaks/firewall.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'

const NODE = 'worker-2'

function rules(lab: Lab): readonly Rule[] {
  return [
    { table: 'raw', chain: 'PREROUTING', rule: [...queriesOf(nodeNamed(lab, NODE).podCidr, 'tcp'), '-j', 'DROP'] },
  ]
}

const fault: Fault = {
  name: 'dns-tcp-blocked-on-node',
  kind: 'fault',
  breaks: `${NODE} drops what its pods send to TCP port 53`,
  symptom: 'a name with many addresses hangs, in the pods of one node alone',
  cause: { code: 'DNS109', subject: `Node/${NODE}` },
  reach: { kind: 'node', node: NODE },
  diagnose: ['dns', '--node', NODE],
  async inject(lab) {
    await addRules(onNode(lab, nodeNamed(lab, NODE).netns), rules(lab))
    const client = await clientOn(lab, NODE)
    await until(
      'TCP is silent and UDP is not',
      async () => (await isAnswered(client)) && !(await isOpenOverTcp(client)),
    )
  },
  async takeBack(lab) {
    await removeRules(onNode(lab, nodeNamed(lab, NODE).netns), rules(lab))
    const client = await clientOn(lab, NODE)
    await until('UDP and TCP are answered', async () => (await isAnswered(client)) && isOpenOverTcp(client))
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
