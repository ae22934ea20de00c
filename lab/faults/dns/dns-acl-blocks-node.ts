// Seen: pods of worker-2 get REFUSED within 2 ms, all others are answered.
import { corednsServes } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { clientOn } from '../../breaks/node.ts'
import { CLUSTER_DNS } from '../../plan.ts'

const rule = `acl {
           block net 198.18.102.0/24
        }
        kubernetes cluster.local`

export default coreDnsFault({
  name: 'dns-acl-blocks-node',
  kind: 'fault',
  breaks: 'an acl line of the Corefile refuses the pods of worker-2',
  symptom: 'no pod on one node can look anything up; the same pods work elsewhere',
  cause: { code: 'DNS179', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    await writeCorefile(lab, await corefileWith('kubernetes cluster.local', rule))
    await restartServers(lab)
    await corednsServes(lab)
  },
  async inEffect(lab) {
    const client = await clientOn(lab, 'worker-2')
    const asked = ['busybox', 'nslookup', '-type=a', 'kubernetes.default.svc.cluster.local.', CLUSTER_DNS]
    const { stdout, stderr } = await client.run(asked, { timeoutMs: 3000 })
    return (stdout + stderr).includes('REFUSED')
  },
})
