// Seen: getent and nslookup find cart.corp.internal and cart.corp.example, each under the name that was asked for.
import { corednsServes } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'
import { CLUSTER_DNS } from '../../plan.ts'

const start = 'kubernetes cluster.local in-addr.arpa ip6.arpa {'
const rules = String.raw`rewrite stop {
            name regex (.*)\.corp\.internal {1}.shop.svc.cluster.local
            answer name (.*)\.shop\.svc\.cluster\.local {1}.corp.internal
        }
        rewrite name suffix .corp.example .shop.svc.cluster.local answer auto
        rewrite name exact basket.office cart.shop.svc.cluster.local`

export default coreDnsFault({
  name: 'dns-rewrites-right',
  kind: 'control',
  breaks: 'nothing: rewrites of names that take the answer back to the name that was asked for',
  symptom: 'a Corefile with three rewrites of names',
  cause: null,
  diagnose: ['-n', 'shop'],
  async change(lab) {
    await writeCorefile(lab, await corefileWith(start, `${rules}\n        ${start}`))
    await restartServers(lab)
    await corednsServes(lab)
  },
  async inEffect(lab) {
    const asked = ['busybox', 'nslookup', '-type=a', 'cart.corp.example.', CLUSTER_DNS]
    const { stdout } = await onNode(lab, 'worker-1').run(asked, { timeoutMs: 3000 })
    return stdout.includes('cart.corp.example') && !stdout.includes('svc.cluster.local')
  },
})
