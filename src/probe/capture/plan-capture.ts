import { type FilterCode, filterCode } from '../../wire/capture-bpf.ts'
import { type Filter, filterText, hostFilter } from '../../wire/capture-filter.ts'
import type { IpAddress } from '../../wire/dns-name.ts'
import type { PodUid } from '../../wire/node-names.ts'

/** One end of what is captured. */
export interface End {
  readonly namespace: string
  readonly name: string
  readonly uid: PodUid
  readonly node: string
  readonly addresses: readonly IpAddress[]
  /** In the node's own network: it has no veth, and no network of its own. */
  readonly hostNetwork: boolean
}

export interface CaptureWish {
  readonly client: End
  readonly servers: readonly End[]
  /** Addresses that lead to `servers` and to nobody else. */
  readonly serviceAddresses: readonly IpAddress[]
  /** Ports that the Service leads from, and to, where the two differ. */
  readonly movedPorts: readonly number[]
  /** Of the client's node: what its source NAT writes. */
  readonly nodeAddresses: readonly IpAddress[]
  readonly places: ReadonlySet<PointPlace>
  readonly filter: Filter | null
  readonly snaplen: number
}

export const pointPlaces = ['client', 'node', 'server'] as const
export type PointPlace = (typeof pointPlaces)[number]

/** One place where packets are to be taken, before its devices are known. */
export interface PointPlan {
  readonly name: string
  readonly node: string
  readonly at:
    | { readonly kind: 'pod' | 'veth'; readonly end: End }
    | { readonly kind: 'uplink'; readonly towards: readonly IpAddress[] }
  /** Its place on the way from the client to the servers; one that stands for a missing one has several. */
  readonly stages: readonly number[]
  /** Where packets go that must pass here; null: wherever they go. */
  readonly hears: readonly IpAddress[] | null
  readonly filter: Filter
  readonly code: FilterCode
  /** What is written anew on the way: whether a filter lets a packet through can't be told without it. */
  readonly translation: Translation
}

interface Translation {
  readonly leads: readonly IpAddress[]
  readonly masks: readonly IpAddress[]
  readonly moves: readonly number[]
}

export type CapturePlan =
  | { readonly kind: 'plan'; readonly points: readonly PointPlan[] }
  | { readonly kind: 'refused'; readonly why: string }

/** On the way from the client to a server. */
const stage = { client: 0, clientVeth: 1, clientNode: 2, serverNode: 3, serverVeth: 4, server: 5 } as const

/** A Service may have a hundred ports; a comment has its length. */
const mostMoves = 32

/** What carries the capture itself: the API server's way to the kubelet, and konnectivity's. */
const ownWay: Filter = {
  op: 'not',
  of: { op: 'or', parts: [10_250, 8132].map((port) => ({ op: 'port', protocol: 'tcp', side: null, port })) },
}

export function planCapture(wish: CaptureWish): CapturePlan {
  const points = pointsOf(wish)
  const planned: PointPlan[] = []
  const translation = {
    leads: wish.serviceAddresses,
    masks: wish.nodeAddresses.filter((its) => !wish.client.addresses.includes(its)),
    moves: wish.movedPorts.slice(0, mostMoves),
  }
  for (const it of points) {
    const code = filterCode(it.filter)
    if (code === null) return { kind: 'refused', why: 'the filter is too long for the kernel' }
    planned.push({ ...it, code, translation })
  }
  return planned.length === 0
    ? { kind: 'refused', why: 'no point is left to capture at' }
    : { kind: 'plan', points: planned }
}

function pointsOf(wish: CaptureWish): readonly Omit<PointPlan, 'code' | 'translation'>[] {
  const { client, servers, places } = wish
  // A server in its node's own network has no place of its own: what a Service sends there could not be told from lost.
  const shared = servers.some((it) => it.hostNetwork) ? [] : wish.serviceAddresses
  const seen = servers.filter((it) => !it.hostNetwork || it.node !== client.node)
  const hears = [...new Set([...seen.flatMap((it) => it.addresses), ...shared])]
  const nodes = [...new Set(servers.map((it) => it.node))].filter((it) => it !== client.node)
  const near = servers.filter((it) => it.node === client.node)
  const many = (name: string, index: number, of: number): string => (of === 1 ? name : `${name}-${index + 1}`)
  const atPod = everything(wish)
  const atServer = ofServer(wish)
  const atNode = ofNode(wish)
  const towards = servers.filter((it) => it.node !== client.node).flatMap((it) => it.addresses)
  return [
    ...(places.has('client') && !client.hostNetwork
      ? [
          {
            name: 'client',
            node: client.node,
            at: { kind: 'pod' as const, end: client },
            stages: [stage.client],
            hears: null,
            filter: atPod,
          },
        ]
      : []),
    ...(places.has('node') && !client.hostNetwork
      ? [
          {
            name: 'client-veth',
            node: client.node,
            at: { kind: 'veth' as const, end: client },
            stages: [stage.clientVeth],
            hears: null,
            filter: atPod,
          },
        ]
      : []),
    ...(places.has('node') || (places.has('client') && client.hostNetwork)
      ? [
          {
            name: 'client-node',
            node: client.node,
            at: { kind: 'uplink' as const, towards },
            stages: [stage.clientNode],
            hears,
            filter: atNode,
          },
        ]
      : []),
    ...(places.has('server')
      ? nodes.map((node, index) => ({
          name: many('server-node', index, nodes.length),
          node,
          at: { kind: 'uplink' as const, towards: client.addresses },
          stages: [stage.serverNode],
          hears: [...servers.filter((it) => it.node === node).flatMap((it) => it.addresses), ...shared],
          filter: atNode,
        }))
      : []),
    // Of a server beside the client, what leaves the one goes to the other by no uplink: its veth is the next place.
    ...servers.flatMap((end, index) => {
      const isNear = near.includes(end)
      if (end.hostNetwork || !(places.has('server') || (isNear && places.has('node')))) return []
      return [
        {
          name: many('server-veth', index, servers.length),
          node: end.node,
          at: { kind: 'veth' as const, end },
          stages: isNear ? [stage.clientNode, stage.serverNode, stage.serverVeth] : [stage.serverVeth],
          hears: isNear ? hears : [...end.addresses, ...shared],
          filter: atServer,
        },
      ]
    }),
    ...(places.has('server')
      ? servers
          .filter((it) => !it.hostNetwork)
          .map((end) => ({
            name: many('server', servers.indexOf(end), servers.length),
            node: end.node,
            at: { kind: 'pod' as const, end },
            stages: [stage.server],
            hears: [...end.addresses, ...shared],
            filter: atServer,
          }))
      : []),
  ]
}

/**
 * What is left to be expected at each point where others could not be opened: a packet to a Service may have gone past
 * a point that is missing, and one to a server beside the client too.
 */
export function withoutMissing(there: readonly PointPlan[], missing: readonly PointPlan[]): readonly PointPlan[] {
  const onServers = missing.filter((it) => it.stages.some((its) => its >= stage.clientNode))
  if (onServers.length === 0) return there
  const own = new Set([...there, ...missing].flatMap(({ at }) => (at.kind === 'uplink' ? [] : at.end.addresses)))
  const gone = new Set(onServers.flatMap(({ at }) => (at.kind === 'veth' ? at.end.addresses : [])))
  return there.map((it) => ({ ...it, hears: it.hears?.filter((its) => own.has(its) && !gone.has(its)) ?? null }))
}

/** In the client's own network: all that was asked for. */
function everything({ filter, servers, serviceAddresses }: CaptureWish): Filter {
  if (filter !== null) return filter
  const hosts = [...servers.flatMap((it) => it.addresses), ...serviceAddresses]
  return hosts.length === 0 ? { op: 'or', parts: families } : orIcmp(anyHost(hosts))
}

/**
 * What rejects a packet says so from an address of its own, a router's or a node's: without its word "refused" would
 * read as "lost".
 */
export function orIcmp(filter: Filter): Filter {
  return { op: 'or', parts: [filter, { op: 'protocol', name: 'icmp' }, { op: 'protocol', name: 'icmp6' }] }
}

const families: readonly Filter[] = [
  { op: 'protocol', name: 'ip' },
  { op: 'protocol', name: 'ip6' },
]

/** At a server: a filter stands as it is, since the client's address may have been replaced on the way. */
function ofServer({ filter, client, nodeAddresses }: CaptureWish): Filter {
  return filter ?? orIcmp(anyHost([...client.addresses, ...nodeAddresses]))
}

/**
 * On a node's uplink addresses may be replaced, of the server by kube-proxy and of the client by source NAT: so a
 * filter stands without the client's address, and without one what opens connections of the node itself is in it too.
 */
function ofNode({ filter, client, servers, serviceAddresses, nodeAddresses }: CaptureWish): Filter {
  const others = [...servers.flatMap((it) => it.addresses), ...serviceAddresses]
  const translated: Filter = {
    op: 'and',
    parts: [
      anyHost(nodeAddresses),
      {
        op: 'or',
        parts: [
          { op: 'turning' },
          { op: 'port', protocol: 'udp', side: null, port: 53 },
          { op: 'protocol', name: 'icmp' },
        ],
      },
    ],
  }
  const wide = [
    anyHost([...client.addresses, ...others]),
    ...(others.length > 0 || nodeAddresses.length === 0 ? [] : [translated]),
  ]
  return { op: 'and', parts: [filter ?? { op: 'or', parts: wide }, ownWay] }
}

function anyHost(addresses: readonly IpAddress[]): Filter {
  return { op: 'or', parts: [...new Set(addresses)].map((it) => hostFilter(it)) }
}

/** What the file says of a point: for people, and for the comparison of points (answers/capture/stages.ts). */
export function commentOf({ node, at, stages, hears, translation }: PointPlan, device: string): string {
  const place =
    at.kind === 'uplink'
      ? `uplink of node ${node}`
      : `${at.kind === 'pod' ? 'in' : 'veth of'} pod ${at.end.namespace}/${at.end.name} on node ${node}`
  const { leads, masks, moves } = translation
  const orNone = (its: readonly (string | number)[]): string => (its.length === 0 ? 'none' : its.join(' '))
  return (
    `${place}, device ${device}; stages ${stages.join(' ')}; hears ${hears?.join(' ') ?? 'all'}` +
    `; leads ${orNone(leads)}; masks ${orNone(masks)}; moves ${orNone(moves)}`
  )
}

export function filterOf({ filter }: PointPlan): string {
  return filterText(filter)
}
