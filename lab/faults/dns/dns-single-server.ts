import { COREDNS, corednsPods } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'

export default coreDnsFault({
  name: 'dns-single-server',
  kind: 'risk',
  breaks: 'CoreDNS is scaled to one pod',
  symptom: 'none yet; each rollout or drain of that pod is an outage of DNS',
  cause: { code: 'DNS112', subject: `Deployment/${COREDNS.namespace}/${COREDNS.deployment}` },
  async change(lab) {
    await lab.kubectl(['-n', COREDNS.namespace, 'scale', `deployment/${COREDNS.deployment}`, '--replicas=1'])
  },
  async inEffect(lab) {
    const all = await lab.kubectl(['-n', COREDNS.namespace, 'get', 'pods', '-l', COREDNS.selector, '-o', 'name'])
    return all.trim().split('\n').length === 1 && (await corednsPods(lab)).every((it) => it.ready)
  },
})
