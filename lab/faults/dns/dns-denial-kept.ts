// Seen: fraud is NXDOMAIN for an hour after its Service was made; the kubernetes plugin itself knows it at once.
import { app, service } from '../../breaks/app.ts'
import { corednsPods, corednsServes } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'
import type { Lab } from '../../lab.ts'

const NAMESPACE = 'shop'
const NAME = 'fraud'
const FULL = `${NAME}.${NAMESPACE}.svc.cluster.local.`
const made = service(NAMESPACE, NAME, app(NAMESPACE).cartService.spec?.ports?.[0] ?? { port: 8080 }, { app: 'cart' })

async function isDenied(lab: Lab): Promise<boolean> {
  const asker = onNode(lab, 'control-plane')
  const servers = await corednsPods(lab)
  const question = ['busybox', 'nslookup', '-type=a', FULL]
  const said = await Promise.all(servers.map(({ ip }) => asker.run([...question, ip], { timeoutMs: 3000 })))
  return said.length > 0 && said.every(({ stdout, stderr }) => (stdout + stderr).includes('NXDOMAIN'))
}

export default coreDnsFault({
  name: 'dns-denial-kept',
  kind: 'fault',
  breaks: 'CoreDNS keeps denials for an hour, and somebody asked for fraud before its Service was made',
  symptom: 'no such host as fraud, which kubectl shows; half an hour later still',
  cause: { code: 'DNS165', subject: `Service/${NAMESPACE}/${NAME}` },
  diagnose: [`svc/${NAME}`, '-n', NAMESPACE],
  async change(lab) {
    const long = 'cache 3600 {\n            denial 9984 3600 3600\n        }\n'
    await writeCorefile(lab, await corefileWith('cache 30\n', long))
    await restartServers(lab)
    await corednsServes(lab)
    await isDenied(lab)
    await lab.kubectl(['apply', '-f', '-'], JSON.stringify(made))
  },
  inEffect: isDenied,
  clear: async (lab) => void (await lab.kubectl(['-n', NAMESPACE, 'delete', 'service', NAME, '--ignore-not-found'])),
})
