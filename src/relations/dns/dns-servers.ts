import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Node } from '../../model/node.ts'
import type { Container, Pod } from '../../model/pod.ts'
import { type Subject, subject } from '../../model/subject.ts'

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
  return nodes.filter(
    (it) =>
      it.ready === 'True' &&
      !it.unschedulable &&
      it.labels['kubernetes.io/os'] !== 'windows' &&
      !it.taints.some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute'),
  )
}

/** The labels by which the DNS servers are found: the Service's selector, else what their workload gives them. */
export function dnsPodLabels({ service, workload, pods }: ClusterDns): Readonly<Record<string, string>> {
  const selector = service?.selector ?? {}
  const finds =
    pods.length === 0 || pods.some((pod) => Object.entries(selector).every(([key, value]) => pod.labels[key] === value))
  if (Object.keys(selector).length > 0 && finds) return selector
  return workload?.templateLabels ?? pods[0]?.labels ?? selector
}

/** Other containers of a DNS server's pod are sidecars: metrics, dnsmasq, a proxy. */
const serverImage = /(^|[/-])(coredns|kube-?dns|k8s-dns-kube-dns|kubedns)([-:@/]|$)/i

export function isServerImage(image: string): boolean {
  return serverImage.test(image)
}

/** The one container of a DNS server's pod that answers: by its image, its name, its port 53; else the first. */
export function serverContainer(pod: Pod): Container | null {
  const all = pod.containers
  return (
    all.find((it) => isServerImage(it.image)) ??
    all.find((it) => it.name === 'coredns' || it.name === 'kubedns' || it.name === 'dns') ??
    all.find((it) => it.ports.some(({ port, protocol }) => port === 53 && protocol === 'UDP')) ??
    all[0] ??
    null
  )
}

/** ` -l a=b,c=d`, to stand behind `get pods`; nothing where no label is known. */
export function selectorOption(dns: ClusterDns): string {
  const pairs = Object.entries(dnsPodLabels(dns)).map(([key, value]) => `${key}=${value}`)
  return pairs.length === 0 ? '' : ` -l ${pairs.join(',')}`
}
