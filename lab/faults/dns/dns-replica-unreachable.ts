// Seen, with two CoreDNS pods: both stayed 1/1 ready. glibc on worker-1: 7 of 10 failed after 10.0 s, 3 under 0.1 s, on
// worker-2 4 of 6 failed; musl 7 of 10 failed after 5.0 s. None succeeded late: a flow stays with its server.
import type { Fault } from '../fault.ts'
import { corednsPods, corednsServes, firstCorednsPod } from '../../breaks/coredns.ts'
import { isAnswered } from '../../breaks/ask-dns.ts'
import { addRules, removeRules, type Rule } from '../../breaks/firewall.ts'
import { inPod, onNode } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'

const RULES: readonly Rule[] = (['udp', 'tcp'] as const).map((protocol) => ({
  table: 'filter',
  chain: 'INPUT',
  rule: ['-p', protocol, '-m', protocol, '--dport', '53', '-j', 'DROP'],
}))

const fault: Fault = {
  name: 'dns-replica-unreachable',
  kind: 'fault',
  breaks: 'one of the CoreDNS pods gets no queries, while its readiness probe goes on succeeding',
  symptom: 'about half of the lookups fail after 10 seconds, from every node, and trying again helps',
  cause: { code: 'DNS106', subject: 'Pod/kube-system/coredns-*' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    const first = await firstCorednsPod(lab)
    await addRules(await inPod(lab, first), RULES)
    await until(
      `${first.name} is silent`,
      async () => !(await isAnswered(onNode(lab, 'control-plane'), { server: first.ip })),
    )
  },
  async takeBack(lab) {
    for (const pod of await corednsPods(lab)) await removeRules(await inPod(lab, pod), RULES)
    await corednsServes(lab)
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
