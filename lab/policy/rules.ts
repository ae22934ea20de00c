// The nftables ruleset of one node. Packets between pods of the same node are bridged, and br_netfilter hands them to
// the forward hook of the inet family too; behind DNAT, so that the addresses are those of pods. What a node itself
// sends to its pods (the kubelet's probes) goes through the output hook and is never filtered, as the API demands. What
// a pod sends to its own node, such as to a DNS cache there, comes in through the input hook, and its egress decides.
import { type Block, gates, type Objects, type Opening, type PodGates, type Ports } from './gates.ts'

export const TABLE = 'hopscope_lab_policy'

export function rulesets(objects: Objects, nodes: readonly string[]): ReadonlyMap<string, string> {
  const all = gates(objects)
  return new Map(nodes.map((node) => [node, ruleset(all.filter((pod) => pod.node === node))]))
}

/** The table is made, deleted and made again in one transaction: there is no moment without rules. */
function ruleset(pods: readonly PodGates[]): string {
  const ordered = pods.toSorted((a, b) => a.ip.localeCompare(b.ip, 'en'))
  const isolated = ordered.flatMap((pod) => [
    ...(pod.egress === null ? [] : [{ pod, direction: 'egress' as const, openings: pod.egress }]),
    ...(pod.ingress === null ? [] : [{ pod, direction: 'ingress' as const, openings: pod.ingress }]),
  ])
  const lines = [
    `table inet ${TABLE}`,
    `delete table inet ${TABLE}`,
    `table inet ${TABLE} {`,
    ...isolated.flatMap(({ pod, direction, openings }) => chain(pod, direction, openings)),
    '  chain forward {',
    '    type filter hook forward priority filter; policy accept;',
    '    ct state established,related accept',
    ...isolated.map(
      ({ pod, direction }) => `    ip ${side(direction).own} ${pod.ip} jump ${chainName(pod, direction)}`,
    ),
    '  }',
    '  chain input {',
    '    type filter hook input priority filter; policy accept;',
    '    ct state established,related accept',
    ...isolated
      .filter(({ direction }) => direction === 'egress')
      .map(({ pod, direction }) => `    ip ${side(direction).own} ${pod.ip} jump ${chainName(pod, direction)}`),
    '  }',
    '}',
  ]
  return `${lines.join('\n')}\n`
}

type Direction = 'ingress' | 'egress'

function side(direction: Direction): { readonly own: string; readonly peer: string } {
  return direction === 'ingress' ? { own: 'daddr', peer: 'saddr' } : { own: 'saddr', peer: 'daddr' }
}

function chainName(pod: PodGates, direction: Direction): string {
  return `${direction}_${pod.ip.replaceAll('.', '_')}`
}

/** `return` and not `accept`: a packet that may leave its own pod has yet to pass the gate of the other. */
function chain(pod: PodGates, direction: Direction, openings: readonly Opening[]): readonly string[] {
  const { peer } = side(direction)
  return [
    `  chain ${chainName(pod, direction)} {`,
    `    comment "${pod.namespace}/${pod.name}"`,
    `    ip ${peer} ${pod.ip} return`,
    ...new Set(openings.flatMap((opening) => opened(opening, peer))),
    '    counter drop',
    '  }',
  ]
}

function opened({ peers, ports }: Opening, peer: string): readonly string[] {
  const from =
    peers === null ? [''] : [...single(peers, peer), ...peers.filter(isRange).map((block) => range(block, peer))]
  const to = ports === null ? [''] : ports.map(portMatch)
  return from.flatMap((source) => to.map((port) => `    ${source}${port}return`))
}

function isRange(block: Block): boolean {
  return block.except.length > 0 || !block.cidr.endsWith('/32')
}

function single(peers: readonly Block[], peer: string): readonly string[] {
  const addresses = [
    ...new Set(peers.filter((block) => !isRange(block)).map((block) => block.cidr.replace(/\/32$/, ''))),
  ]
  return addresses.length === 0 ? [] : [`ip ${peer} { ${addresses.toSorted().join(', ')} } `]
}

function range({ cidr, except }: Block, peer: string): string {
  // nft has no /0: any IPv4 address is what the protocol says.
  const within = cidr.endsWith('/0') ? 'meta nfproto ipv4 ' : `ip ${peer} ${cidr} `
  return except.length === 0 ? within : `${within}ip ${peer} != { ${except.toSorted().join(', ')} } `
}

function portMatch({ protocol, range: ports }: Ports): string {
  const name = protocol.toLowerCase()
  if (ports === null) return `meta l4proto ${name} `
  const [first, last] = ports
  return `${name} dport ${first === last ? first : `${first}-${last}`} `
}
