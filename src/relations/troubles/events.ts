import type { Trouble } from '../../findings/trouble.ts'
import type { ObjectEvent } from '../../model/event.ts'
import type { Known } from '../../model/known.ts'
import type { Model } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { told } from '../../phrases.ts'
import { isOfNetwork, tellsOfFailedCall } from './network-kinds.ts'

/** In seconds: the API server keeps Events for an hour, and what was put right since says so nowhere. */
const recent = 3600

/**
 * Warnings of which nothing else here knows. Events are of the past and anybody's, and most of what they complain of
 * was put right by the next try: so those of objects whose state is read are left to that state, and of the others
 * those are told that are recent, on the way of traffic, and of no object that says it is well.
 */
export function eventTroubles(model: Model): readonly Trouble[] {
  const { events } = model.sources
  if (!events.known || model.scope.target.kind === 'dns') return []
  const weightOf = weighing(model)
  return events.value
    .filter((it) => it.age !== undefined && it.age <= recent && !isOfComing.test(it.reason))
    .toSorted((a, b) => (a.age ?? 0) - (b.age ?? 0))
    .flatMap((it) => {
      const weight = weightOf(it)
      return weight === null ? [] : [ofEvent(it, isOpen(it) ? weight : 'sign')]
    })
}

/** Controllers try again, after a quarter of an hour at the latest: what has not been said since may be over. */
const patience = 20 * 60
/** What was said once may have been put right by the second try. */
const secondTry = 5 * 60

function isOpen({ age = 0, times }: ObjectEvent): boolean {
  return age <= (times > 1 ? patience : secondTry)
}

type Weight = Trouble['weight'] | null

const makers: ReadonlySet<string> = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'])

/** An autoscaler brings a node: no trouble. */
const isOfComing = /^(?:TriggeredScaleUp|Nominated)$/

/** Kinds whose state is read, with its reasons, or that are no part of any way. */
const judged: ReadonlySet<string> = new Set(
  [
    'Gateway GatewayClass HTTPRoute GRPCRoute TLSRoute TCPRoute UDPRoute HTTPProxy',
    'ConfigMap Endpoints EndpointSlice HorizontalPodAutoscaler Lease Namespace Secret',
    'PersistentVolume PersistentVolumeClaim PodDisruptionBudget VolumeSnapshot VolumeSnapshotContent',
  ].flatMap((it) => it.split(' ')),
)

/** Loops that try again, and others that findings of their own hold against what the object is now (SVC214, SVC232). */
const ofServices =
  /^(?:FailedTo|TopologyAware|ClusterIP|IPAddress|Port|NodePort|UnAvailable|InsufficientNumber)|LoadBalancer|Allocat/
/** The same of Ingresses: ING339. */
const ofIngresses = /^(?:Failed(?:BuildModel|DeployModel|ApplyModel|LoadGroupID)|Translate|Sync)$/
/** A node that is ready has started, and says little else that is of a network. */
const ofNodes = /CIDR|Route|Network/
/** The API server calls it for each object of a kind. */
const webhook = /failed (?:calling|to call) webhook/
/** How often a try that fails now and then has failed, to be more than that. */
const fewest = 3

function weighing({ sources }: Model): (it: ObjectEvent) => Weight {
  const { pods, services, ingresses, nodes, workloads, statuses } = sources
  const states = new Set((statuses.known ? statuses.value : []).map((it) => `${it.kind}/${placeOf(it)}`))
  // It is told by its own status (statuses.ts).
  const wrongMakers = new Set(
    (statuses.known ? statuses.value : []).filter((it) => it.wrong && it.type === 'ReplicaFailure').map(placeOf),
  )
  const podsOf = Map.groupBy(pods.known ? pods.value : [], (it) => `${it.namespace}/${it.owner?.name ?? ''}`)
  const [theServices, theIngresses] = [placesOf(services), placesOf(ingresses)]
  const theNodes = nodes.known ? new Set(nodes.value.map((it) => it.name)) : null

  const mayBeThere = (all: ReadonlySet<string> | null, it: ObjectEvent): Weight =>
    all?.has(keyOf(it)) === false ? null : 'nuisance'
  const judges: Readonly<Record<string, (it: ObjectEvent) => Weight>> = {
    Pod: (it) => (pods.known || it.times < fewest ? null : 'nuisance'),
    Node: (it) => (ofNodes.test(it.reason) && theNodes?.has(it.object.name) !== false ? 'nuisance' : null),
    Service: (it) => (ofServices.test(it.reason) ? null : mayBeThere(theServices, it)),
    Ingress: (it) => (ofIngresses.test(it.reason) ? null : mayBeThere(theIngresses, it)),
  }
  const full = new Set(
    (workloads.known ? workloads.value : [])
      .filter((it) => it.ready >= it.desired)
      .map((it) => `${it.kind}/${placeOf(it)}`),
  )
  const ofMaker = (it: ObjectEvent): Weight => {
    // What lacks pods says so. One that lacks none may be kept from the next, as any other object is then.
    if (workloads.known) return webhook.test(it.said) && full.has(`${it.object.kind}/${keyOf(it)}`) ? 'nuisance' : null
    // Of no more than a part of the workloads: pods that it made, and that are all ready, are what it lacked.
    const made = podsOf.get(keyOf(it)) ?? []
    const isPast = made.length > 0 && made.every((one) => one.ready)
    return isPast || !it.reason.startsWith('FailedCreate') ? null : 'nuisance'
  }

  return (it) => {
    const { kind } = it.object
    // It says so itself, or says that it is well.
    if (states.has(`${kind}/${keyOf(it)}`) || judged.has(kind)) return null
    if (makers.has(kind)) return beginnings(keyOf(it)).some((one) => wrongMakers.has(one)) ? null : ofMaker(it)
    const judge = Object.hasOwn(judges, kind) ? judges[kind] : undefined
    if (judge !== undefined) return judge(it)
    if (tellsOfFailedCall(it.said) || isOfNetwork(kind)) return 'nuisance'
    return it.times < fewest ? null : 'sign'
  }
}

function keyOf({ namespace, object: { name } }: ObjectEvent): string {
  return `${namespace}/${name}`
}

type Named = { readonly namespace: string; readonly name: string }

function placesOf(all: Known<readonly Named[]>): ReadonlySet<string> | null {
  return all.known ? new Set(all.value.map(placeOf)) : null
}

/** `shop/web-7d9f-x2x` was made by `shop/web-7d9f` or `shop/web`; the place itself among them. */
function beginnings(place: string): readonly string[] {
  const parts = place.split('-')
  return parts
    .slice(0, 10)
    .map((_, index) => parts.slice(0, index + 1).join('-'))
    .concat(place)
}

function placeOf({ namespace, name }: { readonly namespace: string | null; readonly name: string }): string {
  return `${namespace ?? ''}/${name}`
}

const longestSaid = 300

function ofEvent({ namespace, object, reason, said, times }: ObjectEvent, weight: Trouble['weight']): Trouble {
  const self = subject(object.kind, namespace, object.name)
  return {
    kind: 'reported',
    source: 'events',
    sufferer: self,
    involved: [self],
    keys: [],
    asked: reason,
    from: 'in an Event',
    how: told(said, longestSaid),
    next: [
      `kubectl -n ${namespace} get events --field-selector involvedObject.name=${object.name}`,
      `kubectl -n ${namespace} describe ${object.kind.toLowerCase()} ${object.name}`,
    ],
    bad: times,
    of: times,
    ms: null,
    weight,
  }
}
