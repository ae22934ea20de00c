// Seen: `coredns: Corefile:22 - Error during parsing: Unexpected EOF`, at each start.
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { COREDNS, firstCorednsPod } from '../../breaks/coredns.ts'
import { serverStates } from '../../breaks/server-states.ts'

export default coreDnsFault({
  name: 'dns-corefile-brace',
  kind: 'fault',
  breaks: 'the Corefile lacks a closing brace, and a server has been started anew since',
  symptom: 'one CoreDNS pod crashes again and again, the other goes on',
  cause: { code: 'DNS114', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    await writeCorefile(lab, await corefileWith('max_concurrent 1000\n    }', 'max_concurrent 1000'))
    if ((await serverStates(lab)).some((it) => it.waiting !== null)) return
    const first = await firstCorednsPod(lab)
    await lab.kubectl(['-n', COREDNS.namespace, 'delete', 'pod', first.name, '--grace-period=1', '--wait=false'])
  },
  async inEffect(lab) {
    const all = await serverStates(lab)
    return all.some((it) => it.waiting === 'CrashLoopBackOff') && all.some((it) => it.ready)
  },
})
