// Seen: half of the lookups take 5 s; tcpdump in a client shows the answer, from an address that was not asked.
import type { Lab } from '../../lab.ts'
import { isAnswered } from '../../breaks/ask-dns.ts'
import { firstCorednsPod } from '../../breaks/coredns.ts'
import type { Fault } from '../fault.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { onNode, type RunningPod } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'

const TABLE = 'lab-replies'

/** Without conntrack, as a node does whose masquerading takes in what it should not. */
function rules(pod: RunningPod, address: string): string {
  return `table ip ${TABLE} {
  chain replies {
    type filter hook prerouting priority -350;
    ip saddr ${pod.ip} udp sport 53 ip saddr set ${address}
  }
}
`
}

const answersDirectly = async (lab: Lab): Promise<boolean> =>
  isAnswered(onNode(lab, 'control-plane'), { server: (await firstCorednsPod(lab)).ip })

const fault: Fault = {
  name: 'dns-replies-from-elsewhere',
  kind: 'fault',
  breaks: "replies of one CoreDNS pod leave its node with the node's address",
  symptom: 'half of the lookups take 5 seconds, and the server has answered each of them',
  cause: { code: 'DNS106', subject: 'Pod/kube-system/coredns-*' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    const pod = await firstCorednsPod(lab)
    const { netns, ip } = nodeNamed(lab, pod.node)
    await onNode(lab, netns).run(['nft', '-f', '-'], { stdin: rules(pod, ip) })
    await until('answers come from elsewhere', async () => !(await answersDirectly(lab)))
  },
  async takeBack(lab) {
    for (const { netns } of lab.nodes) await onNode(lab, netns).run(['nft', 'delete', 'table', 'ip', TABLE])
    await until('answers come from where was asked', () => answersDirectly(lab))
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
