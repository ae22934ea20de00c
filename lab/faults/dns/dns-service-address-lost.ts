import { CLUSTER_DNS, isAnswered } from '../../breaks/ask-dns.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { both, rulesFault, toPort53 } from '../../breaks/rules-fault.ts'

const NODE = 'worker-2'

export default rulesFault({
  name: 'dns-service-address-lost',
  breaks: `the address of the DNS Service leads nowhere from pods on ${NODE}; each server itself can be reached`,
  symptom: 'no lookup works on one node, although dig @ the address of any CoreDNS pod does',
  cause: { code: 'DNS142', subject: `Node/${NODE}` },
  reach: { kind: 'node', node: NODE },
  diagnose: ['dns', '--node', NODE],
  async at(lab) {
    const { netns, podCidr } = nodeNamed(lab, NODE)
    return [
      {
        place: onNode(lab, netns),
        rules: both((protocol) => ({
          table: 'raw',
          chain: 'PREROUTING',
          rule: ['-s', podCidr, '-d', `${CLUSTER_DNS}/32`, ...toPort53(protocol), '-j', 'DROP'],
        })),
      },
    ]
  },
  inEffect: async (lab) => !(await isAnswered(await clientOn(lab, NODE))),
  gone: async (lab) => isAnswered(await clientOn(lab, NODE)),
})
