import type { Trouble } from '../../findings/trouble.ts'
import type { Model } from '../../model/sources.ts'
import type { ObjectStatus } from '../../model/status.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { count, some, told } from '../../phrases.ts'
import { put } from '../once.ts'
import { saysOfItself } from '../symptom.ts'
import { takesHost } from '../ingress/ingress-routes-to-service.ts'
import { isOfNetwork, tellsOfFailedCall } from './network-kinds.ts'

/** Objects that say of themselves that they are not as they should be, and that nothing else here judges. */
export function statusTroubles(model: Model): readonly Trouble[] {
  const { statuses, pods, workloads } = model.sources
  if (!statuses.known || model.scope.target.kind === 'dns') return []
  const bearsOn = bearing(model)
  return statuses.value
    .filter((it) => it.wrong && !(ofPods.has(it.kind) && (workloads.known || (it.type === 'Available' && pods.known))))
    .map((it) => ofStatus(it, bearsOn(it)))
}

/** What becomes of them is seen in their pods, and read of the workloads where all of these are in the file. */
const ofPods: ReadonlySet<string> = new Set(['Deployment', 'ReplicaSet'])

/** What on the way of traffic hangs on an object; null where nothing is known to. */
function bearing({ sources }: Model): (it: ObjectStatus) => readonly Subject[] | null {
  const { ingresses, services, beside } = sources
  const attached = new Map(
    (beside.known ? (beside.value.attachedPolicies ?? []) : []).map((it) => [
      `${it.kind} ${it.namespace}/${it.name}`,
      it.targets.map((to) => subject(to.kind, to.namespace ?? it.namespace, to.name)),
    ]),
  )
  const keptBy = new Map<string, Subject[]>()
  for (const { namespace, name, tls = [] } of ingresses.known ? ingresses.value : [])
    for (const { secret } of tls)
      put(keptBy, `${namespace}/${secret}`, () => []).push(subject('Ingress', namespace, name))
  const byNamespace = Map.groupBy(services.known ? services.value : [], (it) => it.namespace)
  return ({ kind, group, namespace, name, secret, said, host }) => {
    const targets = attached.get(`${kind} ${namespace}/${name}`)
    if (targets !== undefined) return targets
    if (host !== undefined && ingresses.known)
      return ingresses.value
        .filter((it) => it.rules.some((rule) => rule.host !== null && takesHost(rule.host, host)))
        .map((it) => subject('Ingress', it.namespace, it.name))
    if (secret !== undefined && ingresses.known) return keptBy.get(`${namespace}/${secret}`) ?? null
    // What makes a Service calls it as itself, or begins with its own name: Kafka `orders`, `orders-kafka-bootstrap`.
    const own = isQuiet.test(`${group}/${kind}`)
      ? []
      : (byNamespace.get(namespace ?? '') ?? []).filter((it) => it.name === name || it.name.startsWith(`${name}-`))
    if (own.length > 0) return own.map((it) => subject('Service', it.namespace, it.name))
    return ofPods.has(kind) || isOfNetwork(kind, group) || tellsOfFailedCall(said) ? [] : null
  }
}

/** What scales, stores and delivers is called as what it serves, and is not on its way. */
const isQuiet =
  /^(?:\/|apps\/|batch\/|policy\/|storage|autoscaling|argoproj\.io|keda\.sh|external-secrets\.io|[a-z]+\.toolkit\.flux)/

function ofStatus(it: ObjectStatus, on: readonly Subject[] | null): Trouble {
  const { kind, group, namespace, name, type, state, reason, said } = it
  const self = subject(kind, namespace, name)
  const inNamespace = namespace === null ? '' : ` -n ${namespace}`
  return {
    kind: 'reported',
    source: 'statuses',
    sufferer: self,
    involved: [self, ...(on ?? [])],
    keys: [saysOfItself(self)],
    // `state is Invalid`, of those that have no conditions.
    asked: /^(?:[a-z]+|certificateStatus)$/.test(type)
      ? `${type} is ${reason}`
      : `${type} is ${state}${reason === '' ? '' : ` (${reason})`}`,
    from: 'in its status',
    how: said === '' ? 'no message' : told(said, longestSaid),
    next: [`kubectl${inNamespace} describe ${kind.toLowerCase()}${group === '' ? '' : `.${group}`} ${name}`],
    bad: 1,
    of: 1,
    ms: null,
    weight: on === null ? 'sign' : 'nuisance',
  }
}

const longestSaid = 300

/** GKE's load balancer sends nothing to a backend that its own health check calls unhealthy. */
export function ingressTroubles(model: Model): readonly Trouble[] {
  const { ingresses } = model.sources
  if (!ingresses.known || model.scope.target.kind === 'dns') return []
  return ingresses.value.flatMap(({ namespace, name, health }) => {
    if (health === undefined || health.unhealthy.length === 0) return []
    const self = subject('Ingress', namespace, name)
    const [sick, backends] = [health.unhealthy.length, count(health.backends, 'backend')]
    return [
      {
        kind: 'reported' as const,
        source: 'ingresses' as const,
        sufferer: self,
        involved: [self],
        keys: [],
        asked: `${sick} of ${backends} of its load balancer ${sick === 1 ? 'is' : 'are'} UNHEALTHY`,
        from: 'in its annotation ingress.kubernetes.io/backends',
        how: some(health.unhealthy.map((it) => it.name)),
        next: [
          `kubectl -n ${namespace} describe ingress ${name}`,
          `kubectl -n ${namespace} get pods -o wide`,
          `kubectl -n ${namespace} get backendconfigs`,
        ],
        bad: sick,
        of: health.backends,
        ms: null,
        weight: 'nuisance' as const,
      },
    ]
  })
}
