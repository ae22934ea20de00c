// A security group that forgot port 53 between nodes: the server is reached from its own node alone. Dropped after
// conntrack on the client's node has confirmed the flow, so the flow stays with that server, and the lookup fails.
import { isAnswered } from '../../breaks/ask-dns.ts'
import { firstCorednsPod } from '../../breaks/coredns.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { both, rulesFault, type RulesAt, toPort53 } from '../../breaks/rules-fault.ts'
import { type Lab } from '../../lab.ts'

const rulesOn = (lab: Lab, node: string): RulesAt => ({
  place: onNode(lab, nodeNamed(lab, node).netns),
  rules: both((protocol) => ({
    table: 'raw',
    chain: 'PREROUTING',
    rule: ['-i', 'eth0', '-d', nodeNamed(lab, node).podCidr, ...toPort53(protocol), '-j', 'DROP'],
  })),
})

async function reachedFromAfar(lab: Lab): Promise<boolean> {
  const { ip, node } = await firstCorednsPod(lab)
  const afar = lab.nodes.find((it) => it.name !== node)
  return isAnswered(await clientOn(lab, afar?.name ?? ''), { server: ip })
}

export default rulesFault({
  name: 'dns-server-behind-firewall',
  breaks: 'the node of one DNS server drops port 53 from other nodes',
  symptom: 'about half of the lookups fail after 10 seconds, except on one node',
  cause: { code: 'DNS140', subject: 'Node/worker-*' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  at: async (lab) => [rulesOn(lab, (await firstCorednsPod(lab)).node)],
  clear: async (lab) => lab.nodes.map((it) => rulesOn(lab, it.name)),
  inEffect: async (lab) => !(await reachedFromAfar(lab)),
  gone: reachedFromAfar,
})
