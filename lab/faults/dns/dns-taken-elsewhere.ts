// Seen: on worker-1 every name of the cluster is NXDOMAIN within a millisecond, from the Service's own address.
import { CLUSTER_NAME } from '../../breaks/ask-dns.ts'
import { clientOn, nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'
import type { Lab } from '../../lab.ts'
import { CLUSTER_DNS, UPSTREAM_DNS } from '../../plan.ts'
import type { Fault } from '../fault.ts'

const NODE = 'worker-1'
const TABLE = 'lab-elsewhere'

/** Ahead of kube-proxy's rules, as a transparent DNS proxy of the node's own does it. */
function rules(podCidr: string): string {
  return `table ip ${TABLE} {
  chain taken {
    type nat hook prerouting priority -110;
    ip saddr ${podCidr} ip daddr != ${UPSTREAM_DNS.ip} udp dport 53 dnat to ${UPSTREAM_DNS.ip}
  }
}
`
}

async function isDenied(lab: Lab): Promise<boolean> {
  const asked = ['busybox', 'nslookup', '-type=a', `${CLUSTER_NAME}.`, CLUSTER_DNS]
  const { stdout, stderr } = await (await clientOn(lab, NODE)).run(asked, { timeoutMs: 3000 })
  return (stdout + stderr).includes('NXDOMAIN')
}

const fault: Fault = {
  name: 'dns-taken-elsewhere',
  kind: 'fault',
  breaks: `a nat rule of ${NODE} leads what pods ask of port 53 to a server outside of the cluster`,
  symptom: 'on one node no name of the cluster exists; names outside are found',
  cause: { code: 'DNS195', subject: `Node/${NODE}` },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    const { netns, podCidr } = nodeNamed(lab, NODE)
    const node = onNode(lab, netns)
    await node.run(['nft', 'delete', 'table', 'ip', TABLE])
    await node.run(['nft', '-f', '-'], { stdin: rules(podCidr) })
    await until('another answers', () => isDenied(lab))
  },
  async takeBack(lab) {
    await onNode(lab, nodeNamed(lab, NODE).netns).run(['nft', 'delete', 'table', 'ip', TABLE])
    await until('the DNS servers answer', async () => !(await isDenied(lab)))
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
