// Seen: nslookup cart.corp.internal in busybox gives the address, getent in a glibc image nothing: the answer's records
// bear the name cart.shop.svc.cluster.local.
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { corednsServes } from '../../breaks/coredns.ts'
import { onNode } from '../../breaks/place.ts'
import { CLUSTER_DNS } from '../../plan.ts'

const start = 'kubernetes cluster.local in-addr.arpa ip6.arpa {'
const rule = String.raw`rewrite stop name regex (.*)\.corp\.internal {1}.shop.svc.cluster.local`

export default coreDnsFault({
  name: 'dns-rewrite-foreign-answer',
  kind: 'fault',
  breaks: 'a rewrite of names in the Corefile that leaves the rewritten name on the answers',
  symptom: 'images with glibc do not find names under corp.internal, those with musl do',
  cause: { code: 'DNS194', subject: 'ConfigMap/kube-system/coredns' },
  diagnose: ['-n', 'shop'],
  async change(lab) {
    await writeCorefile(lab, await corefileWith(start, `${rule}\n        ${start}`))
    await restartServers(lab)
    await corednsServes(lab)
  },
  async inEffect(lab) {
    const asked = ['busybox', 'nslookup', '-type=a', 'cart.corp.internal.', CLUSTER_DNS]
    const { stdout } = await onNode(lab, 'worker-1').run(asked, { timeoutMs: 3000 })
    return stdout.includes('cart.shop.svc.cluster.local')
  },
})
