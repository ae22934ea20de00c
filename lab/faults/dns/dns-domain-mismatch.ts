// Seen: kubernetes.default.svc.cluster.local is NXDOMAIN, kubernetes.default.svc.k8s.internal has an address.
import { CLUSTER_DNS, CLUSTER_NAME } from '../../breaks/ask-dns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'

export default coreDnsFault({
  name: 'dns-domain-mismatch',
  kind: 'fault',
  breaks: 'the Corefile serves k8s.internal, and kubelets tell pods that the cluster domain is cluster.local',
  symptom: 'no Service is found by its name, and CoreDNS is well',
  cause: { code: 'DNS116', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    await writeCorefile(lab, await corefileWith('kubernetes cluster.local ', 'kubernetes k8s.internal '))
    await restartServers(lab)
  },
  async inEffect(lab) {
    const found = async (name: string): Promise<boolean> =>
      (
        await onNode(lab, 'worker-1').run(['busybox', 'nslookup', '-type=a', `${name}.`, CLUSTER_DNS], {
          timeoutMs: 2000,
        })
      ).code === 0
    return !(await found(CLUSTER_NAME)) && found('kubernetes.default.svc.k8s.internal')
  },
})
