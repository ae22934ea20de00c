import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { textOrder } from '../../model/text-order.ts'
import { full, some } from '../../phrases.ts'
import { ownAddress } from '../../relations/service/service-endpoints.ts'
import { serviceSubject } from './words.ts'

/**
 * The API server gives each cluster address and node port to one Service. After a restore from a backup, with two API
 * servers of different ranges, or by an address that somebody wrote by hand it may be had twice: then the node sends
 * connections to either. External addresses nobody guards: the last writer of the rules wins.
 */
export default check({
  code: 'SVC221',
  slug: 'service/address-taken',
  title: 'two Services claim one address and port',
  fine: 'no two Services claim one address and port',
  severity: 'warning',
  needs: ['services'],
  remedies: [],
  decides: ['SVC-27', 'LB-14'],

  run({ services }) {
    const claims = services.flatMap(claimsOf)
    if (claims.length === 0) return notApplicable('no Service here has an address')
    const groups = [...Map.groupBy(claims, (it) => `${it.kind} ${it.at}`).values()]
    const pairs = groups.flatMap((its) => {
      const owners = [...new Map(its.map((it) => [full(it.service), it])).values()].toSorted((a, b) =>
        textOrder(full(a.service), full(b.service)),
      )
      const [first, second] = owners
      return first === undefined || second === undefined ? [] : [{ first, second, owners }]
    })
    const told = new Map(pairs.map((it) => [it.owners.map((one) => full(one.service)).join(' '), it]))
    return told.size > 0 ? [...told.values()].map(verdict) : ok(services.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} and ${some(args.others)} both claim ${args.at}: connections go to one of them, and ` +
      'not always to the same.',
    detail: ({ args }) => `${kinds[args.kind]} ${args.at} · claimed by ${args.claimed} Services`,
    note: ({ args }) => notes[args.kind],
    help: ({ subject: on, args }) => [
      args.kind === 'cluster-address'
        ? 'create one of the two Services again, without clusterIP in its spec, so that it gets an address of its own'
        : 'give one of the two another address or another port',
      `kubectl get services -A -o wide | grep -F ${args.address}`,
      `kubectl -n ${on.namespace} get service ${on.name} -o yaml`,
    ],
  },
})

type Kind = 'cluster-address' | 'external-address' | 'node-port'

const kinds: Readonly<Record<Kind, string>> = {
  'cluster-address': 'cluster address',
  'external-address': 'external address',
  'node-port': 'node port',
}

const notes: Readonly<Record<Kind, string>> = {
  'cluster-address':
    'the API server repairs its list of addresses every few minutes and says so in events ' +
    '(ClusterIPAlreadyAllocated), and changes neither Service',
  'external-address':
    'nobody keeps external addresses apart: where two Services have one, the rules of either may come first',
  'node-port': 'a node forwards a port once: the rules of either Service may come first',
}

interface Claim {
  readonly service: Service
  readonly kind: Kind
  readonly address: string
  /** What may be had once: an address, or an address with a port and its protocol. */
  readonly at: string
}

function claimsOf(service: Service): readonly Claim[] {
  const own = ownAddress(service)
  const balanced = service.loadBalancer?.addresses ?? []
  const outside = new Set([...balanced, ...(service.externalIPs ?? [])])
  return [
    ...(own === null ? [] : [{ service, kind: 'cluster-address', address: own, at: own } as const]),
    ...service.ports.flatMap((it): readonly Claim[] => [
      ...[...outside].map((address) => ({
        service,
        kind: 'external-address' as const,
        address,
        at: `${address}:${it.port}/${it.protocol}`,
      })),
      ...(it.nodePort === null
        ? []
        : [
            {
              service,
              kind: 'node-port' as const,
              address: String(it.nodePort),
              at: `port ${it.nodePort}/${it.protocol}`,
            },
          ]),
    ]),
  ]
}

interface Pair {
  readonly first: Claim
  readonly second: Claim
  readonly owners: readonly Claim[]
}

function verdict({ first, owners }: Pair) {
  return finding({
    subject: serviceSubject(first.service),
    confidence: 'inferred',
    args: {
      kind: first.kind,
      at: first.at,
      address: first.address,
      others: owners.slice(1).map((it) => full(it.service)),
      claimed: owners.length,
    },
    evidence: [
      {
        kind: 'shares',
        label: `${kinds[first.kind]} ${first.at}`,
        rows: owners.map((it) => ({ where: `Service ${full(it.service)}`, bad: 1, of: 1, note: it.service.type })),
      },
    ],
  })
}
