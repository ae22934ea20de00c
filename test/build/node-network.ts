import { known } from '../../src/model/known.ts'
import type { MtuPath, NodeLink, NodeNetwork, NodeNetworks, NodeRoute } from '../../src/model/node-network.ts'
import { node } from './node.ts'

/** For tests: three nodes whose pods have 10.2.N.0/24, with a route to each other's. */

const names = ['worker-1', 'worker-2', 'worker-3'] as const

export const threeNodes = names.map((name, i) =>
  node(name, { ip: `192.168.0.1${i + 1}`, podCidrs: [`10.2.${i + 1}.0/24`] }),
)

export function link(name: string, about: Partial<NodeLink> = {}): NodeLink {
  return { name, kind: 'other', mtu: 1500, addresses: [], reversePath: 'off', forwards: true, ...about }
}

export function routesOf(name: string): readonly NodeRoute[] {
  return [
    { to: '0.0.0.0/0', via: '192.168.0.1', dev: 'eth0' },
    { to: '192.168.0.0/24', via: null, dev: 'eth0' },
    ...names.map((it, i) =>
      it === name
        ? { to: `10.2.${i + 1}.0/24`, via: null, dev: 'cni0' }
        : { to: `10.2.${i + 1}.0/24`, via: `192.168.0.1${i + 1}`, dev: 'eth0' },
    ),
  ]
}

export function network(name: string, about: Partial<NodeNetwork> = {}): NodeNetwork {
  const i = names.findIndex((it) => it === name) + 1
  return {
    node: name,
    way: 'host-network-pod',
    links: [
      link('eth0', { addresses: [`192.168.0.1${i}/24`] }),
      link('cni0', { kind: 'bridge', addresses: [`10.2.${i}.1/24`] }),
    ],
    routes: routesOf(name),
    forwards: { v4: true, v6: false },
    bridgeCalls: 'on',
    proxy: { health: 'well', said: 'HTTP 200', mode: 'iptables' },
    reversePathDrops: 0,
    drops: known([]),
    nftTables: known([]),
    ...about,
  }
}

export function mtuPath(from: string, to: string, about: Partial<MtuPath> = {}): MtuPath {
  return { node: from, to, ip: '10.2.2.1', mtu: 1500, asked: 3, small: 3, large: 3, back: 3, ...about }
}

/** `changes` by node; all paths are well unless told otherwise. */
export function networks(
  changes: Readonly<Record<string, Partial<NodeNetwork>>> = {},
  paths?: readonly MtuPath[],
): NodeNetworks {
  return {
    nodes: names.map((it) => network(it, changes[it])),
    paths: paths ?? names.flatMap((a) => names.filter((b) => b !== a).map((b) => mtuPath(a, b))),
    missing: [],
  }
}
