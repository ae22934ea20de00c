// Seen: every UDP lookup within 1 ms; nc to port 53 of each pod and of the Service hangs.
import { LabError, type Lab } from '../../lab.ts'
import { CLUSTER_DNS, isAnswered, isOpenOverTcp } from '../../breaks/ask-dns.ts'
import { corednsPods } from '../../breaks/coredns.ts'
import { dnsServes } from '../../breaks/coredns-manifest.ts'
import type { Fault } from '../fault.ts'
import { addRules, removeRules, type Rule } from '../../breaks/firewall.ts'
import { inPod, onNode } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'

const RULES: readonly Rule[] = [
  { table: 'filter', chain: 'INPUT', rule: ['-p', 'tcp', '-m', 'tcp', '--dport', '53', '-j', 'DROP'] },
]

const fault: Fault = {
  name: 'dns-tcp-dropped',
  kind: 'fault',
  breaks: 'a firewall before the CoreDNS pods lets UDP port 53 pass, and drops TCP port 53',
  symptom: 'a name with many addresses hangs for minutes, from every node; every other name is fine',
  cause: { code: 'DNS109', subject: 'Service/kube-system/kube-dns' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    const servers = await corednsPods(lab)
    if (servers.length === 0) throw new LabError('no CoreDNS pod runs')
    for (const pod of servers) await addRules(await inPod(lab, pod), RULES)
    await until(
      'TCP is silent and UDP is not',
      async () => (await udp(lab)) && !(await isOpenOverTcp(onNode(lab, 'worker-1'), CLUSTER_DNS)),
    )
  },
  async takeBack(lab) {
    for (const pod of await corednsPods(lab)) await removeRules(await inPod(lab, pod), RULES)
    await dnsServes(lab)
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

function udp(lab: Lab): Promise<boolean> {
  return isAnswered(onNode(lab, 'worker-1'))
}

export default fault
