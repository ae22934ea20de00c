import type { Trouble } from '../../findings/trouble.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Model } from '../../model/sources.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { isIpv6 } from '../../wire/ip-family.ts'
import { count, full, ms as asTime } from '../../phrases.ts'
import { isTargetPod } from '../asked-about.ts'
import { podEnd, policyNames, type PolicyRules, policyRules } from '../policy/policy-allows.ts'
import { isPrivate } from '../private-address.ts'
import {
  type Crowd,
  crowdsOf,
  type Peer,
  peersAmong,
  servicesTo,
  type SocketSight,
  socketSights,
  type Unaccepted,
  unacceptedOf,
  waitingOf,
} from '../service/pod-sockets.ts'
import { targetPortIn } from '../service/service-endpoints.ts'
import { podsOfServices } from '../service/service-selects-pod.ts'
import {
  apiOutOfReach,
  apiWayLost,
  calleeOutOfReach,
  endpointsAnswerBadly,
  goneAsked,
  largeLost,
  largeRequestsLost,
  noEndpoints,
  notAccepted,
  sourcePortsTaken,
  stoppedOnTheWay,
  svcUnanswered,
  wayClosed,
} from '../symptom.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { needsNoNames } from './inside-sufferer.ts'

/** Who calls so many that do not answer looks for who is there, or is told of all of them: nobody waits for each. */
const mostCalled = 8

/**
 * What the connections of users' own programs suffer, as their sockets show it: nothing of hopscope's had to fail for
 * it, and whoever opened them waits right now.
 */
export function socketTroubles(model: Model): readonly Trouble[] {
  const { insideViews, pods } = model.sources
  if (!insideViews.known || !pods.known) return []
  const sights = socketSights(insideViews.value, pods.value)
  if (sights.length === 0) return []
  const around = aroundIn(model, pods.value)
  return sights.flatMap((it) => [
    ...ofWaiting(it, around),
    ...ofUnheard(it, around),
    ...unacceptedOf(it).map((one) => ofUnaccepted(one, it, around)),
    ...crowdsOf(it).map((one) => ofCrowd(one, it, around)),
  ])
}

interface Around {
  readonly model: Model
  readonly pods: readonly Pod[]
  readonly peerOf: ReturnType<typeof peersAmong>
  readonly servicesOf: ReturnType<typeof servicesTo>
  readonly podsOf: (service: Service) => readonly Pod[]
  readonly decide: PolicyRules | null
}

function aroundIn(model: Model, pods: readonly Pod[]): Around {
  const { networkPolicies, namespaces, services } = model.sources
  return {
    model,
    pods,
    peerOf: peersAmong({ ...model.sources, pods, scope: model.scope }),
    servicesOf: servicesTo(services, pods),
    podsOf: podsOfServices(pods),
    decide: networkPolicies.known ? policyRules(networkPolicies.value, namespaces) : null,
  }
}

function ofWaiting(sight: SocketSight, around: Around): readonly Trouble[] {
  const waiting = waitingOf(sight, around.model.sources).filter(
    (it) => it.ms >= 1000 || around.peerOf(sight.pod, it).kind !== 'outside',
  )
  const isLooking = new Set(waiting.map((it) => it.ip)).size > mostCalled
  return waiting.map((it): Trouble => {
    const peer = around.peerOf(sight.pod, it)
    const stoppers = stoppersOf(sight.pod, { peer, ...it }, around)
    const by = stoppers.length === 0 ? '' : `; ${policyNames(stoppers)} does not let it through`
    return {
      ...about(sight, { peer, ...it, stoppers }, around),
      asked: placeText(peer, it),
      how: `no answer to ${count(it.sockets, 'connect')} for ${asTime(it.ms)} or more${whyText(peer, it)}${by}`,
      bad: it.sockets,
      of: it.sockets,
      ms: it.ms,
      next: nextOf(sight, it.ip),
      weight:
        isLooking || (it.ms >= longAgoMs && isReached(sight.pod, it, around.model))
          ? 'sign'
          : weightOf(sight.pod, { peer, ip: it.ip, stoppers }, around),
    }
  })
}

/** A kernel asks again after 1, 2, 4, 8 s: for so long a connect may not know that what was in its way is gone. */
const longAgoMs = 3000

/** The same address was connected to meanwhile, out of this very pod, or from its node each time. */
function isReached(
  pod: Pod,
  { ip, port }: { readonly ip: string; readonly port: number },
  { sources: { crossings, contacts } }: Model,
): boolean {
  const isThere = (it: { readonly host: string; readonly port: number }): boolean => it.host === ip && it.port === port
  const own = (crossings.known ? crossings.value : []).filter(
    (it) => it.from.namespace === pod.namespace && it.from.pod === pod.name && isThere(it) && it.result !== null,
  )
  if (own.length > 0) return own.every((it) => it.result === 'open')
  const tries = (contacts.known ? contacts.value.connects : [])
    .filter((it) => it.node === pod.node && isThere({ host: it.ip, port: it.port }))
    .flatMap((it) => it.tries)
  return tries.length > 2 && tries.every((it) => it.result === 'open')
}

/** Data that the other end does not acknowledge: it is lost on its way there, or nobody is there any more. */
function ofUnheard(sight: SocketSight, around: Around): readonly Trouble[] {
  return sight.sockets.unacknowledged.flatMap((it): readonly Trouble[] => {
    const peer = around.peerOf(sight.pod, it)
    // Clients outside go away without a word; behind a node's address stands one of these.
    if (it.own !== null && peer.kind !== 'pod') return []
    const base = about(sight, { peer, ...it, stoppers: [] }, around)
    const [near, far] = [sight.pod.node, peer.kind === 'pod' ? peer.pod.node : null]
    const own = it.own === null ? [] : around.servicesOf(sight.pod, it.own)
    const at = it.own === null ? placeText(peer, it) : `${placeText(peer, { ip: it.ip, port: null })} on port ${it.own}`
    return [
      {
        ...base,
        keys: [
          ...base.keys,
          ...own.map((one) => largeRequestsLost('Service', one)),
          ...(peer.kind === 'service' ? [largeRequestsLost('Service', peer.service)] : []),
          ...(near !== null && far !== null ? [wayClosed(near, far), largeLost(near, far)] : []),
        ],
        asked: at,
        how: `data on ${count(it.sockets, 'open connection')} is not acknowledged, sent again ${it.again} times`,
        bad: it.sockets,
        of: it.sockets,
        ms: null,
        next: [
          'see whether the other end is there still, and whether large packets get there',
          ...nextOf(sight, it.ip).slice(1),
        ],
        weight: weightOf(sight.pod, { peer, ip: it.ip, stoppers: [] }, around),
      },
    ]
  })
}

function ofUnaccepted(it: Unaccepted, sight: SocketSight, { servicesOf }: Around): Trouble {
  const { pod } = sight
  const self = subject('Pod', pod.namespace, pod.name)
  const its = servicesOf(pod, it.port)
  const services = its.map((one) => subject('Service', one.namespace, one.name))
  return {
    kind: 'contact-failed',
    source: 'insideViews',
    sufferer: services[0] ?? self,
    involved: [self, ...services, workloadOfPod(pod)],
    keys: [notAccepted(pod, it.port), ...its.flatMap((one) => [svcUnanswered(one), endpointsAnswerBadly(one)])],
    asked: `port ${it.port} of pod ${full(pod)}`,
    from: `inside pod ${full(pod)}`,
    how: `${count(it.waits, 'connection')} not accepted, ${it.stay} of these for ${asTime(it.ms)}`,
    bad: it.stay,
    of: it.waits,
    ms: it.ms,
    next: ['see what its program waits for', `kubectl -n ${pod.namespace} logs ${pod.name} --all-containers --tail=50`],
    weight: it.weight,
  }
}

function ofCrowd(it: Crowd, sight: SocketSight, around: Around): Trouble {
  const { pod } = sight
  const peer = around.peerOf(pod, it)
  const base = about(sight, { peer, ...it, stoppers: [] }, around)
  return {
    ...base,
    keys: [...base.keys, sourcePortsTaken(pod)],
    asked: placeText(peer, it),
    how: `${it.sockets} connections have ${it.weight === 'outage' ? 'every' : 'nearly every'} source port`,
    bad: it.sockets,
    of: it.to - it.from + 1,
    ms: null,
    next: [
      'count its connections to that end, and the ports that it may use: each connection takes one of these',
      `kubectl -n ${pod.namespace} exec ${pod.name} -- cat /proc/sys/net/ipv4/ip_local_port_range`,
      `kubectl -n ${pod.namespace} exec ${pod.name} -- cat /proc/net/sockstat`,
    ],
    weight: it.weight,
  }
}

interface Far {
  readonly peer: Peer
  readonly ip: string
  readonly port: number
  readonly stoppers: readonly NetworkPolicy[]
}

/** What stands nearest comes first: the target that somebody asks about is looked for there. */
function about(
  { pod }: SocketSight,
  { peer, ip, port, stoppers }: Far,
  around: Around,
): Pick<Trouble, 'kind' | 'source' | 'sufferer' | 'involved' | 'keys' | 'from'> {
  const self = subject('Pod', pod.namespace, pod.name)
  const behind = peer.kind === 'pod' ? around.servicesOf(peer.pod, port) : []
  const services = peer.kind === 'service' || peer.kind === 'endpoint' ? [peer.service] : behind
  const far: readonly Subject[] = [
    ...services.map((it) => subject('Service', it.namespace, it.name)),
    ...(peer.kind === 'pod' ? [subject('Pod', peer.pod.namespace, peer.pod.name), workloadOfPod(peer.pod)] : []),
    ...(peer.kind === 'node' ? [subject('Node', null, peer.node)] : []),
  ]
  const { node } = pod
  return {
    kind: 'contact-failed',
    source: 'insideViews',
    sufferer: self,
    // A fault of the pod's own is no reason why another end is silent: what is, has a key.
    involved: [...far, ...stoppers.map((it) => subject('NetworkPolicy', it.namespace, it.name))],
    keys: [
      ...services.flatMap((it) => [svcUnanswered(it), noEndpoints(it)]),
      ...(peer.kind === 'pod' ? [stoppedOnTheWay(peer.pod)] : []),
      ...(peer.kind === 'pod' && peer.pod.node !== null && node !== null ? [wayClosed(node, peer.pod.node)] : []),
      ...(peer.kind === 'api' && node !== null ? [apiOutOfReach(node), apiWayLost(node)] : []),
      ...(peer.kind === 'gone' ? [goneAsked(pod, ip)] : []),
      calleeOutOfReach(workloadOfPod(pod)),
    ],
    from: `inside pod ${full(pod)}`,
  }
}

/** Policies that let none of what the address leads to be reached; none where one pod of several may be. */
function stoppersOf(
  pod: Pod,
  { peer, ip, port }: Pick<Far, 'peer' | 'ip' | 'port'>,
  { decide, podsOf, model }: Around,
): readonly NetworkPolicy[] {
  if (decide === null) return []
  const from = podEnd(pod)
  const ends = endsOf(peer, port, { podsOf, model }) ?? [{ to: { kind: 'address' as const, ip }, port }]
  const decisions = ends.map((it) => decide({ from, ...it, protocol: 'TCP' }))
  const [first] = decisions
  return first?.kind === 'denied' && decisions.every((it) => it.kind === 'denied') ? first.by : []
}

/** The pods to which it leads, with the port of each; null where it leads to none that is known. */
function endsOf(peer: Peer, port: number, { podsOf, model }: Pick<Around, 'podsOf' | 'model'>) {
  if (peer.kind === 'pod') return [{ to: podEnd(peer.pod), port }]
  const { services } = model.sources
  if (peer.kind !== 'service' || !services.known) return null
  const { namespace, name } = peer.service
  const service = services.value.find((it) => it.namespace === namespace && it.name === name)
  const own = service?.ports.find((it) => it.port === port && it.protocol === 'TCP')
  if (service === undefined || own === undefined) return null
  const ends = podsOf(service).flatMap((it) => {
    const target = targetPortIn(it, own)
    return target === null ? [] : [{ to: podEnd(it), port: target }]
  })
  return ends.length === 0 ? null : ends
}

/**
 * Clusters keep their pods from much of the internet, and programs that report to their makers do not mind. Who may
 * open no connection by design does not miss one.
 */
function weightOf(
  pod: Pod,
  { peer, ip, stoppers }: Pick<Far, 'peer' | 'ip' | 'stoppers'>,
  { model }: Around,
): 'nuisance' | 'sign' {
  if (isTargetPod(model.scope, pod)) return 'nuisance'
  if (needsNoNames(pod, model)) return 'sign'
  return peer.kind === 'outside' && (stoppers.length > 0 || !isPrivate(ip)) ? 'sign' : 'nuisance'
}

function placeText(peer: Peer, { ip, port }: { readonly ip: string; readonly port: number | null }): string {
  const at = port === null ? ip : portText(ip, port)
  switch (peer.kind) {
    case 'service':
      return `Service ${full(peer.service)} at ${at}`
    case 'endpoint':
      return `an endpoint of Service ${full(peer.service)} at ${at}`
    case 'pod':
      return `pod ${full(peer.pod)} at ${at}`
    case 'node':
      return `node ${peer.node} at ${at}`
    case 'itself':
      return `the pod itself at ${at}`
    case 'api':
      return `the API server at ${at}`
    case 'gone':
      return `${at}, of nobody in ${peer.home.range}`
    default:
      return `${at}, of nobody that was read`
  }
}

function portText(ip: string, port: number): string {
  return isIpv6(ip) ? `[${ip}]:${port}` : `${ip}:${port}`
}

/** Nothing that a Service does not offer is answered at its address. */
function whyText(peer: Peer, { port }: { readonly port: number }): string {
  const isOffered = peer.kind !== 'service' || peer.service.ports.some((it) => it.port === port)
  return isOffered ? '' : ', at a port that the Service does not have'
}

/** The first line says why. */
function nextOf({ pod, container }: SocketSight, ip: string): readonly string[] {
  return [
    'see who has this address, and whether others reach it',
    `kubectl get pods,services,endpointslices -A -o wide | grep -wF '${ip}'`,
    `kubectl -n ${pod.namespace} exec ${pod.name} -c ${container} -- cat /proc/net/tcp /proc/net/tcp6`,
    `kubectl -n ${pod.namespace} logs ${pod.name} -c ${container} --tail=50`,
  ]
}
