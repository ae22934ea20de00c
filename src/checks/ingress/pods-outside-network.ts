import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { IpPool } from '../../model/beside.ts'
import type { Ingress, IngressClass, IngressController } from '../../model/ingress.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { byBlock } from '../../relations/cidr-index.ts'
import { isOfAlb, toldTarget } from '../../relations/ingress/albs.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { routesOf, servicesByName } from '../../relations/ingress/ingress-routes-to-service.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { ingressSubject } from './words.ts'

/**
 * Targets by address have to be of the network of the load balancer. Addresses that a network of nodes makes up among
 * themselves (Calico, Flannel, Cilium with a tunnel) are none: no target gets well (aws-load-balancer-controller,
 * docs/guide/ingress/annotations.md: target-type; its issue 783).
 */
export default check({
  code: 'ING405',
  slug: 'ingress/pods-outside-network',
  title: 'an AWS load balancer is to send to pods out of its reach',
  fine: 'pods to which AWS load balancers send have addresses of their network',
  severity: 'warning',
  needs: ['ingresses', 'services', 'pods', 'nodes'],
  wants: ['ingressClasses', 'ingressControllers', 'beside'],
  remedies: [],
  decides: [],

  run({ ingresses, services, pods, nodes, ingressClasses, ingressControllers, beside }) {
    const classes = ingressClasses.known ? ingressClasses.value : []
    const controllers = ingressControllers.known ? ingressControllers.value : []
    const find = servicesByName(services)
    const byIngress = ingresses
      .filter((it) => isOfAlb(it, classes))
      .flatMap((it) => {
        const its = [...new Set(routesOf(it).map(({ backend }) => backend.service))]
          .flatMap((name) => find(it.namespace, name) ?? [])
          .filter((service) => isByAddress(it, service, { controllers, classes }))
        return its.length === 0 ? [] : [{ on: ingressSubject(it), services: its }]
      })
    const byService = services
      .filter((it) => it.type === 'LoadBalancer' && it.loadBalancer?.sendsTo === 'pods')
      .map((it) => ({ on: subject('Service', it.namespace, it.name), services: [it] }))
    const asked = [...byIngress, ...byService]
    if (asked.length === 0) return notApplicable('no load balancer of AWS here sends to addresses of pods')
    const podsOf = podsOfServices(pods)
    const rangeOf = ownRanges(nodes, beside.known ? (beside.value.ipPools ?? []) : [])
    const isInVpc = nodes.some(({ agent }) => agent?.pod.startsWith('aws-node') === true)
    return asked.flatMap((it) => {
      const own = it.services.flatMap(podsOf).filter((one) => isLive(one) && !one.hostNetwork && one.ip !== null)
      if (own.length === 0) return [ok(1)]
      const inside = own.flatMap((one) => rangeOf(one) ?? [])
      if (inside.length === own.length) return [verdict(it, own, inside)]
      if (isInVpc) return [ok(1)]
      return [
        cannotTell(
          'ambiguous',
          `whether addresses of pods are of the network of the load balancer of ${it.on.kind} ${full(it.on)}`,
        ),
      ]
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The load balancer of ${on.kind} ${full(on)} is to send to addresses of pods, and these are in ` +
      `${some(args.ranges, 2)}, which the nodes have among themselves.`,
    detail: ({ args }) => `${count(args.pods, 'pod')}: ${some(args.ips, 3)} · Services: ${some(args.services, 3)}`,
    note: () =>
      'its targets never get well, and clients see 503 or 504; where the network of AWS routes these ranges to the ' +
      'nodes, it is well',
    help: ({ subject: on }) => [
      'set target-type: instance, with Services of type NodePort; or give pods addresses of the VPC (amazon-vpc-cni)',
      `kubectl -n ${on.namespace} describe ${on.kind.toLowerCase()} ${on.name}`,
      'kubectl get nodes -o custom-columns=NAME:.metadata.name,PODS:.spec.podCIDR',
    ],
  },
})

interface Around {
  readonly controllers: readonly IngressController[]
  readonly classes: readonly IngressClass[]
}

function isByAddress(ingress: Ingress, service: Service, { controllers, classes }: Around): boolean {
  const said = toldTarget(ingress, service)
  const usual = controllersOf(ingress, controllers, classes).find((it) => it.defaultTarget !== undefined)?.defaultTarget
  return (said ?? usual) === 'ip'
}

/** The range that is the nodes' own: their share of it, or a pool whose packets go in others. */
function ownRanges(nodes: readonly Node[], pools: readonly IpPool[]): (pod: Pod) => string | null {
  const tunnelled = pools.filter((it) => it.encapsulated !== 'never').map((it) => it.cidr)
  const shares = nodes.flatMap((it) => it.podCidrs ?? [])
  const inPools = byBlock(tunnelled, (it) => it)
  const inShares = byBlock(shares, (it) => it)
  return ({ ip }) => (ip === null ? null : (inPools(ip)[0] ?? inShares(ip)[0] ?? null))
}

function verdict(
  { on, services }: { readonly on: Subject; readonly services: readonly Service[] },
  own: readonly Pod[],
  ranges: readonly string[],
) {
  const ips = own.flatMap((it) => it.ip ?? [])
  return finding({
    subject: on,
    // Routes of the VPC may lead there.
    confidence: 'possible',
    args: { ranges: [...new Set(ranges)], pods: own.length, ips, services: services.map((it) => it.name) },
    evidence: [
      { kind: 'fact', label: 'addresses of pods', value: `${some(ips, 3)} in ${some([...new Set(ranges)], 3)}` },
    ],
  })
}
