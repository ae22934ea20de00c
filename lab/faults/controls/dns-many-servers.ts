// Seen: five servers on three nodes, and every lookup is answered.
import { COREDNS, corednsPods, corednsServes } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { patch } from '../../breaks/coredns-manifest.ts'

export default coreDnsFault({
  name: 'dns-many-servers',
  kind: 'control',
  breaks: 'nothing: CoreDNS is scaled to five, as an autoscaler does',
  symptom: 'more DNS servers than nodes',
  cause: null,
  async change(lab) {
    await patch(lab, `deployment/${COREDNS.deployment}`, { spec: { replicas: 5 } })
    await corednsServes(lab)
  },
  inEffect: async (lab) => (await corednsPods(lab)).filter((it) => it.ready).length === 5,
})
