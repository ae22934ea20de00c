import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ObjectEvent } from '../../model/event.ts'
import type { LoadBalancer, Service } from '../../model/service.ts'
import { isAskedAbout, serviceSubject } from './words.ts'
import { full, told, shown, hearsay } from '../../phrases.ts'

/**
 * Some controller has to make the load balancer that the type asks for: the cloud's, MetalLB, kube-vip. Where there is
 * none nothing says so, and the address stays pending; where one fails, it says so in an event. Inside the cluster the
 * Service works all the same.
 */
export default check({
  code: 'SVC214',
  slug: 'service/no-external-address',
  title: 'a Service of type LoadBalancer has no external address',
  fine: 'every load balancer has an address',
  severity: 'warning',
  needs: ['services'],
  wants: ['events'],
  remedies: [],
  decides: ['LB-01', 'LB-02', 'LB-03'],

  run({ services, events, scope }) {
    const balanced = services.flatMap((service) =>
      service.loadBalancer === undefined ? [] : [{ service, balancer: service.loadBalancer }],
    )
    if (balanced.length === 0) return notApplicable('no Service here is of type LoadBalancer')
    const failures = new Map(
      (events.known ? events.value : []).filter(isFailure).map((it) => [`${it.namespace}/${it.object.name}`, it]),
    )
    const found = balanced.flatMap(({ service, balancer }) => {
      if (balancer.addresses.length > 0 && balancer.problem === null) return []
      const asked =
        scope.target.kind === 'object' &&
        isAskedAbout(scope, 'Service', service) &&
        scope.target.object.kind === 'Service'
      return [verdict(service, { balancer, failure: failures.get(full(service)) ?? null, asked })]
    })
    return found.length > 0 ? found : ok(balanced.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.case === 'ports'
        ? `Load balancer of Service ${full(on)} does not take all of its ports: ${told(args.said)}.`
        : `Service ${full(on)} has no external address` +
          `${args.said === '' ? '' : `: ${args.by === 'event' ? hearsay(args.said) : told(args.said)}`}.`,
    detail: ({ args }) => `type LoadBalancer · ${args.addresses} · class ${args.class}`,
    note: ({ args }) =>
      args.said === ''
        ? 'no controller has said a word about it: there is none for this class, or it is still at work; ' +
          'inside the cluster the Service is not touched by this'
        : 'inside the cluster the Service is not touched by this',
    help: ({ subject: on, args }) => [
      args.said === ''
        ? 'see who should make load balancers here (the cloud, MetalLB, kube-vip); where nobody does, ' +
          'NodePort or an Ingress is the way in'
        : 'fix what the controller names',
      `kubectl -n ${on.namespace} describe service ${on.name}`,
    ],
  },
})

/**
 * `SyncLoadBalancerFailed` (cloud-provider), `FailedBuildModel` and `FailedDeployModel` (AWS), `AllocationFailed`
 * (MetalLB).
 */
function isFailure({ object, reason }: ObjectEvent): boolean {
  return object.kind === 'Service' && /LoadBalancer|FailedBuildModel|FailedDeployModel|AllocationFailed/.test(reason)
}

interface Seen {
  readonly balancer: LoadBalancer
  readonly failure: ObjectEvent | null
  readonly asked: boolean
}

function verdict(service: Service, { balancer, failure, asked }: Seen) {
  const said = (balancer.problem ?? failure?.said ?? '').replace(/\.$/, '')
  return finding({
    subject: serviceSubject(service),
    confidence: balancer.problem === null ? 'possible' : 'inferred',
    // On a laptop's cluster it is so for good, and nobody minds.
    severity: said === '' && !asked ? 'info' : 'warning',
    args: {
      case: balancer.problem === null ? 'address' : 'ports',
      said,
      by: balancer.problem === null ? ('event' as const) : ('status' as const),
      addresses: balancer.addresses.join(', ') || 'no address in its status',
      class: balancer.class ?? "the cloud's own",
    },
    evidence: [
      { kind: 'fact', label: 'status.loadBalancer', value: balancer.addresses.join(', ') || 'empty' },
      ...(failure === null
        ? []
        : [{ kind: 'fact' as const, label: `event ${failure.reason}`, value: shown(failure.said) }]),
      ...(balancer.problem === null
        ? []
        : [{ kind: 'fact' as const, label: 'condition LoadBalancerPortsError', value: shown(balancer.problem) }]),
    ],
  })
}
