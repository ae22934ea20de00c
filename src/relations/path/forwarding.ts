import type { ConntrackWindow, NodeForwarding, NodeRoute } from '../../model/counters.ts'
import { contains } from '../cidr-index.ts'
import type { NodeWay } from './node-ways.ts'

/** What keeps a node from forwarding, by its own switches. */
export type ForwardingOff = { readonly node: string } & (
  | { readonly off: 'all' }
  | { readonly off: 'some'; readonly interfaces: readonly string[] }
)

/** An interface that no route of the node leads out of carries nothing, whatever its switch says. */
export function forwardingOff(windows: readonly ConntrackWindow[]): readonly ForwardingOff[] {
  return windows.flatMap(({ node, forwarding }): readonly ForwardingOff[] => {
    if (forwarding === undefined) return []
    if (forwarding.all === false) return [{ node, off: 'all' }]
    const { routes } = forwarding
    const interfaces = forwarding.off.filter((name) => routes === null || routes.some((it) => it.device === name))
    return interfaces.length === 0 ? [] : [{ node, off: 'some', interfaces }]
  })
}

/** A node whose table leads to pods of others, but to none of these. */
export interface RouteMissing {
  readonly node: string
  readonly to: string
  /** Pods there that the node has no way to, but its default route, if any. */
  readonly ips: readonly string[]
  /** The default route that takes their packets; null where there is none. */
  readonly fallback: NodeRoute | null
  readonly others: readonly { readonly node: string; readonly route: NodeRoute }[]
}

const everywhere = '0.0.0.0/0'

/**
 * By the addresses that were seen, not by ranges that nodes are said to have: many CNIs keep ranges of their own. A
 * table that leads to no other node's pods says nothing: an overlay or another table does.
 */
export function routesMissing(
  windows: readonly ConntrackWindow[],
  ways: readonly NodeWay[],
  addresses: ReadonlyMap<string, ReadonlySet<string>>,
): readonly RouteMissing[] {
  return windows.flatMap(({ node, forwarding }): readonly RouteMissing[] => {
    const routes = forwarding?.routes ?? null
    if (routes === null) return []
    const others = [...addresses]
      .filter(([to]) => to !== node)
      .map(([to, ips]) => ({ to, ips: [...ips], route: routeTo(routes, [...ips]) }))
    const led = others.flatMap(({ to, route }) => (route === null ? [] : [{ node: to, route }]))
    if (led.length === 0) return []
    const fallback = routes.find((it) => it.to === everywhere) ?? null
    return others
      .filter(({ to, route }) => route === null && isClosed(ways, node, to))
      .map(({ to, ips }) => ({ node, to, ips, fallback, others: led }))
  })
}

function routeTo(routes: NonNullable<NodeForwarding['routes']>, ips: readonly string[]): NodeRoute | null {
  return routes.find((it) => it.to !== everywhere && ips.some((ip) => contains(it.to, ip))) ?? null
}

/** Nothing came through between these two, in either direction. */
export function isClosed(ways: readonly NodeWay[], a: string, b: string): boolean {
  const between = ways.filter((it) => (it.from === a && it.to === b) || (it.from === b && it.to === a))
  return between.some((it) => it.state === 'closed') && between.every((it) => it.state !== 'open')
}
