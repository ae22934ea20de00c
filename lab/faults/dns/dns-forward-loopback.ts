// Seen in the log of each: `[FATAL] plugin/loop: Loop (127.0.0.1:48273 -> :53) detected for zone "."`.
import { UPSTREAM_DNS } from '../../plan.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { everyServerCrashes } from '../../breaks/server-states.ts'

export default coreDnsFault({
  name: 'dns-forward-loopback',
  kind: 'fault',
  breaks:
    'CoreDNS forwards outside names to its own loopback address, and the plugin `loop` ends each server that sees it',
  symptom: 'every CoreDNS pod crashes again and again, and the cluster has no DNS',
  cause: { code: 'DNS115', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    if (await everyServerCrashes(lab)) return
    await writeCorefile(lab, await corefileWith(`forward . ${UPSTREAM_DNS.ip}`, 'forward . 127.0.0.53'))
    await restartServers(lab)
  },
  inEffect: everyServerCrashes,
})
