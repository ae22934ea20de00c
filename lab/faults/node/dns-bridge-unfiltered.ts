// With bridge-nf-call-iptables at 0, what two pods of a node send each other over its bridge passes no conntrack. The
// query to the Service is routed and translated; the answer of a server on the same node goes straight over the bridge,
// from the server's own address, and a connected socket takes it for a stranger's.
import { isAnswered } from '../../breaks/ask-dns.ts'
import { COREDNS, corednsPods } from '../../breaks/coredns.ts'
import type { Fault } from '../fault.ts'
import { clientOn } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'
import { type Lab, LabError } from '../../lab.ts'

const SYSCTL = '/proc/sys/net/bridge/bridge-nf-call-iptables'

/** A node with a DNS server. */
async function nodeOf(lab: Lab): Promise<string> {
  const [pod] = await corednsPods(lab)
  if (pod === undefined) throw new LabError(`no pod of ${COREDNS.deployment} runs`)
  return pod.node
}

async function set(lab: Lab, node: string, value: '0' | '1'): Promise<void> {
  const { code, stderr } = await onNode(lab, node).run(['sh', '-c', `echo ${value} > ${SYSCTL}`])
  if (code !== 0) throw new LabError(`${node}: ${SYSCTL}: ${stderr.trim()}`)
}

/** Of 20 lookups through the Service. */
async function unanswered(lab: Lab): Promise<number> {
  const client = await clientOn(lab, await nodeOf(lab))
  const answers = await Promise.all(Array.from({ length: 20 }, () => isAnswered(client)))
  return answers.filter((it) => !it).length
}

const fault: Fault = {
  name: 'dns-bridge-unfiltered',
  kind: 'fault',
  breaks:
    "on a node with a DNS server, bridged packets skip conntrack, so that server's answers come from the wrong address",
  symptom: 'half of the lookups fail, but only from pods on the nodes where CoreDNS runs',
  cause: { code: 'NOD533', subject: 'Node/worker-*' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    await set(lab, await nodeOf(lab), '0')
    await until('answers of the server on the same node are lost', async () => (await unanswered(lab)) >= 4)
  },
  async takeBack(lab) {
    for (const { name } of lab.nodes) await set(lab, name, '1')
    await until('every lookup is answered', async () => (await unanswered(lab)) === 0)
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
