import { isAnswered, isOpenOverTcp, queriesOf } from '../../breaks/ask-dns.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { rulesFault } from '../../breaks/rules-fault.ts'

const NODE = 'worker-3'

export default rulesFault({
  name: 'dns-udp-blocked',
  breaks: `DNS over UDP from pods on ${NODE} is dropped, and DNS over TCP is not`,
  symptom: 'no lookup works on one node, yet port 53 is open when somebody tries it with nc or telnet',
  cause: { code: 'DNS141', subject: `Node/${NODE}` },
  reach: { kind: 'node', node: NODE },
  diagnose: ['dns', '--node', NODE],
  async at(lab) {
    const { netns, podCidr } = nodeNamed(lab, NODE)
    return [
      {
        place: onNode(lab, netns),
        rules: [{ table: 'raw', chain: 'PREROUTING', rule: [...queriesOf(podCidr, 'udp'), '-j', 'DROP'] }],
      },
    ]
  },
  async inEffect(lab) {
    const client = await clientOn(lab, NODE)
    return !(await isAnswered(client)) && isOpenOverTcp(client)
  },
  gone: async (lab) => isAnswered(await clientOn(lab, NODE)),
})
