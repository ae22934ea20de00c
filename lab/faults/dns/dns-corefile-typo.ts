// Seen: `coredns: Corefile:12 - Error during parsing: Unknown directive 'forwrad'`, and the pods that ran went on.
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, currentCorefile, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { isRefusedByCoreDns } from '../../breaks/refused-by-coredns.ts'
import { serverStates } from '../../breaks/server-states.ts'

export default coreDnsFault({
  name: 'dns-corefile-typo',
  kind: 'fault',
  breaks: 'the Corefile names a plugin that there is not; the servers that run still have the old text',
  symptom: 'none yet; the next CoreDNS pod that starts crashes',
  cause: { code: 'DNS114', subject: 'ConfigMap/kube-system/coredns' },
  change: async (lab) => writeCorefile(lab, await corefileWith('forward .', 'forwrad .')),
  inEffect: async (lab) =>
    (await isRefusedByCoreDns(lab, await currentCorefile(lab))) && (await serverStates(lab)).every((it) => it.ready),
})
