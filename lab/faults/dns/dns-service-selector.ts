import { isAnswered } from '../../breaks/ask-dns.ts'
import { COREDNS } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { patch } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'

export default coreDnsFault({
  name: 'dns-service-selector',
  kind: 'fault',
  breaks: 'the selector of the DNS Service finds no pod',
  symptom: 'no pod of the cluster can look anything up, and every CoreDNS pod is ready',
  cause: { code: 'DNS107', subject: `Service/${COREDNS.namespace}/${COREDNS.service}` },
  change: async (lab) =>
    void (await patch(lab, `service/${COREDNS.service}`, { spec: { selector: { 'k8s-app': 'coredns' } } })),
  inEffect: async (lab) =>
    (await Promise.all(lab.nodes.map(({ netns }) => isAnswered(onNode(lab, netns))))).every((it) => !it),
})
