import { corednsPods, COREDNS } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { isAnswered } from '../../breaks/ask-dns.ts'
import { onNode } from '../../breaks/place.ts'

export default coreDnsFault({
  name: 'dns-log-on',
  kind: 'risk',
  breaks: 'the plugin `log` was left on, and CoreDNS writes a line for every query',
  symptom: 'CoreDNS needs more CPU than it did, and its log fills disks',
  cause: { code: 'DNS121', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    await writeCorefile(lab, await corefileWith('    errors\n', '    errors\n    log\n'))
    await restartServers(lab)
  },
  async inEffect(lab) {
    const servers = (await corednsPods(lab)).filter((it) => it.ready)
    if (servers.length !== 2) return false
    const logged = await Promise.all(
      servers.map(async ({ ip, name }) => {
        if (!(await isAnswered(onNode(lab, 'control-plane'), { server: ip }))) return false
        return /"A IN kubernetes\.default/.test(await lab.kubectl(['-n', COREDNS.namespace, 'logs', name, '--tail=50']))
      }),
    )
    return logged.every(Boolean)
  },
})
