// Seen: 2 of 3 nodes are served; on the third queries to the Service are dropped, without an ICMP error.
import { isAnswered } from '../../breaks/ask-dns.ts'
import { corednsPods, COREDNS } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { patch } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'

export default coreDnsFault({
  name: 'dns-service-local',
  kind: 'fault',
  breaks: 'the DNS Service has internalTrafficPolicy Local, and one node has no CoreDNS pod',
  symptom: 'no pod on one node can look anything up',
  cause: { code: 'DNS120', subject: `Service/${COREDNS.namespace}/${COREDNS.service}` },
  change: async (lab) =>
    void (await patch(lab, `service/${COREDNS.service}`, { spec: { internalTrafficPolicy: 'Local' } })),
  async inEffect(lab) {
    const serving = new Set((await corednsPods(lab)).map((it) => it.node))
    const answered = await Promise.all(
      lab.nodes.map(async ({ name, netns }) => (await isAnswered(onNode(lab, netns))) === serving.has(name)),
    )
    return serving.size < lab.nodes.length && answered.every(Boolean)
  },
})
