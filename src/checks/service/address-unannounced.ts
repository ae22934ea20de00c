import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { AddressPool, Advertisement } from '../../model/beside.ts'
import type { IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { Node } from '../../model/node.ts'
import type { EndpointSlice, LoadBalancer, Service } from '../../model/service.ts'
import { full, some } from '../../phrases.ts'
import { frontsBeside } from '../../relations/ingress/fronts-beside.ts'
import { selectorText } from '../../relations/selector.ts'
import {
  announcing,
  choosesNode,
  excludingLabel,
  isPoolFor,
  poolOf,
  speakersHeed,
  speakingNodes,
} from '../../relations/service/metallb.ts'
import { countEndpoints, slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { noExternalAddress } from '../../relations/symptom.ts'
import { serviceSubject } from './words.ts'

/**
 * MetalLB assigns an address from a pool, and announces it if an advertisement covers the pool: of an address that
 * nobody announces the Service looks well, and no packet comes. With externalTrafficPolicy Local only nodes with an
 * endpoint announce, of those that the advertisement chooses.
 */
export default check({
  code: 'SVC282',
  slug: 'service/address-unannounced',
  title: 'MetalLB gives a Service no address, or announces it from nowhere',
  fine: 'addresses that MetalLB gave to Services here are announced',
  severity: 'error',
  needs: ['beside', 'services', 'endpointSlices'],
  wants: ['nodes', 'pods', 'ingressControllers', 'namespaces'],
  remedies: [],
  decides: [],

  run({ beside, services, endpointSlices, nodes, pods, ingressControllers, namespaces }) {
    const { pools } = beside
    if (pools === null || pools.length === 0) return notApplicable('the file holds no pool of MetalLB')
    const slicesOf = slicesOfServices(endpointSlices)
    const own = services.flatMap((it) =>
      it.loadBalancer === undefined
        ? []
        : [{ on: it, balancer: it.loadBalancer, homes: isLocal(it) ? homesOf(slicesOf(it)) : null }],
    )
    const seen: Seen = {
      pools,
      namespaces,
      all: beside.advertisements,
      peers: beside.bgpPeers,
      peerNames: beside.bgpPeerNames ?? [],
      nodes: nodes.known ? nodes.value : [],
      heeds: !pods.known || speakersHeed(pods.value) !== false,
      speaking: pods.known ? speakingNodes(pods.value) : null,
    }
    const verdicts = [...own, ...balancedBeside(services, ingressControllers)].flatMap((it) => judge(it, seen))
    return verdicts.length > 0 ? verdicts : notApplicable('no Service here has an address of a pool')
  },

  words: {
    headline: ({ subject: on, args }) => `Service ${full(on)} ${says[args.why](args)}.`,
    detail: ({ args }) =>
      `pools: ${some(args.pools)} · ` +
      (args.adverts.length === 0
        ? `advertisements for it: none${args.held ? '' : ' in the file'}`
        : some(args.adverts)),
    note: ({ args }) => notes[args.why],
    help: ({ subject: on, args }) => [
      cures[args.why],
      `kubectl -n ${args.home} get ipaddresspools -o yaml`,
      `kubectl -n ${args.home} get l2advertisements -o yaml`,
      `kubectl -n ${args.home} get bgpadvertisements -o yaml`,
      `kubectl -n ${on.namespace} describe service ${on.name}`,
    ],
  },
})

type Why = 'unassigned' | 'not-for-it' | 'no-pool' | 'no-address' | 'unannounced' | Silent
/** Why none of the nodes announces it, though an advertisement is for it. */
type Silent = 'chosen' | 'speaker' | 'excluded' | 'no-node' | 'no-peer'

interface Told {
  readonly address: string
  readonly pools: readonly string[]
  readonly adverts: readonly string[]
}

const says: Readonly<Record<Why, (args: Told) => string>> = {
  unassigned: () => 'gets no address from MetalLB: no pool is given out by itself (autoAssign: false)',
  'not-for-it': ({ pools }) =>
    `gets no address from MetalLB: pool ${some(pools)} is not for it, as its serviceAllocation says`,
  'no-pool': ({ address }) => `gets no address from MetalLB: it asks for pool ${address}, and there is none`,
  'no-address': ({ address }) => `gets no address from MetalLB: it asks for ${address}, which no pool has`,
  unannounced: ({ address, pools }) =>
    `has address ${address} of MetalLB's pool ${some(pools)}, which no advertisement announces`,
  chosen: ({ address, adverts }) =>
    `has address ${address}, which no node announces: the nodeSelectors of ${some(adverts)} match none`,
  speaker: ({ address }) => `has address ${address}, which no node announces: on those that may is no ready speaker`,
  excluded: ({ address }) =>
    `has address ${address}, which no node announces: those that may are kept from load balancers by a label`,
  'no-peer': ({ address, adverts }) =>
    `has address ${address}, of which no router is told: the peers of ${some(adverts)} are no BGPPeers`,
  'no-node': ({ address }) =>
    `has address ${address}, which no node announces: those that may have no endpoint of it, and it is Local`,
}

const nobody = 'inside the cluster the address works; outside nobody answers for it (ARP, BGP)'

const notes: Readonly<Record<Why, string>> = {
  unassigned: 'a Service has to ask for such a pool by an annotation',
  'not-for-it': 'it stays pending: the namespace of the Service, or its labels, are none of those that may have one',
  'no-pool': 'it stays pending: MetalLB takes no other pool in its place',
  'no-address': 'it stays pending: MetalLB takes no other address in its place',
  unannounced: nobody,
  chosen: nobody,
  speaker: nobody,
  excluded: `${nobody}; speakers that are started with --ignore-exclude-lb do not heed the label`,
  'no-peer': nobody,
  'no-node': 'with externalTrafficPolicy Local a node without an endpoint does not announce the address',
}

const cures: Readonly<Record<Why, string>> = {
  unassigned: 'set autoAssign of a pool, or annotate the Service: metallb.io/address-pool',
  'not-for-it': 'widen serviceAllocation of the pool, label the Service as it asks, or make a pool for it',
  'no-pool': 'name a pool that there is (metallb.io/address-pool), leave the annotation out, or make the pool',
  'no-address': 'ask for an address of a pool, or add it to one',
  unannounced: 'make an L2Advertisement (or a BGPAdvertisement) for the pool',
  chosen: 'choose nodes that there are, by labels that they bear, or leave nodeSelectors out',
  speaker: "see why MetalLB's speaker does not run there: its tolerations, its nodeSelector, its log",
  excluded: `choose other nodes, or take the label ${excludingLabel} off`,
  'no-peer': 'name BGPPeers that there are (`kubectl get bgppeers -A`), or leave `peers` out: then it is each',
  'no-node': 'choose nodes that have endpoints, run the pods on those that announce, or set Cluster',
}

/** Another's class is served by another. */
function isOfOthers({ class: of }: Pick<LoadBalancer, 'class'>): boolean {
  return of !== null && !/metallb/i.test(of)
}

function isLocal(service: Service): boolean {
  return service.externalTrafficPolicy === 'Local'
}

function homesOf(slices: readonly EndpointSlice[]): readonly string[] {
  return countEndpoints(slices).ready.flatMap((it) => it.node ?? [])
}

interface Balanced {
  readonly on: Pick<Service, 'namespace' | 'name' | 'labels'>
  readonly balancer: Pick<LoadBalancer, 'addresses' | 'class' | 'asksFor' | 'asksPool' | 'asksAddresses'>
  /** Nodes that alone announce it; null: each may. */
  readonly homes: readonly string[] | null
}

function balancedBeside(
  services: readonly Service[],
  controllers: Known<readonly IngressController[]>,
): readonly Balanced[] {
  return frontsBeside(services, controllers)
    .filter((it) => it.addresses.length > 0)
    .map((front) => ({
      on: front,
      balancer: { addresses: front.addresses, class: null },
      homes: front.localOn ?? null,
    }))
}

interface Seen {
  readonly pools: readonly AddressPool[]
  readonly namespaces: Known<readonly Namespace[]>
  /** null: the file holds none at all. */
  readonly all: readonly Advertisement[] | null
  /** Absent where nobody counted them. */
  readonly peers: number | undefined
  readonly peerNames: readonly string[]
  readonly nodes: readonly Node[]
  readonly speaking: ReadonlySet<string> | null
  /** The speakers heed the label that keeps nodes from load balancers. */
  readonly heeds: boolean
}

function judge(it: Balanced, seen: Seen) {
  const { pools, all } = seen
  const [address] = it.balancer.addresses
  const held = all !== null
  if (address === undefined) {
    const asked = askedInVain(it.balancer, pools)
    if (asked !== null) return [verdict(it, { ...asked, pools, adverts: [], held: true })]
    const closed = closedTo(it, seen)
    if (closed.length > 0)
      return [verdict(it, { why: 'not-for-it', pools: closed, address: '', adverts: [], held: true })]
    const isOther = it.balancer.class !== null || it.balancer.asksFor !== undefined
    if (isOther || pools.some((one) => one.assigns === 'itself')) return []
    return [verdict(it, { why: 'unassigned', pools, address: '', adverts: [], held: true })]
  }
  const pool = poolOf(pools, address)
  if (pool === null) return []
  const adverts = announcing(all ?? [], pool)
  const untold = adverts.length > 0 && adverts.every((one) => isToldToNobody(one, seen.peerNames)) ? 'no-peer' : null
  const why = adverts.length === 0 ? 'unannounced' : (whySilent(adverts, it.homes, seen) ?? untold)
  // By BGP nobody hears of it without a peer, and a file may leave these out.
  if (why === null && seen.peers === 0 && adverts.every((one) => one.kind === 'BGPAdvertisement'))
    return [cannotTell('cut-off', `${address} is announced by BGP alone, and the file holds no BGPPeer of MetalLB's`)]
  const [on] = adverts
  // A node that has none of them stays silent (metallb.io, "Advanced L2 configuration").
  if (why === null && on !== undefined && adverts.every((one) => (one.interfaces ?? []).length > 0))
    return [
      cannotTell(
        'not-asked',
        `${address} is announced on interface ${some(adverts.flatMap((one) => one.interfaces ?? []))} alone, and ` +
          'which interfaces the nodes have was not read',
      ),
    ]
  return [why === null ? ok(1) : verdict(it, { why, pools: [pool], address, adverts, held })]
}

/** It names peers, and the file holds peers, and none of them (metallb.io, "Advertise to a subset of peers"). */
function isToldToNobody({ peers = [] }: Advertisement, names: readonly string[]): boolean {
  return peers.length > 0 && names.length > 0 && !peers.some((it) => names.includes(it))
}

/** null: a node announces it, as far as is known. That all nodes bear the label is SVC223's. */
function whySilent(
  adverts: readonly Advertisement[],
  homes: readonly string[] | null,
  { nodes, speaking, heeds }: Seen,
): Silent | null {
  if (nodes.length === 0) return null
  const chosen = nodes.filter((node) => adverts.some((it) => choosesNode(it, node)))
  if (chosen.length === 0) return 'chosen'
  const able = chosen.filter(({ name }) => speaking?.has(name) !== false)
  if (able.length === 0) return 'speaker'
  const isHeeded = heeds && nodes.some((it) => !isExcluded(it))
  const open = isHeeded ? able.filter((it) => !isExcluded(it)) : able
  if (open.length === 0) return 'excluded'
  // Without endpoints there is another fault.
  if (homes === null || !nodes.some((it) => homes.includes(it.name))) return null
  if (open.some((it) => homes.includes(it.name))) return null
  return able.some((it) => homes.includes(it.name)) ? 'excluded' : 'no-node'
}

function isExcluded({ labels }: Node): boolean {
  return Object.hasOwn(labels, excludingLabel)
}

/**
 * The pool or the address that it asks for, which no pool is or has: MetalLB gives it none then, and says so in an
 * event `AllocationFailed`. Another's class is served by another, who reads `loadBalancerIP` by rules of its own.
 */
function askedInVain(
  { class: of, asksPool, asksAddresses = [] }: Balanced['balancer'],
  pools: readonly AddressPool[],
): { readonly why: 'no-pool' | 'no-address'; readonly address: string } | null {
  if (isOfOthers({ class: of })) return null
  if (asksPool !== undefined && !pools.some((it) => it.name === asksPool)) return { why: 'no-pool', address: asksPool }
  // A range of IPv6 that is no CIDR is not read.
  const isUnread = pools.some((it) => it.addresses.some((one) => one.includes(':') && !one.includes('/')))
  const outside = asksAddresses.find((it) => !(isUnread && it.includes(':')) && poolOf(pools, it) === null)
  return outside === undefined ? null : { why: 'no-address', address: outside }
}

/** The pools that it asks for, or that are given out by themselves, where none of them is for Services like it. */
function closedTo({ on, balancer }: Balanced, { pools, namespaces }: Seen): readonly AddressPool[] {
  const { asksPool, asksAddresses = [] } = balancer
  if (isOfOthers(balancer)) return []
  const isMeant = (it: AddressPool): boolean => {
    if (asksAddresses.length > 0) return asksAddresses.some((one) => poolOf([it], one) !== null)
    return asksPool === undefined ? it.assigns === 'itself' : it.name === asksPool
  }
  const meant = pools.filter(isMeant)
  return meant.every((it) => isPoolFor(it, on, namespaces) === false) ? meant : []
}

interface Fault {
  readonly why: Why
  readonly pools: readonly AddressPool[]
  readonly address: string
  readonly adverts: readonly Advertisement[]
  /** Whether the file holds advertisements at all. */
  readonly held: boolean
}

function verdict({ on }: Balanced, { why, pools, address, adverts, held }: Fault) {
  const isPending = ['unassigned', 'not-for-it', 'no-pool', 'no-address'].includes(why)
  const choices = [...new Set(adverts.flatMap((it) => (it.nodesBy ?? []).map((one) => selectorText(one))))]
  return finding({
    subject: serviceSubject(on),
    confidence: why === 'excluded' || (why === 'unannounced' && !held) ? 'possible' : 'inferred',
    args: {
      why,
      address,
      held,
      home: pools[0]?.namespace ?? 'metallb-system',
      pools: pools.map((it) => it.name),
      adverts: adverts.map((it) => `${it.kind} ${it.name}`),
    },
    evidence: [
      {
        kind: 'fact',
        label: 'IPAddressPools',
        value: some(
          pools.map((it) => `${it.name}: ${some(it.addresses)}${it.assigns === 'itself' ? '' : ', autoAssign false'}`),
        ),
      },
      ...(choices.length === 0 ? [] : [{ kind: 'fact' as const, label: 'nodeSelectors', value: some(choices) }]),
    ],
    ...(isPending ? { causes: [noExternalAddress(on)] } : {}),
  })
}
