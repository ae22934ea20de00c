import type { ClusterDns } from '../model/cluster-dns.ts'
import type { Node } from '../model/node.ts'
import { type Subject, subject } from '../model/subject.ts'

/** What makes the DNS servers, as a user would name it; the Service where no workload was found. */
export function dnsServerSubject({ workload, service }: ClusterDns): Subject {
  if (workload !== null) return subject(workload.kind, workload.namespace, workload.name)
  return subject('Service', service?.namespace ?? 'kube-system', service?.name ?? 'kube-dns')
}

/**
 * Nodes that would take one more DNS server, whatever its tolerations: those are not in the model. Windows runs no
 * CoreDNS.
 */
export function fitForDns(nodes: readonly Node[]): readonly Node[] {
  return nodes.filter((it) => it.ready === 'True' && !it.unschedulable && it.labels['kubernetes.io/os'] !== 'windows' && !it.taints.some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute'))
}
