// Seen: UDP is refused at once, TCP is answered; every CoreDNS pod is ready.
import { isAnswered, isOpenOverTcp } from '../../breaks/ask-dns.ts'
import { COREDNS } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { patch } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'

const ports = [
  { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 },
  { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
  { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
]

export default coreDnsFault({
  name: 'dns-service-target-port',
  kind: 'fault',
  breaks: 'the DNS Service sends UDP to port 5353 of its pods, where nothing listens',
  symptom: 'no lookup works, and every CoreDNS pod is ready',
  cause: { code: 'DNS120', subject: `Service/${COREDNS.namespace}/${COREDNS.service}` },
  change: async (lab) => void (await patch(lab, `service/${COREDNS.service}`, { spec: { ports } }, 'merge')),
  inEffect: async (lab) => !(await isAnswered(onNode(lab, 'worker-1'))) && isOpenOverTcp(onNode(lab, 'worker-1')),
})
