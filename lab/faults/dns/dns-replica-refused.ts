import { isAnswered } from '../../breaks/ask-dns.ts'
import { corednsPods } from '../../breaks/coredns.ts'
import { inPod, onNode, type RunningPod } from '../../breaks/place.ts'
import { both, rulesFault, toPort53 } from '../../breaks/rules-fault.ts'
import { type Lab, LabError } from '../../lab.ts'

const RULES = both((protocol) => ({
  table: 'filter',
  chain: 'INPUT',
  rule: [...toPort53(protocol), '-j', 'REJECT', '--reject-with', 'icmp-port-unreachable'],
}))

async function first(lab: Lab): Promise<RunningPod> {
  const [pod] = await corednsPods(lab)
  if (pod === undefined) throw new LabError('no CoreDNS pod runs')
  return pod
}

export default rulesFault({
  name: 'dns-replica-refused',
  breaks: 'one of the CoreDNS pods refuses queries, while its readiness probe goes on succeeding',
  symptom: 'about half of the lookups fail, at once in glibc and after 5 seconds in musl',
  cause: { code: 'DNS106', subject: 'Pod/kube-system/coredns-*' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  at: async (lab) => [{ place: await inPod(lab, await first(lab)), rules: RULES }],
  clear: async (lab) =>
    Promise.all((await corednsPods(lab)).map(async (pod) => ({ place: await inPod(lab, pod), rules: RULES }))),
  inEffect: async (lab) => !(await isAnswered(onNode(lab, 'control-plane'), { server: (await first(lab)).ip })),
  gone: async (lab) => isAnswered(onNode(lab, 'control-plane'), { server: (await first(lab)).ip }),
})
