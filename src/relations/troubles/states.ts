import type { Trouble } from '../../findings/trouble.ts'
import type { Pod } from '../../model/pod.ts'
import type { Model } from '../../model/sources.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { isLive, podsOfServices } from '../service/service-selects-pod.ts'
import { dnsLossOnNode, dnsServerCrash, dnsServersDown, noEndpoints, nodeDown } from '../symptom.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { dnsObjects } from './probe-lookups.ts'

/**
 * Reasons with which the kubelet waits on its own, for seconds, on the way up. Any other reason is trouble: the list of
 * good news is short and known, that of bad news grows with each release.
 */
const onItsWay: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing'])

/** Pods that cannot run as their spec says. */
export function podTroubles(model: Model): readonly Trouble[] {
  const { pods, services } = model.sources
  const dnsPods = dnsPodsOf(model)
  const inScope = model.scope.target.kind === 'dns' || !pods.known ? [] : pods.value
  const all = [...new Map([...dnsPods, ...inScope].map((it) => [`${it.namespace}/${it.name}`, it])).values()]
  const servicesOf = new Map<string, Subject[]>()
  const podsOf = podsOfServices(all)
  for (const service of services.known ? services.value : []) {
    for (const pod of podsOf(service)) {
      const key = `${pod.namespace}/${pod.name}`
      servicesOf.set(key, [...(servicesOf.get(key) ?? []), subject('Service', service.namespace, service.name)])
    }
  }
  const isDns = new Set(dnsPods.map((it) => `${it.namespace}/${it.name}`))
  return all.filter(isLive).flatMap((pod) => {
    const key = `${pod.namespace}/${pod.name}`
    return ofPod(pod, servicesOf.get(key) ?? [], isDns.has(key) ? dnsObjects(model) : [])
  })
}

function dnsPodsOf(model: Model): readonly Pod[] {
  const dns = model.sources.clusterDns
  return dns.known ? [...dns.value.pods, ...dns.value.nodeCaches] : []
}

function ofPod(pod: Pod, services: readonly Subject[], dns: readonly Subject[]): readonly Trouble[] {
  const stuck = pod.containers.filter((it) => it.waiting !== null && !onItsWay.has(it.waiting))
  const notReady = pod.phase === 'Running' && !pod.ready
  const unplaced = pod.phase === 'Pending' && pod.node === null
  if (stuck.length === 0 && !notReady && !unplaced) return []
  const self = subject('Pod', pod.namespace, pod.name)
  const involved = [
    self,
    workloadOfPod(pod),
    ...services,
    ...dns,
    ...(pod.node === null ? [] : [subject('Node', null, pod.node)]),
  ]
  const serving = services.map((it) => noEndpoints({ namespace: it.namespace ?? '', name: it.name }))
  const keys = [
    ...serving,
    ...(pod.node === null ? [] : [nodeDown(pod.node)]),
    ...(dns.length > 0 ? [dnsServersDown, dnsServerCrash] : []),
  ]
  const why = stuck[0]?.waiting ?? pod.notReadyReason ?? (unplaced ? 'not scheduled' : 'not ready')
  return [
    {
      kind: 'not-as-declared',
      source: 'pods',
      sufferer: self,
      involved,
      keys,
      asked: stuck.length > 0 ? `container ${stuck.map((it) => it.name).join(', ')}` : 'its Ready condition',
      from: 'in its status',
      how: why,
      bad: Math.max(1, stuck.length),
      of: Math.max(1, pod.containers.length),
      ms: null,
      // A pod that is not ready may be on its way up, as in each rollout; one that waits with an error is stuck.
      weight: stuck.length > 0 ? 'nuisance' : 'sign',
    },
  ]
}

export function nodeTroubles(model: Model): readonly Trouble[] {
  const { nodes } = model.sources
  const down = nodes.known ? nodes.value.filter((it) => it.ready !== 'True') : []
  return down.map((node) => {
    const self = subject('Node', null, node.name)
    return {
      kind: 'not-as-declared',
      source: 'nodes',
      sufferer: self,
      involved: [self],
      keys: [nodeDown(node.name), dnsLossOnNode(node.name)],
      asked: 'its Ready condition',
      from: 'in its status',
      how: node.readyMessage ?? `Ready is ${node.ready}`,
      bad: 1,
      of: 1,
      ms: null,
      weight: 'nuisance',
    }
  })
}
