import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { AddressPool, CiliumAnnouncer } from '../../model/beside.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { poolOf } from '../../relations/service/metallb.ts'

/**
 * Cilium's LB IPAM gives a Service its address, and another object has to say that the address is announced: a
 * CiliumBGPPeeringPolicy announces the pods' ranges of its own, and Services only by its serviceSelector.
 */
export default check({
  code: 'NOD571',
  slug: 'node/bgp-without-services',
  title: 'Cilium speaks BGP, and announces no Service by it',
  fine: 'an object of Cilium announces addresses of Services that it chooses',
  severity: 'warning',
  needs: ['beside', 'services'],
  remedies: [],
  decides: [],

  run({ beside, services }) {
    const { ciliumAnnouncers = [], ciliumPools = [], advertisements } = beside
    const waiting = services.filter((it) => isCiliums(it, ciliumPools))
    if (waiting.length === 0) return notApplicable('no Service here has an address of a pool of Cilium')
    if ((advertisements ?? []).length > 0) return notApplicable('MetalLB announces addresses here')
    if (ciliumAnnouncers.length === 0)
      return cannotTell('cut-off', 'the file holds nothing by which Cilium announces addresses (BGP, L2)')
    if (ciliumAnnouncers.some((it) => it.services === 'some'))
      return ok(ciliumAnnouncers.length, 'which Services its selectors choose was not judged')
    return verdict(ciliumAnnouncers, waiting)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${on.name} has no selector for Services, so that Cilium announces no address of a Service` +
      `: ${some(args.services, 3)} ${args.services.length > 1 ? 'have' : 'has'} one.`,
    detail: ({ args }) => `${some(args.announcers, 3)} · addresses: ${some(args.addresses, 3)}`,
    note: () =>
      'inside the cluster the address works; outside no router hears of it, unless somebody set a route to it by hand',
    help: ({ subject: on, args }) => [
      args.isPolicy
        ? 'add serviceSelector to the virtual router, for all Services: ' +
          'matchExpressions: [{key: somekey, operator: NotIn, values: [never-used-value]}]'
        : 'add an advertisement of advertisementType Service, with addresses [LoadBalancerIP] and a selector',
      `kubectl get ${on.kind.toLowerCase()} ${on.name} -o yaml`,
      'cilium bgp routes advertised ipv4 unicast',
    ],
  },
})

/** Of a class of another it is another's. */
function isCiliums({ loadBalancer }: Service, ranges: readonly string[]): boolean {
  const [address] = loadBalancer?.addresses ?? []
  if (loadBalancer === undefined || address === undefined) return false
  if (loadBalancer.class !== null && !loadBalancer.class.startsWith('io.cilium/')) return false
  const pool: AddressPool = { namespace: '', name: '', addresses: ranges, assigns: 'itself' }
  return poolOf([pool], address) !== null
}

function verdict(announcers: readonly CiliumAnnouncer[], waiting: readonly Service[]) {
  const [first] = announcers
  if (first === undefined) return []
  return [
    finding({
      subject: subject(first.kind, null, first.name),
      also: waiting.slice(0, 20).map((it) => subject('Service', it.namespace, it.name)),
      // What a file holds of them need not be all, and routes may be set by hand.
      confidence: 'possible',
      args: {
        services: waiting.map((it) => `Service ${full(it)}`),
        addresses: waiting.flatMap((it) => it.loadBalancer?.addresses ?? []),
        announcers: announcers.map((it) => `${it.kind} ${it.name}`),
        isPolicy: first.kind === 'CiliumBGPPeeringPolicy',
      },
      evidence: announcers.slice(0, 4).map((it) => ({
        kind: 'fact' as const,
        label: `${it.kind} ${it.name}`,
        value: 'announces no load balancer: it has no selector for Services',
      })),
    }),
  ]
}
