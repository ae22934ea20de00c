// Seen: nslookup cart.shop.svc.cluster.local says 198.18.0.250 everywhere; the Service has another address.
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { corednsServes } from '../../breaks/coredns.ts'
import { onNode } from '../../breaks/place.ts'
import { CLUSTER_DNS } from '../../plan.ts'

const NAME = 'cart.shop.svc.cluster.local'
const WRONG = '198.18.0.250'
const block = `hosts {
           ${WRONG} ${NAME}
           fallthrough
        }
        kubernetes cluster.local`

export default coreDnsFault({
  name: 'dns-hosts-shadows-service',
  kind: 'fault',
  breaks: `a hosts line of the Corefile gives ${NAME} an address that is not the Service's`,
  symptom: 'whoever asks for cart reaches a machine that is not it, or nothing',
  cause: { code: 'DNS165', subject: 'Service/shop/cart' },
  diagnose: ['svc/cart', '-n', 'shop'],
  async change(lab) {
    await writeCorefile(lab, await corefileWith('kubernetes cluster.local', block))
    await restartServers(lab)
    await corednsServes(lab)
  },
  async inEffect(lab) {
    const asked = ['busybox', 'nslookup', '-type=a', `${NAME}.`, CLUSTER_DNS]
    const { stdout } = await onNode(lab, 'worker-1').run(asked, { timeoutMs: 3000 })
    return stdout.includes(WRONG)
  },
})
