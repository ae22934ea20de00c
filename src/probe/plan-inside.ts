import type { Pod } from '../model/pod.ts'
import type { Model } from '../model/sources.ts'
import { asIpAddress, type DnsName, type IpAddress } from '../wire/dns-name.ts'

/** One container to look out of. */
export interface InsideSpec {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly dnsService: IpAddress | null
  readonly name: DnsName
}

const most = 10

/** One running, ready pod per workload; the target pod alone when there is one. Our own pods and kube-system's are no clients. */
export function planInside(model: Model, name: DnsName): readonly InsideSpec[] {
  const { pods, clusterDns } = model.sources
  if (!pods.known) return []
  const dnsService = clusterDns.known ? asIpAddress(clusterDns.value.service?.clusterIP ?? '') : null
  const { target, namespace } = model.scope
  const object = target.kind === 'object' ? target.object : null
  const fit = pods.value.filter((it) => it.phase === 'Running' && !it.deleting && it.labels['app.kubernetes.io/managed-by'] !== 'hopscope')
  const candidates =
    object?.kind === 'Pod'
      ? fit.filter((it) => it.namespace === object.namespace && it.name === object.name)
      : fit.filter((it) => it.ready && (it.namespace !== 'kube-system' || namespace === 'kube-system') && (object === null || object.namespace === null || it.namespace === object.namespace))
  const seen = new Set<string>()
  return candidates
    .filter((it) => !seen.has(workloadOf(it)) && seen.add(workloadOf(it)))
    .slice(0, most)
    .flatMap((it) => {
      const container = it.containers.find((one) => one.ready) ?? it.containers[0]
      return container === undefined ? [] : [{ namespace: it.namespace, pod: it.name, container: container.name, dnsService, name }]
    })
}

function workloadOf(pod: Pod): string {
  return `${pod.namespace}/${pod.owner === null ? pod.name : `${pod.owner.kind}/${pod.owner.name}`}`
}
