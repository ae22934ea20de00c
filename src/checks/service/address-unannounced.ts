import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { AddressPool, Advertisement } from '../../model/beside.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { full, some } from '../../phrases.ts'
import { hasPairs } from '../../relations/selector.ts'
import { announcing, poolOf } from '../../relations/service/metallb.ts'
import { countEndpoints, slicesOfServices } from '../../relations/service/service-endpoints.ts'
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
  fine: 'MetalLB has pools for the Services here, and advertisements for their addresses',
  severity: 'error',
  needs: ['beside', 'services', 'endpointSlices'],
  wants: ['nodes'],
  remedies: [],
  decides: [],

  run({ beside, services, endpointSlices, nodes }) {
    const { pools } = beside
    if (pools === null || pools.length === 0) return notApplicable('the file holds no pool of MetalLB')
    const slicesOf = slicesOfServices(endpointSlices)
    const verdicts = services.flatMap((service) => {
      const balancer = service.loadBalancer
      if (balancer === undefined) return []
      const [address] = balancer.addresses
      if (address === undefined) {
        const isOther = balancer.class !== null || balancer.asksFor !== undefined
        if (isOther || pools.some((it) => it.assigns === 'itself')) return []
        return [verdict(service, { why: 'unassigned', pools, address: '', adverts: [], held: true })]
      }
      const pool = poolOf(pools, address)
      if (pool === null) return []
      const adverts = announcing(beside.advertisements ?? [], pool)
      const seen = { pools: [pool], address, adverts, held: beside.advertisements !== null }
      if (adverts.length === 0) return [verdict(service, { ...seen, why: 'unannounced' })]
      const isFromNowhere = isLocal(service) && nobodyAnnounces(adverts, slicesOf(service), nodes)
      return [isFromNowhere ? verdict(service, { ...seen, why: 'no-node' }) : ok(1)]
    })
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

type Why = 'unassigned' | 'unannounced' | 'no-node'

interface Told {
  readonly address: string
  readonly pools: readonly string[]
}

const says: Readonly<Record<Why, (args: Told) => string>> = {
  unassigned: () => 'gets no address from MetalLB: no pool is given out by itself (autoAssign: false)',
  unannounced: ({ address, pools }) =>
    `has address ${address} of MetalLB's pool ${some(pools)}, which no advertisement announces`,
  'no-node': ({ address }) =>
    `has address ${address}, which no node announces: those that may have no endpoint of it, and it is Local`,
}

const notes: Readonly<Record<Why, string>> = {
  unassigned: 'a Service has to ask for such a pool by an annotation',
  unannounced: 'inside the cluster the address works; outside nobody answers for it (ARP, BGP)',
  'no-node': 'with externalTrafficPolicy Local a node without an endpoint does not announce the address',
}

const cures: Readonly<Record<Why, string>> = {
  unassigned: 'set autoAssign of a pool, or annotate the Service: metallb.io/address-pool',
  unannounced: 'make an L2Advertisement (or a BGPAdvertisement) for the pool',
  'no-node': 'choose nodes that have endpoints, run the pods on those that announce, or set Cluster',
}

function isLocal(service: Service): boolean {
  return service.externalTrafficPolicy === 'Local'
}

/** What is chosen by expressions may be any node; one that speaks BGP is judged alike. */
function nobodyAnnounces(
  adverts: readonly Advertisement[],
  slices: readonly EndpointSlice[],
  nodes: Known<readonly Node[]>,
): boolean {
  if (!nodes.known || adverts.some((it) => it.nodes === null || it.choosesNodes === 'expressions')) return false
  const homes = new Set(countEndpoints(slices).ready.flatMap((it) => it.node ?? []))
  // Without endpoints there is another fault.
  if (homes.size === 0) return false
  return !nodes.value.some(
    (node) => homes.has(node.name) && adverts.some((it) => it.nodes?.some((pairs) => hasPairs(pairs, node.labels))),
  )
}

interface Seen {
  readonly why: Why
  readonly pools: readonly AddressPool[]
  readonly address: string
  readonly adverts: readonly Advertisement[]
  /** Whether the file holds advertisements at all. */
  readonly held: boolean
}

function verdict(service: Service, { why, pools, address, adverts, held }: Seen) {
  return finding({
    subject: serviceSubject(service),
    confidence: why === 'unannounced' && !held ? 'possible' : 'inferred',
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
    ],
  })
}
