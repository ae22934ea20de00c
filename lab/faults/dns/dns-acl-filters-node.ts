// Seen: pods of worker-2 get NOERROR without an address, all others are answered.
import { corednsServes } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { clientOn } from '../../breaks/node.ts'
import { CLUSTER_DNS } from '../../plan.ts'

const rule = `acl {
           filter type A net 198.18.102.0/24
        }
        kubernetes cluster.local`

export default coreDnsFault({
  name: 'dns-acl-filters-node',
  kind: 'fault',
  breaks: 'an acl line of the Corefile gives the pods of worker-2 empty answers',
  symptom: 'on one node programs say that there is no such host, and no error is in any log',
  cause: { code: 'DNS179', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    await writeCorefile(lab, await corefileWith('kubernetes cluster.local', rule))
    await restartServers(lab)
    await corednsServes(lab)
  },
  async inEffect(lab) {
    const name = 'kubernetes.default.svc.cluster.local.'
    const asked = ['busybox', 'nslookup', '-type=a', name, CLUSTER_DNS]
    const [here, there] = await Promise.all(
      ['worker-2', 'worker-1'].map(async (node) => (await clientOn(lab, node)).run(asked, { timeoutMs: 3000 })),
    )
    return here?.stdout.includes('198.19.0.1\n') === false && there?.stdout.includes('198.19.0.1\n') === true
  },
})
