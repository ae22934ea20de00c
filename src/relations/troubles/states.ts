import type { Trouble } from '../../findings/trouble.ts'
import type { Pod } from '../../model/pod.ts'
import type { Model } from '../../model/sources.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import { isCrashing, nextLookAt, type PodProblem, problemsOf } from '../pod-problem.ts'
import { hasPairs } from '../selector.ts'
import { spareMakers } from '../service/spare-makers.ts'
import { isLive, podsOfServices, selectorOf } from '../service/service-selects-pod.ts'
import {
  dnsLossOnNode,
  dnsServerCrash,
  dnsServersDown,
  noEndpoints,
  nodeDown,
  podStuck,
  podsUnready,
} from '../symptom.ts'
import { refusalsOf, refusalText, refusedBy } from '../workload-refusal.ts'
import { topWorkloads, workloadOfPod } from '../workload-of-pod.ts'
import { because } from '../../phrases.ts'
import { dnsObjects } from './probe-lookups.ts'

/**
 * Reasons with which the kubelet waits on its own, for seconds, on the way up. Any other reason is trouble: the list of
 * good news is short and known, that of bad news grows with each release.
 */
const onItsWay: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing'])

/** Pods that cannot run as their spec says. */
export function podTroubles(model: Model): readonly Trouble[] {
  const { pods, services, workloads } = model.sources
  const spare = spareMakers(workloads.known ? workloads.value : [])
  const dnsPods = dnsPodsOf(model)
  const inScope = model.scope.target.kind === 'dns' || !pods.known ? [] : pods.value
  const all = [...new Map([...dnsPods, ...inScope].map((it) => [`${it.namespace}/${it.name}`, it])).values()]
  const servicesOf = new Map<string, Subject[]>()
  const podsOf = podsOfServices(all)
  for (const service of services.known ? services.value : []) {
    for (const pod of podsOf(service)) {
      const key = `${pod.namespace}/${pod.name}`
      servicesOf.set(key, [...(servicesOf.get(key) ?? []), subject('Service', service.namespace, service.name)])
    }
  }
  const isDns = new Set(dnsPods.map((it) => `${it.namespace}/${it.name}`))
  const problemOf = problemsOf(model.sources.events, { nodes: model.sources.nodes })
  const waiting = waitingLong(model)
  return all.filter(isLive).flatMap((pod) => {
    const key = `${pod.namespace}/${pod.name}`
    return ofPod(pod, problemOf(pod), {
      services: servicesOf.get(key) ?? [],
      dns: isDns.has(key) ? dnsObjects(model) : [],
      isSpare: spare.has(subjectKey(workloadOfPod(pod))),
      waitsLong: waiting.has(key),
    })
  })
}

function dnsPodsOf(model: Model): readonly Pod[] {
  const dns = model.sources.clusterDns
  return dns.known ? [...dns.value.pods, ...dns.value.nodeCaches] : []
}

interface Around {
  readonly services: readonly Subject[]
  readonly dns: readonly Subject[]
  /** Its Deployment has as many ready pods as it wants; without it, unless it is ready itself. */
  readonly isSpare: boolean
  /** The scheduler has tried again and again to place it. */
  readonly waitsLong: boolean
}

/** A cluster that grows has a node for a pod after two or three tries. */
const fewestTries = 5

function waitingLong({ sources: { events } }: Model): ReadonlySet<string> {
  const tried = (events.known ? events.value : []).filter(
    (it) => it.reason === 'FailedScheduling' && it.times >= fewestTries && it.age !== undefined,
  )
  return new Set(tried.map((it) => `${it.namespace}/${it.object.name}`))
}

function ofPod(pod: Pod, problem: PodProblem, { services, dns, isSpare, waitsLong }: Around): readonly Trouble[] {
  const notReady = pod.phase === 'Running' && !pod.ready
  const stuck = pod.containers.filter(
    (it) => (it.waiting !== null && !onItsWay.has(it.waiting)) || (notReady && isCrashing(it)),
  )
  const unplaced = pod.phase === 'Pending' && pod.node === null
  const failsToStart = pod.init?.waiting !== undefined && pod.init.waiting !== null
  const cannotStart = pod.phase === 'Pending' && problem.cannotStart === true
  if (stuck.length === 0 && !notReady && !unplaced && !failsToStart && !cannotStart) return []
  const isPassedOver = unplaced && waitsLong && pod.scheduling !== undefined
  const isStuck = [stuck.length > 0, failsToStart, cannotStart, isPassedOver].includes(true)
  const self = subject('Pod', pod.namespace, pod.name)
  const involved = [
    self,
    workloadOfPod(pod),
    ...services,
    ...dns,
    ...(pod.node === null ? [] : [subject('Node', null, pod.node)]),
  ]
  const serving = services.map((it) => noEndpoints({ namespace: it.namespace ?? '', name: it.name }))
  const keys = [
    ...serving,
    podsUnready(workloadOfPod(pod)),
    podStuck(pod),
    ...(pod.node === null ? [] : [nodeDown(pod.node)]),
    ...(dns.length > 0 ? [dnsServersDown, dnsServerCrash] : []),
  ]
  return [
    {
      kind: 'not-as-declared',
      source: 'pods',
      sufferer: self,
      involved,
      keys,
      asked: askedOf(
        pod,
        stuck.map((it) => it.name),
      ),
      from: 'in its status',
      how: problem.why,
      ...saidOf(problem),
      next: nextLookAt(problem, pod),
      bad: Math.max(1, stuck.length),
      of: Math.max(1, pod.containers.length),
      ms: null,
      // A pod that is not ready may be on its way up, as in each rollout; one that waits with an error is stuck, and a
      // nuisance where somebody lacks it.
      weight: isStuck && !(isSpare && !pod.ready && services.length > 0) ? 'nuisance' : 'sign',
    },
  ]
}

function askedOf(pod: Pod, stuck: readonly string[]): string {
  if (stuck.length > 0) return `container ${stuck.join(', ')}`
  return pod.init === undefined ? 'its Ready condition' : `init container ${pod.init.name}`
}

/** Workloads that somebody keeps from making pods: there is no pod that could complain. */
export function workloadTroubles(model: Model): readonly Trouble[] {
  const { workloads, services, events } = model.sources
  if (!workloads.known || model.scope.target.kind === 'dns') return []
  const refusalOf = refusalsOf(events)
  const missing = new Set(
    workloads.value.filter((it) => it.ready < it.desired).map((it) => `${it.kind}/${it.namespace}/${it.name}`),
  )
  return topWorkloads(workloads.value).flatMap((top) => {
    const self = subject(top.kind, top.namespace, top.name)
    const refusal = refusalOf(top)
    if (refusal === null || (top.refused === null && !missing.has(subjectKey(self)))) return []
    const fed = (services.known ? services.value : []).filter((it) => {
      const pairs = selectorOf(it)
      return it.namespace === top.namespace && pairs !== null && top.templates.some((labels) => hasPairs(pairs, labels))
    })
    return [
      {
        kind: 'not-as-declared',
        source: 'workloads',
        sufferer: self,
        involved: [self, ...fed.map((it) => subject('Service', it.namespace, it.name))],
        keys: [...fed.map(noEndpoints), ...refusedBy(refusal)],
        asked: 'its pods',
        from: 'in its status',
        how: `makes no pods: ${refusalText(refusal)}`,
        next: [
          `kubectl -n ${top.namespace} describe ${top.kind.toLowerCase()} ${top.name}`,
          `kubectl -n ${top.namespace} get events --field-selector reason=FailedCreate`,
        ],
        bad: 1,
        of: 1,
        ms: null,
        weight: 'nuisance',
      },
    ]
  })
}

export function nodeTroubles(model: Model): readonly Trouble[] {
  const { nodes } = model.sources
  const down = nodes.known ? nodes.value.filter((it) => it.ready !== 'True') : []
  return down.map((node) => {
    const self = subject('Node', null, node.name)
    return {
      kind: 'not-as-declared',
      source: 'nodes',
      sufferer: self,
      involved: [self],
      keys: [nodeDown(node.name), dnsLossOnNode(node.name)],
      asked: 'its Ready condition',
      from: 'in its status',
      how: `Ready is ${node.ready}${because(node.readyMessage)}`,
      bad: 1,
      of: 1,
      ms: null,
      weight: 'nuisance',
    }
  })
}

function saidOf({ unplaced }: PodProblem): { readonly isSaid?: true } {
  return unplaced === true ? { isSaid: true } : {}
}
