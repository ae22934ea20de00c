import { CLUSTER_NAME, isAnswered } from '../../breaks/ask-dns.ts'
import { corednsPods, firstCorednsPod } from '../../breaks/coredns.ts'
import { inPod, onNode } from '../../breaks/place.ts'
import { rulesFault, toPort53 } from '../../breaks/rules-fault.ts'
import { type Lab } from '../../lab.ts'
import type { Rule } from '../../breaks/firewall.ts'

const RULES: readonly Rule[] = [
  {
    table: 'filter',
    chain: 'INPUT',
    rule: [...toPort53('udp'), '-m', 'statistic', '--mode', 'random', '--probability', '0.30', '-j', 'DROP'],
  },
]

/** Of 20 questions, put to the first pod itself. */
async function unanswered(lab: Lab): Promise<number> {
  const { ip } = await firstCorednsPod(lab)
  const asker = onNode(lab, 'control-plane')
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => isAnswered(asker, { server: ip, name: CLUSTER_NAME })),
  )
  return answers.filter((it) => !it).length
}

export default rulesFault({
  name: 'dns-replica-lossy',
  breaks: 'one of the CoreDNS pods loses 3 in 10 of the UDP packets that reach it',
  symptom: 'now and then a lookup takes 5 seconds, from every node; somebody has read about the conntrack race',
  cause: { code: 'DNS106', subject: 'Pod/kube-system/coredns-*' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  at: async (lab) => [{ place: await inPod(lab, await firstCorednsPod(lab)), rules: RULES }],
  clear: async (lab) =>
    Promise.all((await corednsPods(lab)).map(async (pod) => ({ place: await inPod(lab, pod), rules: RULES }))),
  inEffect: async (lab) => (await unanswered(lab)) > 0,
  gone: async (lab) => (await unanswered(lab)) === 0,
})
