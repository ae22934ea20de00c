// Seen: NXDOMAIN at once for each Service, from each server; kubectl shows them all.
import { CLUSTER_NAME } from '../../breaks/ask-dns.ts'
import { corednsServes } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'
import { CLUSTER_DNS } from '../../plan.ts'

const block = `template ANY ANY svc.cluster.local {
           match ".*\\.svc\\.cluster\\.local\\.?$"
           rcode NXDOMAIN
        }
        kubernetes cluster.local`

export default coreDnsFault({
  name: 'dns-denies-cluster-names',
  kind: 'fault',
  breaks: 'a template of the Corefile says of every Service name that it does not exist',
  symptom: 'no such host, for every Service of the cluster; outside names are fine',
  cause: { code: 'DNS178', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    await writeCorefile(lab, await corefileWith('kubernetes cluster.local', block))
    await restartServers(lab)
    await corednsServes(lab)
  },
  async inEffect(lab) {
    const asked = ['busybox', 'nslookup', '-type=a', `${CLUSTER_NAME}.`, CLUSTER_DNS]
    const { stdout, stderr } = await onNode(lab, 'worker-1').run(asked, { timeoutMs: 3000 })
    return (stdout + stderr).includes('NXDOMAIN')
  },
})
