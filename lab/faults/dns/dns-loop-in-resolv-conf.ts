// As on a node with systemd-resolved: its resolv.conf names a stub on the loopback, the kubelet hands that file to pods
// with dnsPolicy Default, and there the loopback is CoreDNS itself. Seen: `plugin/loop: Loop (127.0.0.1:40921 -> :53)
// detected`.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Lab } from '../../lab.ts'
import { UPSTREAM_DNS } from '../../plan.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { everyServerCrashes } from '../../breaks/server-states.ts'

/** The file that the kubelets' resolvConf names, as lab/net/topology.ts writes it. */
function nodesResolvConf(lab: Lab, server: string): Promise<void> {
  return writeFile(join(lab.stateDir, 'resolv.conf'), `nameserver ${server}\n`)
}

export default coreDnsFault({
  name: 'dns-loop-in-resolv-conf',
  kind: 'fault',
  breaks: "CoreDNS forwards to the node's resolv.conf, which names the loopback: in CoreDNS's pod that is CoreDNS",
  symptom: 'every CoreDNS pod crashes again and again, and the Corefile looks right',
  cause: { code: 'DNS115', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    if (await everyServerCrashes(lab)) return
    await nodesResolvConf(lab, '127.0.0.53')
    await writeCorefile(lab, await corefileWith(`forward . ${UPSTREAM_DNS.ip}`, 'forward . /etc/resolv.conf'))
    await restartServers(lab)
  },
  inEffect: everyServerCrashes,
  undo: (lab) => nodesResolvConf(lab, UPSTREAM_DNS.ip),
})
