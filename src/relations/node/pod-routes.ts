import type { Node } from '../../model/node.ts'
import type { NodeNetwork, NodeRoute } from '../../model/node-network.ts'
import type { Pod } from '../../model/pod.ts'
import { byBlock, contains } from '../cidr-index.ts'
import { familyOf } from '../../wire/ip-family.ts'
import { type Way, wayTo } from './way-to.ts'

/** How one node's packets for the pods of another leave it. */
export interface PodWay {
  readonly node: string
  readonly to: string
  /** An address in use, or one of the range. */
  readonly ip: string
  readonly way: Way
  /** `well` only by comparison: where no node has routes to pods, the network beyond carries them. */
  readonly verdict: 'well' | 'missing' | 'refused' | 'to-another' | 'kept-here' | 'unknown'
}

export interface PodWaysGiven {
  readonly networks: readonly NodeNetwork[]
  readonly nodes: readonly Node[]
  readonly pods: readonly Pod[]
}

/**
 * From each node that was read to the pods of each other node. A route is missing where the rest of the cluster does
 * have one: this node to others, or others to that node's pods. Where nobody has any, a cloud's own table or an eBPF
 * program carries pods, and nothing can be told.
 */
export function podWays({ networks, nodes, pods }: PodWaysGiven): readonly PodWay[] {
  const theirs = onPodNetwork(pods)
  const addresses = podAddresses(nodes, theirs)
  const owners = new Map(nodes.flatMap((it) => (it.ip === null ? [] : [[it.ip, it.name] as const])))
  const all = networks.flatMap(({ node, routes }) => {
    const local = localHits(routes, theirs)
    return nodes
      .filter((it) => it.name !== node)
      .flatMap((to) =>
        [...new Set([...(addresses.get(to.name) ?? []), ...(local.get(to.name) ?? [])])].map((ip) => ({
          node,
          to: to.name,
          ip,
          routes: routes ?? [],
          way: routes === null ? null : wayTo(routes, ip),
        })),
      )
  })
  const routed = all.filter((it) => it.way?.kind === 'by')
  return all.map(({ way, routes, ...it }): PodWay => {
    if (way === null) return { ...it, way: { kind: 'none' }, verdict: 'unknown' }
    if (way.kind === 'refused') return { ...it, way, verdict: 'refused' }
    if (way.kind === 'by') {
      if (isKept(way.route, it, { routes, owners })) return { ...it, way, verdict: 'kept-here' }
      const owner = way.route.via === null ? undefined : owners.get(way.route.via)
      return { ...it, way, verdict: owner === undefined || owner === it.to ? 'well' : 'to-another' }
    }
    const family = familyOf(it.ip)
    const expected = routed.some((one) => (one.node === it.node || one.to === it.to) && familyOf(one.ip) === family)
    if (expected) return { ...it, way, verdict: 'missing' }
    return { ...it, way, verdict: way.kind === 'none' ? 'unknown' : 'well' }
  })
}

interface Table {
  readonly routes: readonly NodeRoute[]
  /** Nodes by their addresses. */
  readonly owners: ReadonlyMap<string, string>
}

/**
 * A route to an interface of its own, over one that leads to the very node of these pods: a bridge whose range overlaps
 * theirs (`docker network create`), a VPN. Where no other route leads there, an overlay or the subnet carries them.
 */
function isKept(route: NodeRoute, { to, ip }: Pick<PodWay, 'to' | 'ip'>, { routes, owners }: Table): boolean {
  if (route.via !== null) return false
  const others = routes.filter((it) => it !== route && it.via !== null && it.dev !== route.dev)
  return others.some((it) => owners.get(it.via ?? '') === to && contains(it.to, ip))
}

/** Of the pods of each node one that a route without a next hop takes: a part of a range may be what it takes. */
function localHits(routes: NodeNetwork['routes'], pods: readonly Pod[]): ReadonlyMap<string, readonly string[]> {
  const locals = (routes ?? []).filter((it) => it.via === null && it.dev !== null)
  const found = new Map<string, string[]>()
  if (locals.length === 0) return found
  const hitBy = byBlock(locals, (it) => it.to)
  for (const { node, ip } of pods)
    if (node !== null && ip !== null && !found.has(node) && hitBy(ip).length > 0) found.set(node, [ip])
  return found
}

/**
 * An address or two of the pods of each node: of one that runs there, else the first of its range, where the pods that
 * are known have theirs from ranges. Pods on the node's own network are not looked at.
 */
export function podAddresses(nodes: readonly Node[], pods: readonly Pod[]): ReadonlyMap<string, readonly string[]> {
  const theirs = onPodNetwork(pods)
  const rangesUsed = areRangesUsed(nodes, theirs)
  return new Map(nodes.map((it) => [it.name, addressesOfPods(it, theirs, rangesUsed)]))
}

/** Pods in use say more than the range: a CNI that gives addresses itself leaves `podCIDRs` unused. */
function addressesOfPods({ name, podCidrs }: Node, pods: readonly Pod[], rangesUsed: boolean): readonly string[] {
  const inUse = pods.find((it) => it.node === name)?.ip ?? null
  if (inUse !== null) return [inUse]
  return rangesUsed ? (podCidrs ?? []).flatMap(firstOf) : []
}

function onPodNetwork(pods: readonly Pod[]): readonly Pod[] {
  return pods.filter((it) => it.ip !== null && !it.hostNetwork && it.phase === 'Running')
}

function areRangesUsed(nodes: readonly Node[], pods: readonly Pod[]): boolean {
  const ranges = new Map(nodes.map((it) => [it.name, it.podCidrs ?? []]))
  return pods.every(({ node, ip }) => (ranges.get(node ?? '') ?? []).some((cidr) => contains(cidr, ip ?? '')))
}

/** The address after the range's own. */
export function firstOf(cidr: string): readonly string[] {
  const [base = ''] = cidr.split('/', 1)
  const [, head, last] = /^(\d{1,3}\.\d{1,3}\.\d{1,3}\.)(\d{1,3})$/.exec(base) ?? []
  if (head !== undefined && last !== undefined) return [`${head}${Math.min(255, Number(last) + 1)}`]
  return base.endsWith('::') ? [`${base}1`] : []
}
