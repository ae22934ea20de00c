// Seen: nslookup -type=srv _https._tcp.kubernetes.default.svc.cluster.local is NXDOMAIN at one server of two, and its
// address is given by both; the ConfigMap has no line about SRV any more.
import { corednsPods, corednsServes } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServer, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'
import type { Lab } from '../../lab.ts'

const NAME = '_https._tcp.kubernetes.default.svc.cluster.local.'

async function isHalf(lab: Lab): Promise<boolean> {
  const asker = onNode(lab, 'control-plane')
  const denied = await Promise.all(
    (await corednsPods(lab)).map(async ({ ip }) => {
      const { stdout, stderr } = await asker.run(['busybox', 'nslookup', '-type=srv', NAME, ip], { timeoutMs: 3000 })
      return (stdout + stderr).includes('NXDOMAIN')
    }),
  )
  return denied.length === 2 && denied[0] !== denied[1]
}

export default coreDnsFault({
  name: 'dns-srv-denied',
  kind: 'fault',
  breaks: 'one server of two still runs a Corefile that denies SRV; the ConfigMap has no such line any more',
  symptom: 'every other connection by mongodb+srv or gRPC finds no host, and lookups of addresses are well',
  cause: { code: 'DNS196', subject: 'Service/default/kubernetes' },
  async change(lab) {
    if (await isHalf(lab)) return
    const text = await corefileWith('    reload\n', '')
    const denies = '    template IN SRV {\n            rcode NXDOMAIN\n        }\n    kubernetes cluster.local'
    await writeCorefile(lab, text.replace('    kubernetes cluster.local', denies))
    await restartServers(lab)
    await corednsServes(lab)
    await writeCorefile(lab, text)
    const [first] = await corednsPods(lab)
    await restartServer(lab, first?.name ?? '')
    await corednsServes(lab)
  },
  inEffect: isHalf,
})
