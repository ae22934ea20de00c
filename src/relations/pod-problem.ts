import type { ObjectEvent } from '../model/event.ts'
import type { Known } from '../model/known.ts'
import type { Node } from '../model/node.ts'
import type { Container, Pod } from '../model/pod.ts'
import type { Service } from '../model/service.ts'
import type { DeniedAccount } from '../wire/denied-account.ts'
import { complaintEnds } from './complaint-words.ts'
import { because, hearsay, hearsayOfLast, told } from '../phrases.ts'
import { misfitOf } from './node/no-node-fits.ts'
import { movedPages } from './moved-pages.ts'
import { waitingText } from './pod-pull.ts'
import { hasNoLog, neverRan } from './pod-start.ts'
import { ownService } from './own-service.ts'
import { askedInstead, insteadText, probeText } from './probe-host.ts'
import { probeSign } from './probe-signs.ts'

/** Where the next thing about it is to be read. */
export type Look =
  | { readonly at: 'logs'; readonly container: string }
  /** Of the run before: only what restarted has one. */
  | { readonly at: 'logs-before'; readonly container: string }
  | { readonly at: 'describe' }
  | { readonly at: 'nodes' }
  | { readonly at: 'labels' }
  | { readonly at: 'taints' }
  | { readonly at: 'volumes' }
  | { readonly at: 'ports'; readonly container: string }
  /** What it names is not the pod. */
  | { readonly at: 'probe'; readonly container: string }
  | { readonly at: 'claims' }
  | { readonly at: 'gates' }

export interface PodProblem {
  /** Why it gets no traffic, in the fewest words that tell what to do about it, in the words of who refused. */
  readonly why: string
  readonly look: Look
  /** The kubelet tried to start it, and said why it does not. */
  readonly cannotStart?: true
  /** The scheduler says itself what is in the way. */
  readonly unplaced?: true
}

const describe = { at: 'describe' } as const

/**
 * With what the components warned of, where that could be read. `empty`: Services that no ready pod is behind. `nodes`:
 * to tell why none of them takes a pod.
 */
export function problemsOf(
  events: Known<readonly ObjectEvent[]>,
  {
    empty = [],
    nodes = notGiven,
  }: { readonly empty?: readonly Service[]; readonly nodes?: Known<readonly Node[]> } = {},
): (pod: Pod) => PodProblem {
  const claims = events.known ? events.value.filter(isOfClaim) : []
  const byPod = Map.groupBy(
    events.known ? events.value.filter((it) => it.object.kind === 'Pod') : [],
    (it) => `${it.namespace}/${it.object.name}`,
  )
  return (pod) => {
    const problem = problemOf(pod, byPod.get(`${pod.namespace}/${pod.name}`) ?? [], { empty, nodes })
    const claim = problem.look.at === 'claims' ? claimOf(pod, claims) : ''
    return { ...problem, why: `${problem.why.replace(/\.$/, '')}${claim}` }
  }
}

const notGiven: Known<readonly Node[]> = { known: true, value: [] }

interface Around {
  readonly empty: readonly Service[]
  readonly nodes: Known<readonly Node[]>
}

function isOfClaim({ object, reason }: ObjectEvent): boolean {
  return object.kind === 'PersistentVolumeClaim' && /^(?:ProvisioningFailed|FailedBinding)$/.test(reason)
}

/**
 * Why its volume is not there, where a claim of it is known by its name: that of a StatefulSet's pod ends with the
 * pod's (pkg/controller/statefulset, getPersistentVolumeClaimName), and is said of by the volume controller.
 */
function claimOf(pod: Pod, claims: readonly ObjectEvent[]): string {
  const own = claims.find((it) => it.namespace === pod.namespace && it.object.name.endsWith(`-${pod.name}`))
  return own === undefined ? '' : `; of its claim ${own.object.name} ${hearsay(own.said)}`
}

function notReady({ notReadyReason: said }: Pod): string {
  return said === null || said === '' ? 'not ready, reason unknown' : `not ready${because(said)}`
}

function problemOf(pod: Pod, events: readonly ObjectEvent[], { empty, nodes }: Around): PodProblem {
  if (pod.phase === 'Succeeded') return { why: 'completed', look: describe }
  if (pod.phase === 'Failed') return { why: `failed${because(pod.overReason ?? pod.notReadyReason)}`, look: describe }
  if (pod.deleting) return { why: `terminating${heldText(pod)}`, look: describe }
  if (pod.node === null) return unplaced(pod, events, nodes)
  return (
    initProblem(pod, events) ??
    waitingProblem(pod, events) ??
    startProblem(pod, events) ??
    ownProblem(pod, empty) ??
    probeProblem(pod, events) ??
    gateProblem(pod) ?? {
      why: pod.ready && pod.ip === null ? 'has no address' : notReady(pod),
      look: describe,
    }
  )
}

/** A pod that is over its time by less than this may be under way still. */
const fewestHeld = 60

/** `deletionTimestamp` is the time by which it was to be gone, its grace period included. */
function heldText({ held }: Pod): string {
  if (held === undefined || held.finalizers.length === 0) return ''
  const since = held.seconds !== null && held.seconds >= fewestHeld ? ` for ${lasting(held.seconds)}` : ''
  return `${since}: finalizer ${held.finalizers.join(', ')} keeps it`
}

function lasting(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`
}

/** The scheduler's own sentence; what it says of preemption after that helps nobody at night. */
function unplaced(pod: Pod, events: readonly ObjectEvent[], nodes: Around['nodes']): PodProblem {
  const stated = pod.scheduling ?? pod.notReadyReason
  const event = stated === null ? events.find((it) => it.reason === 'FailedScheduling') : undefined
  const said = stated ?? event?.said ?? ''
  const sentence = beforeLastResorts(said)
  // What a gate holds back nobody has tried to place.
  const misfit = /gated/i.test(sentence) ? null : misfitOf(pod.placement, nodes)
  const why = unplacedText(sentence, event !== undefined)
  if (misfit !== null)
    return {
      why: `not scheduled: ${misfit.why}${why.replace('not scheduled', '')}`,
      unplaced: true,
      look: { at: misfit.of },
    }
  return {
    why,
    ...(sentence.trim() === '' ? {} : { unplaced: true as const }),
    look: /persistentvolumeclaim|volume/i.test(sentence) ? { at: 'claims' } : { at: 'nodes' },
  }
}

/**
 * What follows the count is what plugins tried after it, one after the other with commas between (PostFilter; FitError
 * in pkg/scheduler/framework/types.go): "no new claims to deallocate, preemption: 0/3 nodes are available: …".
 */
export function beforeLastResorts(said: string): string {
  const starts = lastResorts.map((it) => said.indexOf(it)).filter((it) => it !== -1)
  return starts.length === 0 ? said : said.slice(0, Math.min(...starts))
}

const lastResorts = [' preemption:', '. no new claims to deallocate', '. still not schedulable'] as const

/** It counts nodes by what is wrong with them: each part may be the one that can be put right. */
const longestCount = 400

function unplacedText(sentence: string, isEvent: boolean): string {
  if (sentence.trim() === '') return 'not scheduled'
  return `not scheduled: ${isEvent ? 'an Event says ' : ''}${told(sentence, longestCount)}`
}

function initProblem({ init }: Pod, events: readonly ObjectEvent[]): PodProblem | null {
  if (init === undefined) return null
  const { name, waiting, message, exitCode, last, restarts } = init
  if (waiting === null && exitCode === null)
    return { why: `init container ${name} has not ended yet`, look: { at: 'logs', container: name } }
  const how = [waiting, last === null ? null : `last exit ${last}`, exitCode === null ? null : `exit code ${exitCode}`]
    .filter((it) => it !== null)
    .join(', ')
  return {
    why:
      `init container ${name} fails (${how})` +
      (waiting === null ? because(message) : waitingText({ waiting, message }, events)),
    look: logsOf({ name, restarts, ran: exitCode !== null }),
  }
}

function logsOf({
  name,
  restarts,
  ran,
}: {
  readonly name: string
  readonly restarts: number
  readonly ran: boolean
}): Look {
  if (restarts > 0) return { at: 'logs-before', container: name }
  return ran ? { at: 'logs', container: name } : describe
}

/** Reasons with which each container waits on its way up. */
const onItsWay: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing'])

/** One restart may be of a pod that came before what it needs; one that ended twice does so on its own. */
const fewestCrashes = 2

/**
 * Not ready, and its runs ended badly again and again: between two of them, and while the next one lasts, the kubelet
 * does not say CrashLoopBackOff.
 */
export function isCrashing({ ready, waiting, restarts, lastTermination, exitCode }: Container): boolean {
  if (ready || waiting !== null || restarts < fewestCrashes) return false
  return exitCode === undefined ? lastTermination !== null && lastTermination !== 'Completed' : exitCode !== 0
}

function waitingProblem(pod: Pod, events: readonly ObjectEvent[]): PodProblem | null {
  const it =
    pod.containers.find(({ waiting }) => waiting !== null && !onItsWay.has(waiting)) ??
    (pod.phase === 'Running' ? pod.containers.find(isCrashing) : undefined)
  if (it === undefined) return null
  const ended =
    it.lastTermination === null
      ? ''
      : `, last exit ${it.lastTermination}${it.exitCode === undefined || it.exitCode === 0 ? '' : ` (${it.exitCode})`}`
  const killer = it.lastTermination === null || it.lastTermination === 'OOMKilled' ? null : killedBy(pod, it, events)
  const said = waitingText(it, events)
  const message = `${said}${killer === null ? '' : `: ${killer}`}${atItsEnd(it)}`
  return {
    why: `${it.waiting ?? `crashes (${it.restarts} restarts)`} in container ${it.name}${ended}${message}`,
    // What never ran has no log, of the run before neither.
    look: hasNoLog(it) ? describe : logsOf({ name: it.name, restarts: it.restarts, ran: it.lastTermination !== null }),
  }
}

/** In RBAC's words, of whose role it is that lacks it. */
function deniedText({ account, verb, resource, group, namespace }: DeniedAccount): string {
  const where = namespace === null ? 'in the whole cluster' : `in namespace ${namespace}`
  const what = group === '' ? resource : `${resource}.${group}`
  return `service account ${account.namespace}/${account.name} may not ${verb} ${what} ${where}`
}

/** What it called in vain, by its termination message: its kind and where, no line of it. */
function atItsEnd({ endSaid, endDenied, ...it }: Container): string {
  const start = neverRan(it)
  if (start !== null) return `; ${start}`
  if (endDenied !== undefined) return `; at its end it said that ${deniedText(endDenied)}`
  if (endSaid === undefined) return ''
  const { kind, host, port } = endSaid
  const to = host === null ? 'a connection' : `to ${host}${port === null ? '' : `:${port}`}`
  return `; at its end it said ${to}: ${complaintEnds[kind]}`
}

/**
 * The kubelet stops what fails its liveness or startup probe: SIGTERM (143), and SIGKILL (137) when that is not enough.
 */
function killedBy(pod: Pod, it: Container, events: readonly ObjectEvent[]): string | null {
  if (it.exitCode !== 137 && it.exitCode !== 143) return null
  const said = events.find((one) => one.reason === 'Unhealthy' && /^(?:Liveness|Startup) /.test(one.said))
  if (said !== undefined) {
    const instead = askedInstead(pod, it, said.said.startsWith('L') ? 'liveness' : 'startup')
    const sign = probeSign(said.said, it)
    const told = `${hearsay(said.said)}${instead === null ? '' : `: the probe ${insteadText(instead)}`}`
    return sign === null ? told : `${told}; ${sign}`
  }
  const probes = (['liveness', 'startup'] as const).flatMap((kind) => {
    const [probe, instead] = [probeText(it, kind), askedInstead(pod, it, kind)]
    return probe === null
      ? []
      : [`${kind} probe (${probe})${instead === null ? '' : `, which ${insteadText(instead)}`}`]
  })
  return probes.length === 0 ? null : `stopped from outside, as by a failed ${probes.join(' or ')}`
}

const startFailures: ReadonlySet<string> = new Set([
  'FailedMount',
  'FailedAttachVolume',
  'FailedCreatePodSandBox',
  'NetworkNotReady',
  'FailedMapVolume',
])

function startProblem(pod: Pod, events: readonly ObjectEvent[]): PodProblem | null {
  if (pod.phase !== 'Pending') return null
  const failed = events.find((it) => startFailures.has(it.reason))
  if (failed === undefined) return { why: `starting${because(pod.notReadyReason)}`, look: describe }
  return {
    why: `cannot start: ${hearsayOfLast(failed.said)}`,
    cannotStart: true,
    look: /volume|mount|claim/i.test(failed.reason) ? { at: 'claims' } : describe,
  }
}

/** Its readiness probe asks a Service that leads to it and to nobody else: it waits for itself. */
function ownProblem(pod: Pod, empty: readonly Service[]): PodProblem | null {
  const it = pod.containers.find(({ ready, started }) => !ready && started !== false)
  const own = it === undefined ? null : ownService(pod, it, empty)
  if (it === undefined || own === null) return null
  return {
    why:
      `readiness probe of ${it.name} (exec) asks its own Service ${own.name}, which leads to no pod until that probe ` +
      'succeeds: it should ask localhost',
    look: logsOf({ name: it.name, restarts: it.restarts, ran: true }),
  }
}

function probeProblem(pod: Pod, events: readonly ObjectEvent[]): PodProblem | null {
  const it = pod.containers.find(({ ready }) => !ready)
  if (it === undefined) return null
  const starting = it.started === false && it.startupProbe !== undefined
  const kind = starting ? 'startup' : 'readiness'
  const probe = probeText(it, kind)
  if (probe === null) return null
  const event = probeSaid(starting ? 'Startup' : 'Readiness', events)
  if (event === null && it.unasked?.probe === kind) return notAsked(it, probe)
  const instead = askedInstead(pod, it, kind)
  if (instead !== null) {
    const why = `${kind} probe of ${it.name} ${insteadText(instead)} (${probe})${event === null ? '' : `: ${event}`}`
    return { why, look: { at: 'probe', container: it.name } }
  }
  return failingProbe(it, { kind, probe, event })
}

interface Failing {
  readonly kind: 'startup' | 'readiness'
  readonly probe: string
  readonly event: string | null
}

function failingProbe(it: Container, { kind, probe, event }: Failing): PodProblem {
  const told = (kind === 'startup' ? it.startupProbe : it.readinessProbe) ?? ''
  // Whoever answers listens there, declared or not.
  const port = event !== null && /statuscode: \d/.test(event) ? null : portProblem(told, it)
  const said = port ?? event
  const moved = /statuscode: 404/.test(event ?? '') ? movedPages(told, it) : null
  const more = [moved, event === null ? null : probeSign(event, it)].flatMap((one) =>
    one === null ? [] : [`; ${one}`],
  )
  const look: Look =
    port === null ? logsOf({ name: it.name, restarts: it.restarts, ran: true }) : { at: 'ports', container: it.name }
  return {
    why: `${kind} probe of ${it.name} fails (${probe})${said === null ? '' : `: ${said}`}${more.join('')}`,
    look,
  }
}

/** Nothing has failed: a container that has a readiness probe is not ready until it was asked and answered well. */
function notAsked({ unasked }: Container, probe: string): PodProblem {
  return {
    why:
      `${unasked?.probe ?? 'readiness'} probe was not asked yet: its initialDelaySeconds is ` +
      `${unasked?.delay} (${probe})`,
    look: describe,
  }
}

/** `Readiness probe failed: HTTP probe failed with statuscode: 404`: what comes after the first colon. */
function probeSaid(kind: string, events: readonly ObjectEvent[]): string | null {
  const event = events.find((it) => it.reason === 'Unhealthy' && it.said.startsWith(`${kind} probe`))
  const colon = event?.said.indexOf(': ') ?? -1
  if (event === undefined || colon === -1) return null
  const said = event.said.slice(colon + 2).trim()
  return said === '' ? 'it printed nothing' : hearsay(said)
}

/**
 * A port by a name that the container does not declare can never be asked; a number that it does not declare is
 * suspicion.
 */
function portProblem(probe: string, it: Container): string | null {
  const port = /:([A-Za-z0-9-]+)/.exec(probe)?.[1]
  if (port === undefined || it.ports.length === 0) return null
  const declared = it.ports.map((one) => (one.name === null ? `${one.port}` : `${one.port} (${one.name})`)).join(', ')
  const isNumber = /^\d+$/.test(port)
  const known = it.ports.some((one) => (isNumber ? one.port === Number(port) : one.name === port))
  if (known) return null
  return isNumber
    ? `the container declares ${declared}`
    : `no port of the container is called ${port}; it declares ${declared}`
}

/** Whoever is to set it says in its condition why it does not: a load balancer, of its health checks. */
function gateProblem({ gates, gateWords = [] }: Pod): PodProblem | null {
  if (gates === undefined || gates.length === 0) return null
  const [first] = gateWords
  const of = first === undefined || gates.length === 1 ? '' : ` of ${first.gate}`
  const said = first === undefined ? '' : `${of}${because(first.said)}`
  return { why: `readiness gate ${gates.join(', ')} is not true${said}`, look: { at: 'gates' } }
}

/** A sentence and commands that lead on from there. */
export function nextLookAt(
  { look }: Pick<PodProblem, 'look'>,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): readonly string[] {
  const pod = `kubectl -n ${namespace} describe pod ${name}`
  switch (look.at) {
    case 'logs':
      return [pod, `kubectl -n ${namespace} logs ${name} -c ${look.container} --tail=50`]
    case 'logs-before':
      return [pod, `kubectl -n ${namespace} logs ${name} -c ${look.container} --previous --tail=50`]
    case 'ports':
      return [
        `kubectl -n ${namespace} get pod ${name} -o jsonpath='{.spec.containers[*].ports}'`,
        `kubectl -n ${namespace} logs ${name} -c ${look.container} --tail=50`,
      ]
    case 'probe':
      return [`kubectl -n ${namespace} get pod ${name} -o jsonpath='{.spec.containers[*]..host}{"\\n"}'`, pod]
    case 'nodes':
      return [pod, 'kubectl describe nodes   # taints, labels, what is allocated']
    case 'labels':
      return ['kubectl get nodes --show-labels', pod]
    case 'volumes':
      return [
        'kubectl get nodes -L topology.kubernetes.io/zone,kubernetes.io/hostname',
        `kubectl -n ${namespace} get pvc`,
        pod,
      ]
    case 'taints':
      return [
        "kubectl get nodes -o custom-columns='NAME:.metadata.name,TAINTS:.spec.taints[*].key'",
        'kubectl describe nodes   # taints, conditions',
        pod,
      ]
    case 'claims':
      return [pod, `kubectl -n ${namespace} get pvc`]
    case 'gates':
      return [`kubectl -n ${namespace} get pod ${name} -o jsonpath='{.spec.readinessGates}{"\\n"}{.status.conditions}'`]
    case 'describe':
      return [pod]
  }
}
