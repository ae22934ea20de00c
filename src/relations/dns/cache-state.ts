import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { InsideView } from '../../model/inside.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import { parseResolvConf } from '../../wire/resolv-conf.ts'
import { lossOf, seriesOf } from './lookup-loss.ts'
import { cacheAddresses } from './node-cache.ts'
import { isLive } from '../service/service-selects-pod.ts'

/** Caches that do not run: what keeps their container from it, by the kubelet's word. */
export function stuckCaches({ nodeCaches }: ClusterDns): readonly { readonly pod: Pod; readonly why: string }[] {
  return nodeCaches.filter(isLive).flatMap((pod) => {
    const waiting = pod.containers.find(
      (it) => it.waiting !== null && it.waiting !== 'ContainerCreating' && it.waiting !== 'PodInitializing',
    )
    if (waiting === undefined) return []
    return [
      {
        pod,
        why: `${waiting.waiting}${waiting.lastTermination === null ? '' : `, last ended ${waiting.lastTermination}`}`,
      },
    ]
  })
}

/** Caches on their way out, with no other on their node. */
export function leavingCaches({ nodeCaches }: ClusterDns): readonly Pod[] {
  const live = new Set(nodeCaches.filter(isLive).map((it) => it.node))
  return nodeCaches.filter((it) => it.deleting && it.node !== null && !live.has(it.node))
}

/**
 * Nodes on which a cache would run and none does, where others have theirs: a taint keeps it off as it was meant to.
 */
export function nodesWithoutCache(dns: ClusterDns, nodes: readonly Node[]): readonly Node[] {
  return nodesBare(dns, nodes).filter((it) => it.taints.length === 0)
}

/**
 * Nodes without one, where others have theirs. Windows, virtual and serverless nodes run no DaemonSets of this sort.
 */
export function nodesBare({ nodeCaches }: Pick<ClusterDns, 'nodeCaches'>, nodes: readonly Node[]): readonly Node[] {
  const with_ = new Set(nodeCaches.map((it) => it.node))
  if (with_.size === 0) return []
  return nodes.filter(
    (it) => it.ready === 'True' && it.labels['kubernetes.io/os'] !== 'windows' && !isVirtual(it) && !with_.has(it.name),
  )
}

function isVirtual({ labels, kubelet }: Node): boolean {
  return (
    labels['eks.amazonaws.com/compute-type'] === 'fargate' ||
    labels['type'] === 'virtual-kubelet' ||
    kubelet.includes('-vk-')
  )
}

/** A pod that was looked into: where it asks, and whether it is answered. */
export interface Asked {
  readonly pod: Pod
  readonly server: string
  readonly answered: boolean
}

/** The first server in the resolv.conf of each container that was looked into, each once a pod and an answer. */
export function askedInside(views: Known<readonly InsideView[]>, pods: Known<readonly Pod[]>): readonly Asked[] {
  if (!views.known || !pods.known) return []
  const byName = new Map(pods.value.map((it) => [`${it.namespace}/${it.name}`, it]))
  const asked = views.value.flatMap((view) => {
    const pod = byName.get(`${view.namespace}/${view.pod}`)
    const server = view.resolvConf.known ? parseResolvConf(view.resolvConf.value).nameservers[0] : undefined
    if (pod === undefined || server === undefined || !view.lookup.known) return []
    return [{ pod, server, answered: view.lookup.value.result === 'ok' }]
  })
  return [
    ...new Map(asked.map((it) => [`${it.pod.namespace}/${it.pod.name} ${it.server} ${it.answered}`, it])).values(),
  ]
}

/** Link-local, and no address of a cache that runs as a pod: the node itself answers, or its cloud does. */
export function isNodesOwn(dns: ClusterDns, server: string): boolean {
  return (server.startsWith('169.254.') || /^fe80:/i.test(server)) && !cacheAddresses(dns).includes(server)
}

/** The servers behind the DNS Service answer the probe on this node, asked at their own addresses. */
export function serversAnswer(probe: Known<DnsProbe>, node: string): boolean {
  if (!probe.known) return false
  const { of, unanswered } = lossOf(
    seriesOf(probe.value, { node, role: 'endpoint' }).filter((it) => it.zone === 'cluster'),
  )
  return of >= 4 && unanswered < of / 10
}
