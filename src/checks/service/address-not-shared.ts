import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { AddressPool } from '../../model/beside.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { LoadBalancer, Service } from '../../model/service.ts'
import { full, some } from '../../phrases.ts'
import { isPoolFor, poolOf } from '../../relations/service/metallb.ts'
import { addressesOf, type NotShared, samePorts, whyNotShared } from '../../relations/service/metallb-shares.ts'
import { noExternalAddress } from '../../relations/symptom.ts'
import { serviceSubject } from './words.ts'

/**
 * MetalLB gives an address to one Service, and to a second one alone if both say so by one key, have other ports, and
 * are both Cluster, or have one selector (metallb.io, "IP address sharing"). Else the later one stays pending, and so
 * does one for which no address of the pools is left.
 */
export default check({
  code: 'SVC279',
  slug: 'service/address-not-shared',
  title: 'MetalLB gives a Service no address, as others have it',
  fine: 'no Service waits for an address of MetalLB that another has',
  severity: 'error',
  needs: ['beside', 'services'],
  wants: ['namespaces'],
  remedies: [],
  decides: [],

  run({ beside, services, namespaces, scope }) {
    const { pools } = beside
    if (pools === null || pools.length === 0) return notApplicable('the file holds no pool of MetalLB')
    const balanced = services.flatMap((it) =>
      it.loadBalancer === undefined || isOfOthers(it.loadBalancer) ? [] : [{ service: it, balancer: it.loadBalancer }],
    )
    if (balanced.length === 0) return notApplicable('no Service here is for MetalLB')
    const holdersOf = Map.groupBy(
      balanced.flatMap(({ service, balancer }) => balancer.addresses.map((address) => ({ address, service }))),
      (it) => it.address,
    )
    const seen: Seen = { pools, namespaces, held: (it) => (holdersOf.get(it) ?? []).map((one) => one.service) }
    const waiting = balanced.filter((it) => it.balancer.addresses.length === 0)
    const found = waiting.flatMap((it) => judge(it, seen))
    if (found.length > 0) return found
    if (waiting.length > 0 && scope.namespace !== null)
      return cannotTell('not-asked', 'which addresses Services of other namespaces have was not read', '-A')
    return ok(balanced.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.why === 'full'
        ? `Service ${full(on)} gets no address from MetalLB: each of the ${args.count} of pool ${some(args.pools)} ` +
          'is taken.'
        : `Service ${full(on)} gets no address from MetalLB: it asks for ${args.address}, which Service ` +
          `${some(args.holders, 2)} has, and ${says[args.why](args)}.`,
    detail: ({ args }) => `sharing key: ${args.key ?? 'none'} · ${args.address} is held by ${some(args.holders, 3)}`,
    note: ({ args }) =>
      args.near === null
        ? 'it stays pending; inside the cluster the Service works all the same'
        : `annotation ${args.near} is none that MetalLB knows: its own is metallb.io/allow-shared-ip`,
    help: ({ subject: on, args }) => [
      cures[args.why],
      `kubectl -n ${on.namespace} describe service ${on.name}`,
      'kubectl get services -A --field-selector spec.type=LoadBalancer',
    ],
  },
})

type Why = NotShared | 'full'

const says: Readonly<Record<NotShared, (args: { readonly ports: readonly string[] }) => string>> = {
  'no-key': () => 'not both bear a key to share it by',
  'other-key': () => 'their keys to share it by differ',
  'other-pods': () => 'with externalTrafficPolicy Local only Services of one selector may share it',
  port: ({ ports }) => `both want port ${some(ports, 3)} of it`,
}

const cures: Readonly<Record<Why, string>> = {
  'no-key': 'give both the annotation metallb.io/allow-shared-ip with one value, or ask for another address',
  'other-key': 'give metallb.io/allow-shared-ip of both one value, or ask for another address',
  'other-pods': 'set externalTrafficPolicy: Cluster at both, or ask for another address',
  port: 'take another port at one of them, or ask for another address',
  full: 'add addresses to the pool, let Services share one (metallb.io/allow-shared-ip), or delete one that has one',
}

/** Another's class is served by another. */
function isOfOthers({ class: of, handedTo }: LoadBalancer): boolean {
  return (of !== null && !/metallb/i.test(of)) || handedTo !== undefined
}

interface Seen {
  readonly pools: readonly AddressPool[]
  readonly namespaces: Known<readonly Namespace[]>
  readonly held: (address: string) => readonly Service[]
}

interface Waiting {
  readonly service: Service
  readonly balancer: LoadBalancer
}

function judge({ service, balancer }: Waiting, seen: Seen) {
  const { asksAddresses = [] } = balancer
  if (asksAddresses.length === 0) return balancer.refused === undefined ? usedUp(service, balancer, seen) : []
  const taken = asksAddresses.flatMap((address) => {
    const pool = poolOf(seen.pools, address)
    const holders = seen.held(address).flatMap((holder) => {
      const why = whyNotShared(service, holder)
      return why === null ? [] : [{ why, holder }]
    })
    return pool === null || holders[0] === undefined ? [] : [{ address, pool, holders, why: holders[0].why }]
  })
  return taken.slice(0, 1).map(({ address, pool, holders, why }) =>
    verdict(service, {
      why,
      address,
      pools: [pool],
      holders: holders.map((it) => it.holder),
      count: 1,
    }),
  )
}

/** Each address of each pool that it may have is had by one that does not share it. */
function usedUp(service: Service, { asksPool }: LoadBalancer, { pools, held, namespaces }: Seen) {
  const isOwn = (it: AddressPool): boolean => (asksPool === undefined ? it.assigns === 'itself' : it.name === asksPool)
  const own = pools.filter((it) => isOwn(it) && isPoolFor(it, service, namespaces) !== false)
  const all = own.length === 0 ? null : addressesOf(own)
  if (all === null || all.length === 0) return []
  const isLeft = all.some((it) => held(it).every((one) => whyNotShared(service, one) === null))
  if (isLeft) return []
  const holders = [...new Set(all.flatMap(held))]
  return [
    verdict(service, { why: 'full', address: all.slice(0, 3).join(', '), pools: own, holders, count: all.length }),
  ]
}

interface Fault {
  readonly why: Why
  readonly address: string
  readonly pools: readonly AddressPool[]
  readonly holders: readonly Service[]
  /** Of the addresses that it may have. */
  readonly count: number
}

function verdict(service: Service, { why, address, pools, holders, count }: Fault) {
  const near = [service, ...holders].flatMap((it) => it.loadBalancer?.nearlyShares ?? []).at(0)
  return finding({
    subject: serviceSubject(service),
    also: holders.map(serviceSubject),
    confidence: 'inferred',
    args: {
      why,
      address,
      count,
      key: service.loadBalancer?.sharesBy ?? null,
      near: near ?? null,
      pools: pools.map((it) => it.name),
      holders: holders.map((it) => full(it)),
      ports: holders.flatMap((it) => samePorts(service, it)),
    },
    evidence: [service, ...holders.slice(0, 4)].map(sharing),
    causes: [noExternalAddress(service)],
  })
}

function sharing(service: Service): Evidence {
  const { addresses = [], sharesBy } = service.loadBalancer ?? {}
  const ports = service.ports.map((it) => `${it.port}/${it.protocol}`)
  return {
    kind: 'fact',
    label: `Service ${full(service)}`,
    value:
      `${addresses.join(', ') || 'no address'} · key ${sharesBy ?? 'none'} · ports ${some(ports)} · ` +
      (service.externalTrafficPolicy ?? 'Cluster'),
  }
}
