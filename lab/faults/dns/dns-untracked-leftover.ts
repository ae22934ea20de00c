// Seen: on worker-1 no lookup of a pod is answered; tcpdump shows queries to the Service's own address on the wire.
import { isAnswered } from '../../breaks/ask-dns.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { rulesFault } from '../../breaks/rules-fault.ts'
import { CLUSTER_DNS } from '../../plan.ts'

const NODE = 'worker-1'

export default rulesFault({
  name: 'dns-untracked-leftover',
  breaks: `${NODE} keeps the NOTRACK rules of a DNS cache that is gone: the Service's address is never translated`,
  symptom: 'on one node DNS is silent, and every server is well',
  cause: { code: 'DNS199', subject: `Node/${NODE}` },
  reach: { kind: 'node', node: NODE },
  diagnose: ['dns', '--node-access', '--conntrack-from', 'kube-proxy'],
  at: (lab) =>
    Promise.resolve([
      {
        place: onNode(lab, nodeNamed(lab, NODE).netns),
        rules: (['udp', 'tcp'] as const).map((protocol) => ({
          table: 'raw' as const,
          chain: 'PREROUTING',
          rule: ['-d', `${CLUSTER_DNS}/32`, '-p', protocol, '-m', protocol, '--dport', '53', '-j', 'NOTRACK'],
        })),
      },
    ]),
  inEffect: async (lab) => !(await isAnswered(await clientOn(lab, NODE))),
  gone: async (lab) => isAnswered(await clientOn(lab, NODE)),
})
