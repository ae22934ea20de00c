import type { ConntrackWindow, NodeRoute } from '../../src/model/counters.ts'
import type { Sources } from '../../src/model/sources.ts'
import { contacts, repeat, toPod } from './contacts.ts'
import { clusterDns } from './dns.ts'
import { conntrackOf, probe } from './lookups.ts'
import { pod } from './pod.ts'

export type Way = (from: string, to: string) => boolean

/** `10.2.N.0/24`, by the node's place among all. */
export function rangeOf(nodes: readonly string[], name: string): string {
  return `10.2.${nodes.indexOf(name) + 1}.0/24`
}

/** One pod on each of `homes`, which every node's probe connects to on two ports; a way that is not open is silent. */
export function mesh(
  nodes: readonly string[],
  isOpen: Way,
  ports: readonly number[] = [8080, 9090],
  homes: readonly string[] = nodes,
): Pick<Sources, 'pods' | 'contacts' | 'dnsProbe' | 'clusterDns' | 'networkPolicies' | 'namespaces'> {
  const pods = nodes
    .map((node, index) => pod(`cart-${index + 1}`, { node, ip: `10.2.${index + 1}.9` }))
    .filter((it) => homes.includes(it.node ?? ''))
  const connects = nodes.flatMap((from) =>
    pods.flatMap((to) =>
      ports.map((port) =>
        toPod('cart', from, to, repeat(5, isOpen(from, to.node ?? '') ? 'open' : 'timeout'), { port }),
      ),
    ),
  )
  return {
    pods,
    contacts: contacts(connects),
    dnsProbe: probe({ nodes }),
    // Without pods, so that nothing but connects tells.
    clusterDns: clusterDns({ pods: [] }),
    networkPolicies: [],
    namespaces: [],
  }
}

/** Both ways between these two are silent. */
export function cutBetween(a: string, b: string): Way {
  return (from, to) => !((from === a && to === b) || (from === b && to === a))
}

/** Whatever goes to this node or comes from it is lost, but for what stays on it. */
export function cutOff(node: string): Way {
  return (from, to) => from === to || (from !== node && to !== node)
}

export const cutEverywhere: Way = (from, to) => from === to

type Forwarding = NonNullable<ConntrackWindow['forwarding']>

/** A node with a route to the pods of each other one, as host-gw writes them. */
export function forwardingOf(nodes: readonly string[], node: string, about: Partial<Forwarding> = {}): ConntrackWindow {
  const routes = nodes.map((name, index): NodeRoute => ({
    to: rangeOf(nodes, name),
    via: name === node ? null : `192.0.2.${index + 1}`,
    device: name === node ? 'cni0' : 'eth0',
  }))
  const forwarding = { all: true, off: [], routes: [defaultRoute, ...routes], ...about }
  return { ...conntrackOf(node), forwarding }
}

export const defaultRoute: NodeRoute = { to: '0.0.0.0/0', via: '192.0.2.254', device: 'eth0' }
