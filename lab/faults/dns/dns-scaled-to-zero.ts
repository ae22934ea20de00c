// Seen: glibc fails within 0.1 s (kube-proxy rejects), 2 of 3; one took 5 s, as its flow still led to a pod that had
// just ended. musl: 2 of 2 failed after 5.0 s, because it ignores the ICMP error.
import { COREDNS, corednsServes } from '../../breaks/coredns.ts'
import type { Fault } from '../fault.ts'
import { until } from '../../breaks/until.ts'

const REPLICAS = 2

const fault: Fault = {
  name: 'dns-scaled-to-zero',
  kind: 'fault',
  breaks: 'CoreDNS is scaled to 0',
  symptom: 'no pod of the cluster can look anything up',
  cause: { code: 'DNS107', subject: 'Service/kube-system/kube-dns' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    await scale(lab, 0)
    await until('no CoreDNS pod is left', async () => {
      const names = await lab.kubectl(['-n', COREDNS.namespace, 'get', 'pods', '-l', COREDNS.selector, '-o', 'name'])
      return names.trim() === ''
    })
  },
  async takeBack(lab) {
    await scale(lab, REPLICAS)
    await corednsServes(lab)
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

function scale(lab: Parameters<Fault['inject']>[0], replicas: number): Promise<string> {
  return lab.kubectl(['-n', COREDNS.namespace, 'scale', `deployment/${COREDNS.deployment}`, `--replicas=${replicas}`])
}

export default fault
