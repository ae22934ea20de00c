import { isAnswered, isOpenOverTcp } from '../../breaks/ask-dns.ts'
import { COREDNS } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { patch } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'

export default coreDnsFault({
  name: 'dns-service-without-udp',
  kind: 'fault',
  breaks: 'the DNS Service offers port 53 over TCP alone',
  symptom: 'no pod of the cluster can look anything up, and every CoreDNS pod is ready',
  cause: { code: 'DNS120', subject: `Service/${COREDNS.namespace}/${COREDNS.service}` },
  change: async (lab) =>
    void (await patch(
      lab,
      `service/${COREDNS.service}`,
      {
        spec: {
          ports: [
            { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
            { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
          ],
        },
      },
      'merge',
    )),
  inEffect: async (lab) => !(await isAnswered(onNode(lab, 'worker-1'))) && isOpenOverTcp(onNode(lab, 'worker-1')),
})
