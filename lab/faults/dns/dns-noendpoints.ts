// Seen: nslookup db.shop.svc.cluster.local says NXDOMAIN, cart answers 502; every Service with an address is found.
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { corednsServes } from '../../breaks/coredns.ts'
import { onNode } from '../../breaks/place.ts'
import { CLUSTER_DNS } from '../../plan.ts'

const HEADLESS = 'db.shop.svc.cluster.local'
const start = 'kubernetes cluster.local in-addr.arpa ip6.arpa {'

export default coreDnsFault({
  name: 'dns-noendpoints',
  kind: 'fault',
  breaks: '`noendpoints` in the kubernetes plugin of CoreDNS, as advice on memory has it',
  symptom: 'headless Services are "no such host", and whatever calls one fails; all others are found',
  cause: { code: 'DNS158', subject: 'ConfigMap/kube-system/coredns' },
  diagnose: ['-n', 'shop'],
  async change(lab) {
    await writeCorefile(lab, await corefileWith(start, `${start}\n           noendpoints`))
    await restartServers(lab)
    await corednsServes(lab)
  },
  async inEffect(lab) {
    const asked = ['busybox', 'nslookup', '-type=a', `${HEADLESS}.`, CLUSTER_DNS]
    const { stdout, stderr } = await onNode(lab, 'worker-1').run(asked, { timeoutMs: 3000 })
    return (stdout + stderr).includes('NXDOMAIN')
  },
})
