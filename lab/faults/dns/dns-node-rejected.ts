import { isAnswered, isOpenOverTcp, queriesOf } from '../../breaks/ask-dns.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { both, rulesFault } from '../../breaks/rules-fault.ts'

const NODE = 'worker-1'

export default rulesFault({
  name: 'dns-node-rejected',
  breaks: `all DNS from pods on ${NODE} is rejected at once, with ICMP port unreachable`,
  symptom: 'on one node glibc programs fail within a millisecond, and Alpine ones after 5 seconds',
  cause: { code: 'DNS105', subject: `Node/${NODE}` },
  reach: { kind: 'node', node: NODE },
  diagnose: ['dns', '--node', NODE],
  async at(lab) {
    const { netns, podCidr } = nodeNamed(lab, NODE)
    // A bridge port has no REJECT before routing, so it stands where packets are forwarded, ahead of kube-proxy's
    // rules.
    return [
      {
        place: onNode(lab, netns),
        rules: both((protocol) => ({
          table: 'filter',
          chain: 'FORWARD',
          rule: [...queriesOf(podCidr, protocol), '-j', 'REJECT', '--reject-with', 'icmp-port-unreachable'],
        })),
      },
    ]
  },
  async inEffect(lab) {
    const client = await clientOn(lab, NODE)
    return !(await isAnswered(client)) && !(await isOpenOverTcp(client))
  },
  async gone(lab) {
    const client = await clientOn(lab, NODE)
    return (await isAnswered(client)) && isOpenOverTcp(client)
  },
})
