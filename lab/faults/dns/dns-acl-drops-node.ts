// Seen: lookups of pods on worker-2 end in silence, as behind a firewall; all others are answered.
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { corednsPods } from '../../breaks/coredns.ts'
import { clientOn } from '../../breaks/node.ts'
import { CLUSTER_DNS } from '../../plan.ts'

const rule = `acl {
           drop net 198.18.102.0/24
        }
        kubernetes cluster.local`

export default coreDnsFault({
  name: 'dns-acl-drops-node',
  kind: 'fault',
  breaks: 'an acl line of the Corefile throws away what pods of worker-2 ask',
  symptom: 'no pod on one node can look anything up, and no firewall is in the way',
  cause: { code: 'DNS179', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    await writeCorefile(lab, await corefileWith('kubernetes cluster.local', rule))
    await restartServers(lab)
  },
  async inEffect(lab) {
    const servers = await corednsPods(lab)
    if (servers.length < 2 || !servers.every((it) => it.ready)) return false
    const asked = ['busybox', 'nslookup', '-type=a', 'kubernetes.default.svc.cluster.local.', CLUSTER_DNS]
    const [here, there] = await Promise.all(
      ['worker-2', 'worker-1'].map(async (node) => (await clientOn(lab, node)).run(asked, { timeoutMs: 3000 })),
    )
    return here?.stdout.includes('198.19.0.1\n') === false && there?.stdout.includes('198.19.0.1\n') === true
  },
})
