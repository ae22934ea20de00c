import { isAnswered } from '../../breaks/ask-dns.ts'
import { COREDNS } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { patch } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'

export default coreDnsFault({
  name: 'dns-session-affinity',
  kind: 'risk',
  breaks: 'the DNS Service has sessionAffinity ClientIP, so that each client keeps its server',
  symptom: 'one CoreDNS pod works hard, the other rests',
  cause: { code: 'DNS120', subject: `Service/${COREDNS.namespace}/${COREDNS.service}` },
  change: async (lab) =>
    void (await patch(lab, `service/${COREDNS.service}`, { spec: { sessionAffinity: 'ClientIP' } })),
  // kube-proxy writes the address of each client down (xt_recent), once its rules are there.
  inEffect: async (lab) =>
    (await isAnswered(onNode(lab, 'worker-1'))) &&
    /recent: CHECK .*KUBE-SEP/.test(
      (await onNode(lab, 'worker-1').run(['iptables', '-w', '5', '-t', 'nat', '-L', '-n'])).stdout,
    ),
})
