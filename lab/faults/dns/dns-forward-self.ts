// Without the plugin `loop` nothing ends it: a question goes round until `max_concurrent` of them are under way.
import { CLUSTER_DNS, UPSTREAM_DNS } from '../../plan.ts'
import { isAnswered, OUTSIDE_NAME } from '../../breaks/ask-dns.ts'
import { corednsPods } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'

export default coreDnsFault({
  name: 'dns-forward-self',
  kind: 'fault',
  breaks: 'CoreDNS forwards outside names to its own Service, and the plugin `loop` was taken out',
  symptom: 'names outside of the cluster fail, names inside are fine, and CoreDNS is busy',
  cause: { code: 'DNS115', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    const text = await corefileWith(`forward . ${UPSTREAM_DNS.ip}`, `forward . ${CLUSTER_DNS}`)
    await writeCorefile(lab, text.replace(/^\s*loop\n/m, ''))
    await restartServers(lab)
  },
  async inEffect(lab) {
    const asker = onNode(lab, 'control-plane')
    const servers = (await corednsPods(lab)).filter((it) => it.ready)
    const [one] = servers
    if (one === undefined || servers.length !== 2) return false
    return (
      (await isAnswered(asker, { server: one.ip })) &&
      !(await isAnswered(asker, { server: one.ip, name: OUTSIDE_NAME }))
    )
  },
})
