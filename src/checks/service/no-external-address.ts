import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Evidence } from '../../findings/evidence.ts'
import type { Subject } from '../../model/subject.ts'
import type { ObjectEvent } from '../../model/event.ts'
import type { Pod } from '../../model/pod.ts'
import type { LoadBalancer, Service } from '../../model/service.ts'
import { beforeLastResorts } from '../../relations/pod-problem.ts'
import { type Lack, lackOf } from '../../relations/service/balancer-makers.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { noExternalAddress, podsUnready } from '../../relations/symptom.ts'
import { withoutTrailing } from '../../wire/trim-end.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { isAskedAbout, serviceSubject } from './words.ts'
import { full, told, shown, hearsay, some } from '../../phrases.ts'

/**
 * Some controller has to make the load balancer that the type asks for: the cloud's, MetalLB, kube-vip. Where there is
 * none nothing says so, and the address stays pending; where one fails, it says so in an event. k3s makes a pod on each
 * node that takes the Service's ports of the node, and where another has them those pods wait. Inside the cluster the
 * Service works all the same.
 */
export default check({
  code: 'SVC214',
  slug: 'service/no-external-address',
  title: 'a Service of type LoadBalancer has no external address',
  fine: 'every load balancer has an address',
  severity: 'warning',
  needs: ['services'],
  wants: ['events', 'pods', 'nodes'],
  remedies: [],
  decides: ['LB-01', 'LB-02', 'LB-03'],

  run({ services, events, pods, nodes, scope }) {
    const balanced = services.flatMap((service) =>
      service.loadBalancer === undefined ? [] : [{ service, balancer: service.loadBalancer }],
    )
    if (balanced.length === 0) return notApplicable('no Service here is of type LoadBalancer')
    const failures = new Map(
      (events.known ? events.value : []).filter(isFailure).map((it) => [`${it.namespace}/${it.object.name}`, it]),
    )
    const frontOf = frontsOf(pods.known ? pods.value : [])
    const found = balanced.flatMap(({ service, balancer }) => {
      if (balancer.addresses.length > 0 && balancer.problem === null) return []
      const asked =
        scope.target.kind === 'object' &&
        isAskedAbout(scope, 'Service', service) &&
        scope.target.object.kind === 'Service'
      const failure = failures.get(full(service)) ?? null
      const lack = lackOf(balancer, { pods, nodes, isWhole: scope.namespace === null })
      return [verdict(service, { balancer, failure, front: frontOf(service), asked, lack })]
    })
    return found.length > 0 ? found : ok(balanced.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.case === 'ports'
        ? `Load balancer of Service ${full(on)} does not take all of its ports: ${told(args.said)}.`
        : `Service ${full(on)} has no external address` +
          (args.holders.length === 0
            ? ''
            : `: port ${args.taken.join(', ')} of the nodes is taken by ${some(args.holders, 2)}`) +
          (args.said === '' ? '' : `${args.holders.length > 0 ? ';' : ':'} ${sayer(args)}`) +
          lackText(args) +
          '.',
    detail: ({ args }) =>
      `type LoadBalancer · ${args.addresses} · ${args.class === null ? 'no loadBalancerClass' : `class ${args.class}`}`,
    note: ({ args }) =>
      `${args.front === null ? silence(args) : frontText(args.front)}` +
      'inside the cluster the Service is not touched by this',
    help: ({ subject: on, args }) => [nextStep(args), `kubectl -n ${on.namespace} describe service ${on.name}`],
  },
})

/**
 * `SyncLoadBalancerFailed` (cloud-provider), `FailedBuildModel` and `FailedDeployModel` (AWS), `AllocationFailed`
 * (MetalLB).
 */
function isFailure({ object, reason }: ObjectEvent): boolean {
  return object.kind === 'Service' && /LoadBalancer|FailedBuildModel|FailedDeployModel|AllocationFailed/.test(reason)
}

/** The pods by which k3s's servicelb takes a Service's ports on nodes, where none of them has begun. */
interface Front {
  readonly pods: readonly Pod[]
  readonly said: string
  readonly taken: readonly number[]
  readonly holders: readonly Pod[]
}

const frontLabel = 'svccontroller.k3s.cattle.io/svcname'

function frontsOf(pods: readonly Pod[]): (service: Service) => Front | null {
  const live = pods.filter(isLive)
  const fronts = Map.groupBy(
    live.filter((it) => it.labels[frontLabel] !== undefined),
    ({ labels }) => `${labels['svccontroller.k3s.cattle.io/svcnamespace'] ?? ''}/${labels[frontLabel] ?? ''}`,
  )
  return (service) => {
    const own = fronts.get(full(service)) ?? []
    const said = own.find((it) => it.scheduling !== undefined)?.scheduling
    if (said === undefined || own.some((it) => it.node !== null)) return null
    const wanted = new Set(own.flatMap(hostPorts))
    const holders = /free ports/.test(said)
      ? live.filter((it) => it.node !== null && hostPorts(it).some((one) => wanted.has(one)))
      : []
    const taken = [...wanted].filter((it) => holders.some((one) => hostPorts(one).includes(it)))
    return { pods: own, said: beforeLastResorts(said), taken, holders }
  }
}

function hostPorts({ containers }: Pod): readonly number[] {
  return containers.flatMap(({ ports }) => ports.flatMap((it) => it.hostPort ?? []))
}

function frontText(front: string): string {
  return `${front} was made to take its ports on the nodes, and none of its pods has a node; `
}

interface Said {
  readonly said: string
  readonly by: 'event' | 'status' | 'scheduler'
  readonly own: string | null
  readonly front: string | null
  readonly holders: readonly string[]
  readonly lack: Lack['is'] | null
}

const stepsFor: Readonly<Record<Lack['is'], string>> = {
  'not-here':
    "install that controller, or take the annotation or the class away: a new Service without it is the cloud's own",
  off: 'set svc_enable to "true" in kube-vip, and give it addresses (kube-vip-cloud-provider, or loadBalancerIP)',
  'not-ready': 'see why its pods are not ready',
  nobody:
    'install one (MetalLB, kube-vip) with addresses of your network; or take NodePort or an Ingress as the way in',
}

function sayer({ said, by }: Said): string {
  if (by === 'event') return hearsay(said)
  return by === 'scheduler' ? `its pods wait for a node: ${told(said)}` : told(said)
}

function nextStep({ said, own, holders, lack }: Said): string {
  if (holders.length > 0)
    return 'give the Service another port, or lead what has the port to it: on a node each port has one owner'
  if (said !== '') return 'fix what the controller names'
  return lack === null ? makerOf(own) : stepsFor[lack]
}

interface Silent {
  readonly said: string
  readonly own: string | null
  readonly lack: Lack['is'] | null
  /** So young that its controller may be at work still. */
  readonly isYoung: boolean
}

interface Lacking {
  readonly lack: Lack['is'] | null
  readonly maker: string
  readonly workload: string
}

function lackText({ lack, maker, workload }: Lacking): string {
  switch (lack) {
    case null:
      return ''
    case 'not-here':
      return `: it is handed to ${maker}, of which no pod is here`
    case 'off':
      return `: ${workload} (${maker}) is told to serve no Services`
    case 'not-ready':
      return `: ${workload} (${maker}), which would give it one, has no ready pod`
    case 'nobody':
      return ': no pod of a controller that makes load balancers is here, and no node is of a cloud'
  }
}

interface Seen {
  readonly balancer: LoadBalancer
  readonly failure: ObjectEvent | null
  readonly front: Front | null
  readonly asked: boolean
  readonly lack: Lack | null
}

function silence({ said, own, lack, isYoung }: Silent): string {
  if (said !== '') return ''
  if (lack !== null) return lack === 'nobody' ? 'a controller that runs outside of the cluster is not seen; ' : ''
  return own === null
    ? 'no controller has said a word about it: there is none for this class' +
        (isYoung ? ', or it is still at work; ' : ', as it has had the time; ')
    : `the cloud's own controller leaves a Service alone that names a class: only one for ${own} takes it, and none ` +
        'has said a word; '
}

function makerOf(own: string | null): string {
  return own === null
    ? 'see who should make load balancers here (the cloud, MetalLB, kube-vip); where nobody does, NodePort or an ' +
        'Ingress is the way in'
    : `see whether the controller for ${own} runs; a class cannot be changed, so that another one takes a new Service`
}

/**
 * Clouds take minutes to make one (and the age is only kept of what is younger than a day).
 */
const settledSeconds = 300

/** No cloud takes an hour. The age is kept of what is younger than a day alone. */
const atWorkSeconds = 3600

/**
 * "Any default load balancer implementation (e.g. cloud providers) should ignore Services that set this field" (core/v1
 * types.go, loadBalancerClass): who wrote a class meant one controller, and its silence is no laptop's.
 */
function isUnclaimed(service: Service, balancer: LoadBalancer): boolean {
  return balancer.class !== null && balancer.addresses.length === 0 && !isYoung(service)
}

function isYoung({ youngSeconds = Infinity }: Service): boolean {
  return youngSeconds < settledSeconds
}

function evidenceOf(balancer: LoadBalancer, failure: ObjectEvent | null, front: Front | null): readonly Evidence[] {
  return [
    { kind: 'fact', label: 'status.loadBalancer', value: balancer.addresses.join(', ') || 'empty' },
    ...(failure === null
      ? []
      : [{ kind: 'fact' as const, label: `event ${failure.reason}`, value: shown(failure.said) }]),
    ...(balancer.problem === null
      ? []
      : [{ kind: 'fact' as const, label: 'condition LoadBalancerPortsError', value: shown(balancer.problem) }]),
    ...(balancer.refused === undefined
      ? []
      : [
          {
            kind: 'fact' as const,
            label: 'condition cilium.io/IPAMRequestSatisfied',
            value: shown(balancer.refused),
          },
        ]),
    ...(front === null
      ? []
      : [{ kind: 'fact' as const, label: 'pods that wait', value: some(front.pods.map((it) => it.name)) }]),
    ...(front === null || front.holders.length === 0
      ? []
      : [
          {
            kind: 'fact' as const,
            label: 'pods that have the port',
            value: some(front.holders.map((it) => it.name)),
          },
        ]),
  ]
}

function makersOf(front: Front | null): readonly Subject[] {
  return [...new Map((front?.pods ?? []).map((it) => [workloadOfPod(it).name, workloadOfPod(it)])).values()]
}

function named({ kind, ...it }: Subject): string {
  return `${kind} ${full(it)}`
}

function argsOf(balancer: LoadBalancer, front: Front | null) {
  const [maker] = makersOf(front)
  return {
    front: maker === undefined ? null : named(maker),
    taken: front?.taken ?? [],
    holders: [...new Set((front?.holders ?? []).map((it) => named(workloadOfPod(it))))],
    addresses: balancer.addresses.join(', ') || 'no address in its status',
    class: balancer.class,
    own: balancer.class,
  }
}

function lackArgs(lack: Lack | null): Lacking {
  return {
    lack: lack?.is ?? null,
    maker: lack !== null && 'who' in lack ? lack.who : '',
    workload: lack !== null && 'workload' in lack ? lack.workload : '',
  }
}

function statedBy(front: Front | null, refused: string | null): Said['by'] {
  if (front !== null) return 'scheduler'
  return refused === null ? 'event' : 'status'
}

/** On a laptop's cluster it is so for good, and nobody minds. */
function unanswered(service: Service, { balancer, isHeard, lack }: Pick<Seen, 'balancer' | 'lack'> & Heard) {
  const isLacking = lack !== null && lack.is !== 'nobody' && !isYoung(service)
  return isHeard || isLacking || isUnclaimed(service, balancer) ? ('warning' as const) : ('info' as const)
}

interface Heard {
  /** Somebody says why, or asks. */
  readonly isHeard: boolean
}

function verdict(service: Service, { balancer, failure, front: waiting, asked, lack: found }: Seen) {
  const front = balancer.problem === null && balancer.addresses.length === 0 ? waiting : null
  const refused = balancer.addresses.length === 0 ? (balancer.refused ?? null) : null
  const words = balancer.problem ?? front?.said ?? refused ?? failure?.said ?? ''
  const said = withoutTrailing(words.trimEnd(), '.')
  const makers = makersOf(front)
  const stated = statedBy(front, refused)
  const lack = said === '' ? found : null
  const isHeard = said !== '' || asked
  return finding({
    subject: serviceSubject(service),
    also: makers,
    confidence: [balancer.problem, front, refused].every((it) => it === null) ? 'possible' : 'inferred',
    severity: front !== null && front.holders.length > 0 ? 'error' : unanswered(service, { balancer, isHeard, lack }),
    args: {
      case: balancer.problem === null ? 'address' : 'ports',
      said,
      ...lackArgs(lack),
      by: balancer.problem === null ? stated : ('status' as const),
      ...argsOf(balancer, front),
      isYoung: (service.youngSeconds ?? Infinity) < atWorkSeconds,
    },
    evidence: evidenceOf(balancer, failure, front),
    symptoms: balancer.addresses.length === 0 ? [noExternalAddress(service)] : [],
    causes: makers.map(podsUnready),
  })
}
