import { isAnswered } from '../../breaks/ask-dns.ts'
import { corednsPods, firstCorednsPod } from '../../breaks/coredns.ts'
import { inPod, onNode } from '../../breaks/place.ts'
import { both, rulesFault, toPort53 } from '../../breaks/rules-fault.ts'

const RULES = both((protocol) => ({
  table: 'filter',
  chain: 'INPUT',
  rule: [...toPort53(protocol), '-j', 'REJECT', '--reject-with', 'icmp-port-unreachable'],
}))

export default rulesFault({
  name: 'dns-replica-refused',
  breaks: 'one of the CoreDNS pods refuses queries, while its readiness probe goes on succeeding',
  symptom: 'about half of the lookups fail, at once in glibc and after 5 seconds in musl',
  cause: { code: 'DNS106', subject: 'Pod/kube-system/coredns-*' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  at: async (lab) => [{ place: await inPod(lab, await firstCorednsPod(lab)), rules: RULES }],
  clear: async (lab) =>
    Promise.all((await corednsPods(lab)).map(async (pod) => ({ place: await inPod(lab, pod), rules: RULES }))),
  inEffect: async (lab) =>
    !(await isAnswered(onNode(lab, 'control-plane'), { server: (await firstCorednsPod(lab)).ip })),
  gone: async (lab) => isAnswered(onNode(lab, 'control-plane'), { server: (await firstCorednsPod(lab)).ip }),
})
