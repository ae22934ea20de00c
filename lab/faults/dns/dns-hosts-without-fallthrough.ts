// Seen: every name is answered SERVFAIL within 2 ms, but the one of the entry.
import { corednsPods } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { clientOn } from '../../breaks/node.ts'
import { CLUSTER_DNS } from '../../plan.ts'

const entry = `hosts {
           10.1.2.3 git.corp.example
        }
        kubernetes cluster.local`

export default coreDnsFault({
  name: 'dns-hosts-without-fallthrough',
  kind: 'fault',
  breaks: 'a hosts block of the Corefile has one entry and no fallthrough',
  symptom: 'since one name was added no other name is found',
  cause: { code: 'DNS178', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    await writeCorefile(lab, await corefileWith('kubernetes cluster.local', entry))
    await restartServers(lab)
  },
  async inEffect(lab) {
    const servers = await corednsPods(lab)
    if (servers.length < 2 || !servers.every((it) => it.ready)) return false
    const client = await clientOn(lab, 'worker-1')
    const asked = ['busybox', 'nslookup', '-type=a', 'kubernetes.default.svc.cluster.local.', CLUSTER_DNS]
    const { stdout, stderr } = await client.run(asked, { timeoutMs: 3000 })
    return (stdout + stderr).includes('SERVFAIL')
  },
})
