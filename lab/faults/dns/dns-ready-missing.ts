// Seen: both servers answer when asked themselves, and neither becomes ready.
import { corednsPods } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'

export default coreDnsFault({
  name: 'dns-ready-missing',
  kind: 'fault',
  breaks: 'the Corefile has lost its line `ready`, which the readiness probe asks for',
  symptom: 'after a change of the Corefile no server becomes ready, and their logs say nothing',
  cause: { code: 'DNS180', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    await writeCorefile(lab, await corefileWith('    ready\n', ''))
    await restartServers(lab)
  },
  async inEffect(lab) {
    const servers = await corednsPods(lab)
    return servers.length === 2 && servers.every((it) => !it.ready)
  },
})
