import type { ObjectStatus } from '../../model/status.ts'
import { anyOf } from '../../wire/pattern.ts'
import { type Fields, fields, isObject, list, text, whole } from './json.ts'

/** Types whose good state is True, as the API conventions want them; what else a controller calls so is not judged. */
const good = new RegExp(
  anyOf(
    /^\w{0,40}(?:Ready|Available|Accepted|Programmed|Reconciled)$/,
    /^(?:ResolvedRefs|Healthy|Synced|Established|Valid)$/,
  ),
)
/** `NotReady`, `NoneReady`, `WasReady`. */
const opposite = /^(?:Not|None|Was|Un)/
/** Of autoscalers; `Admitted` of OpenShift's Route. */
const goodOfOthers = /^(?:ScalingActive|AbleToScale|Admitted)$/

/** And those whose good state is False; Cilium puts its domain before its own. */
const bad = /^(?:[a-z.]{1,60}\/)?(?:Failed|\w{0,40}(?:Degraded|Pressure|Conflict|Conflicted|Error))$/
const badOfOthers = /^(?:ReplicaFailure|Stalled|NetworkUnavailable)$/

/** It is not at work because somebody wants it so, or its work is done. */
const wanted = /Disabled|Suspend|Paused|Stopped|Halted|NotRunning|NotExists|Inactive|ScaledToZero|NoTraffic/
const done = /Completed|Succeeded|Finished|NotInUse|NotRequired/

/** Kinds that have checks of their own, or whose pods have; of the latter one condition is told of nothing else. */
const judged: ReadonlySet<string> = new Set([
  '/Event',
  '/Namespace',
  '/Node',
  '/Pod',
  '/Service',
  'apps/DaemonSet',
  'apps/StatefulSet',
  'batch/CronJob',
  'batch/Job',
  'events.k8s.io/Event',
  ...['Gateway', 'GatewayClass', 'HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute', 'BackendTLSPolicy'].map(
    (it) => `gateway.networking.k8s.io/${it}`,
  ),
  'projectcontour.io/HTTPProxy',
])

const mostConditions = 40
const mostStatuses = 4000
/** A controller sets False before it sets True: for so long, in seconds, nobody need look. */
const onItsWay = 60
/** What says that it is being made takes minutes: a certificate of an ACME server, a database. */
const inTheMaking = 600
const making = /Progress|Pending|Creating|Initiali|Issuing|Reconciling|Waiting|Provisioning|NotReady$/

/** One word in place of conditions: `Invalid` of NGINX's VirtualServer, `Degraded` of Argo's Application. */
const badWord = /^(?:Invalid|Error|Errored|Failed|Rejected|Degraded|Lost|Missing|Unhealthy)$/i
/** `ProvisioningFailed`, `RenewalFailed`, of a domain `FailedNotVisible`: GKE's ManagedCertificate. */
const badStatus = /^(?:\w{0,40}Failed(?:Permanently)?|Failed[A-Z]\w{0,40})$/

/** Kinds that end: what failed then is of the past, and another one was made since. */
const ending = /(?:Run|Job|Workflow|Backup|Restore|Build|Scan|Report|Task|Test|Snapshot|Order|Challenge|Request)$/
const longest = 500

/** A word of what has not ended; none at all is no end either. */
const underWay = new RegExp(
  [
    '^(?:|pending|processing|progressing|creating|provisioning|presented',
    'waiting|initiali[sz]ing|reconciling|retrying|unknown)$',
  ].join('|'),
  'i',
)
/** What a controller writes beside it when a try has failed, and it will try again. */
const failing = new RegExp(
  [
    'fail|\\berror|refused|denied|forbidden|unauthori[sz]ed|unable to|cannot|could not|timed out|timeout|EOF\\b',
    'deadline exceeded|no such host|no route to host|unreachable|wrong status code|x509|invalid|rejected|quota',
  ].join('|'),
  'i',
)
/** An ACME server or DNS is waited for some minutes; what waits for an hour waits for somebody. */
const stuck = 3600

/**
 * Conditions of these objects; `now` is the newest time in the file, in milliseconds since 1970. What was made by
 * another object of the file is left to that one, which says the same of itself, or has tried again since.
 */
export function projectStatuses(objects: readonly unknown[], now: number | null): readonly ObjectStatus[] {
  const all = objects.map((it) => shapeOf(fields(it))).filter((it) => it !== null)
  const there = new Set(all.map(({ kind, namespace, name }) => `${kind}/${namespace ?? ''}/${name}`))
  const isPast = pastTries(all)
  const free = all.filter((it) => (it.owner === null || !there.has(it.owner(it.namespace ?? ''))) && !isPast(it))
  // Whoever made it seldom says why it is not done: an Order waits, and its Challenge says for what.
  const told = [...free.flatMap((it) => statusesOf(it, now)), ...all.flatMap((it) => triesOf(it, now))]
  return [...told.filter((it) => it.wrong), ...told.filter((it) => !it.wrong)].slice(0, mostStatuses)
}

/**
 * A try that is over: what ends (`ending`) and was made for what is well now, by its name (`web-1` of `web`), after
 * which another one went well, or whose owner is gone, though the file has others of its kind.
 */
function pastTries(all: readonly Shape[]): (it: Shape) => boolean {
  const well = Map.groupBy(all.filter(isWell), (it) => `${it.namespace}/${it.name}`)
  const later = Map.groupBy(
    all.filter((it) => ending.test(it.kind) && isWell(it)),
    (it) => `${it.kind}/${it.namespace}/${stemOf(it.name)}`,
  )
  const kinds = new Set(all.map(({ kind, namespace }) => `${kind}/${namespace}`))
  return (it) => {
    if (!ending.test(it.kind)) return false
    const [ownerKind = ''] = it.owner?.('').split('/', 1) ?? []
    const isOrphan = it.owner !== null && kinds.has(`${ownerKind}/${it.namespace}`)
    const stem = stemOf(it.name)
    const of = well.get(`${it.namespace}/${stem}`) ?? []
    const next = later.get(`${it.kind}/${it.namespace}/${stem}`) ?? []
    const isNewer = (one: Shape): boolean => it.made !== null && one.made !== null && one.made > it.made
    return isOrphan || of.some((one) => one.kind !== it.kind) || (stem !== '' && next.some(isNewer))
  }
}

/** `web` of `web-1` and of `web-7-1234567890`; empty where nothing is left. */
function stemOf(name: string): string {
  return /^(.{1,253}?)(?:-[a-z0-9]{0,5}\d[a-z0-9]{0,10}){1,2}$/.exec(name.slice(0, 300))?.[1] ?? ''
}

function isWell({ status }: Shape): boolean {
  return list(status['conditions'])
    .slice(0, mostConditions)
    .map(fields)
    .some((it) => it['status'] === 'True' && /^(?:Ready|Succeeded|Complete)$/.test(text(it['type']) ?? ''))
}

interface Shape extends Pick<ObjectStatus, 'kind' | 'group' | 'namespace' | 'name'> {
  /** `Deployment/shop/web`, of an owner in this namespace. */
  readonly owner: ((namespace: string) => string) | null
  readonly generation: number | null
  readonly status: Fields
  /** When it was made. */
  readonly made: string | null
  readonly host: string | null
  readonly secret: string | null
  readonly store: ObjectStatus['store'] | null
  /** Somebody has stopped it on purpose. */
  readonly isHalted: boolean
}

/** What a kind may be called; a file may say anything. */
const isKind = /^[A-Za-z][A-Za-z0-9]{0,62}$/

function shapeOf(raw: Fields): Shape | null {
  const metadata = fields(raw['metadata'])
  const [version, kind, name] = [raw['apiVersion'], raw['kind'], metadata['name']].map(text)
  if (!version || !kind || !name || !isKind.test(kind)) return null
  const maker = list(metadata['ownerReferences'])
    .map(fields)
    .find((it) => it['controller'] === true)
  const [ownerKind, ownerName] = [text(maker?.['kind']), text(maker?.['name'])]
  return {
    kind,
    group: version.includes('/') ? version.slice(0, version.indexOf('/')) : '',
    namespace: text(metadata['namespace']),
    name,
    owner: ownerKind === null ? null : (namespace) => `${ownerKind}/${namespace}/${ownerName}`,
    generation: whole(metadata['generation']),
    status: fields(raw['status']),
    made: text(metadata['creationTimestamp']),
    host: text(fields(raw['spec'])['dnsName']),
    isHalted: isHalted(raw, fields(metadata['annotations'])),
    secret: secretOf(kind, name, fields(raw['spec'])),
    store: storeOf(kind, fields(raw['spec'])),
  }
}

/**
 * The Secret that it is to make: a Certificate's `secretName`; `target.name` of an ExternalSecret, else its own name
 * (External Secrets Operator, API); a SealedSecret's own; `destination.name` of Vault Secrets Operator's.
 */
function secretOf(kind: string, name: string, spec: Fields): string | null {
  if (kind === 'ExternalSecret') return text(fields(spec['target'])['name']) ?? name
  if (kind === 'SealedSecret') return name
  if (/^Vault(?:Static|Dynamic|PKI)Secret$/.test(kind)) return text(fields(spec['destination'])['name'])
  return text(spec['secretName'])
}

function storeOf(kind: string, spec: Fields): ObjectStatus['store'] | null {
  const store = kind === 'ExternalSecret' ? fields(spec['secretStoreRef']) : {}
  const name = text(store['name'])
  return name === null ? null : { kind: text(store['kind']) ?? 'SecretStore', name }
}

/** What somebody has stopped stays as it is, ready or not. */
const halted = /^(?:\w{0,40}(?:Paused|Suspended|Deleting|Terminating))$/

/**
 * By `spec.suspend` or `spec.paused`, by an annotation (`crossplane.io/paused`, `cluster.x-k8s.io/paused`), by a word
 * of its status (`Paused` of Argo's Rollout at a step of a canary), or by a condition or the reason of one
 * (`ReconcilePaused`). What is being deleted is not ready any more.
 */
function isHalted(raw: Fields, annotations: Fields): boolean {
  const [spec, status] = [fields(raw['spec']), fields(raw['status'])]
  return (
    ['suspend', 'paused'].some((it) => spec[it] === true) ||
    Object.entries(annotations).some(([key, value]) => key.endsWith('/paused') && value !== 'false' && value !== '') ||
    text(fields(raw['metadata'])['deletionTimestamp']) !== null ||
    ['phase', 'state'].some((it) => halted.test(text(status[it]) ?? '')) ||
    list(status['pauseConditions']).length > 0 ||
    list(status['conditions'])
      .slice(0, mostConditions)
      .map(fields)
      .some(
        (it) =>
          (it['status'] === 'True' && halted.test(text(it['type']) ?? '')) || halted.test(text(it['reason']) ?? ''),
      )
  )
}

/** `status.ancestors[].conditions` is two levels down; what is deeper than these is no condition of the object. */
const mostDepth = 4
const mostVisited = 400
const mostLists = 40

/**
 * What stands in `conditions` anywhere in a status: of the object itself first, then of each that it has to do with, as
 * `parents[]` and `ancestors[]` of Gateway API, `ingress[]` of OpenShift's Route, `listeners[]`. The nearest first.
 */
function conditionsIn(status: Fields): readonly Fields[] {
  const found: Fields[] = []
  let level: readonly Fields[] = [status]
  let [visited, lists] = [0, 0]
  for (let depth = 0; depth <= mostDepth && visited <= mostVisited && lists < mostLists; depth++) {
    const here = level.slice(0, mostVisited)
    const conditions = here.map((it) => list(it['conditions'])).filter((it) => it.length > 0)
    found.push(...conditions.flatMap((it) => it.slice(0, mostConditions).map(fields)))
    level = here.flatMap(belowIn)
    visited += here.length
    lists += conditions.length
  }
  return found
}

/** What a status keeps of before, or in the words of an older version of its kind. */
const ofThePast = /history|previous|deprecated|^(?:last|old|past)|conditions$/i

function belowIn(status: Fields): readonly Fields[] {
  return Object.entries(status)
    .slice(0, mostConditions)
    .filter(([key]) => !ofThePast.test(key))
    .flatMap(([, value]) => (Array.isArray(value) ? value.slice(0, mostConditions) : [value]))
    .filter(isObject)
    .map(fields)
}

const ofPods: ReadonlySet<string> = new Set(['apps/Deployment', 'apps/ReplicaSet'])

function statusesOf(shape: Shape, now: number | null): readonly ObjectStatus[] {
  const { kind, group, generation, status } = shape
  const key = `${group}/${kind}`
  if (judged.has(key) || isStale(generation, status) || shape.isHalted) return []
  const conditions = conditionsIn(status).filter((it) => !isStale(generation, it))
  const found = new Map<string, ObjectStatus>()
  for (const it of conditions) {
    const told = toldBy(it, shape, now)
    const isOther = ofPods.has(key) && told?.type !== 'ReplicaFailure' && told?.type !== 'Available'
    if (told !== null && !isOther && found.get(told.type)?.wrong !== true) found.set(told.type, told)
  }
  return [...found.values(), ...wordsOf(shape), ...certificateOf(shape, now)]
}

function wordsOf({ kind, group, namespace, name, status }: Shape): readonly ObjectStatus[] {
  if (ending.test(kind)) return []
  const words = { state: status['state'], phase: status['phase'], health: fields(status['health'])['status'] }
  return Object.entries(words).flatMap(([type, word]) => {
    const reason = text(word)
    if (reason === null || !badWord.test(reason)) return []
    const said = (text(status['message']) ?? '').slice(0, longest)
    return [{ kind, group, namespace, name, type, state: 'False' as const, wrong: true, reason, said }]
  })
}

/**
 * `certificateStatus`, and what stands in `domainStatus` of one domain each (GKE, "Use Google-managed SSL
 * certificates"): one that is new waits for DNS.
 */
function certificateOf({ kind, group, namespace, name, status, made }: Shape, now: number | null) {
  const state = text(status['certificateStatus'])
  const age = ageOf(made, now)
  if (state === null) return []
  const domains = list(status['domainStatus'])
    .slice(0, mostConditions)
    .map(fields)
    .map((it) => ({ domain: text(it['domain']) ?? '', state: text(it['status']) ?? '' }))
    .filter((it) => badStatus.test(it.state))
  const wrong = (badStatus.test(state) || domains.length > 0) && (age ?? inTheMaking) >= inTheMaking
  const said = wrong
    ? domains
        .map((it) => `${it.domain}: ${it.state}`)
        .join(', ')
        .slice(0, longest)
    : ''
  const told = { kind, group, namespace, name, type: 'certificateStatus', reason: state.slice(0, longest), said }
  return [{ ...told, wrong, state: wrong ? ('False' as const) : ('True' as const), ...(age === null ? {} : { age }) }]
}

/** What has no conditions, is not done, and tells of a try that failed: `pending`, with a GET in `reason` that did. */
function triesOf({ made, host, isHalted, ...shape }: Shape, now: number | null): readonly ObjectStatus[] {
  const { kind, group, namespace, name, generation, status } = shape
  if (judged.has(`${group}/${kind}`) || isHalted || isStale(generation, status)) return []
  const type = text(status['state']) === null && text(status['phase']) !== null ? 'phase' : 'state'
  const reason = text(status[type]) ?? ''
  const words = ['reason', 'message'].flatMap((it) => text(status[it]) ?? []).map((it) => it.slice(0, longest))
  if (!underWay.test(reason) || words.length === 0 || list(status['conditions']).length > 0) return []
  const age = ageOf(made, now)
  const said = complaintIn(words, group, age)
  const wrong = said !== null
  return [
    {
      kind,
      group,
      namespace,
      name,
      type,
      wrong,
      state: wrong ? 'False' : 'True',
      reason: reason || 'not said',
      said: said ?? '',
      ...(age === null ? {} : { age }),
      ...(host === null ? {} : { host }),
    },
  ]
}

/** What of these words is no mere waiting; null: none, or it has only begun. */
function complaintIn(words: readonly string[], group: string, age: number | null): string | null {
  const isStuck = group === 'acme.cert-manager.io' && age !== null && age >= stuck
  const failed = words.find((it) => failing.test(it))
  if (failed === undefined) return isStuck ? (words[0] ?? null) : null
  return (age ?? inTheMaking) >= inTheMaking ? failed : null
}

function toldBy(condition: Fields, shape: Shape, now: number | null): ObjectStatus | null {
  const { kind, group, namespace, name, secret, store } = shape
  const type = text(condition['type']) ?? ''
  const due = goodState(type)
  const reason = text(condition['reason']) ?? ''
  const age = ageOf(text(condition['lastTransitionTime']), now)
  const state = stateOf(condition['status'], type, age)
  if (due === null || state === null) return null
  // `DoesNotExist`: the first certificate is being issued (cert-manager, pkg/controller/certificates/trigger/policies).
  const isMaking = making.test(reason) || (group === 'cert-manager.io' && reason === 'DoesNotExist')
  const patience = isMaking ? inTheMaking : onItsWay
  const wrong = state !== due && !wanted.test(reason) && !done.test(reason) && (age ?? patience) >= patience
  const said = wrong ? (text(condition['message']) ?? '').slice(0, longest) : ''
  return {
    kind,
    group,
    namespace,
    name,
    type,
    state,
    wrong,
    reason,
    said,
    ...(age === null ? {} : { age }),
    ...(secret === null ? {} : { secret }),
    ...(store == null ? {} : { store }),
  }
}

/** Nobody knows for some minutes; of what is unknown for an hour nobody takes care. */
function stateOf(state: unknown, type: string, age: number | null): ObjectStatus['state'] | null {
  if (state === 'True' || state === 'False') return state
  return state === 'Unknown' && type === 'Ready' && age !== null && age >= stuck ? state : null
}

function goodState(type: string): 'True' | 'False' | null {
  if ((good.test(type) && !opposite.test(type)) || goodOfOthers.test(type)) return 'True'
  return bad.test(type) || badOfOthers.test(type) ? 'False' : null
}

/** What a controller says of an older version of the object may be right again, or wrong by now. */
function isStale(generation: number | null, told: Fields): boolean {
  const observed = whole(told['observedGeneration'])
  return generation !== null && observed !== null && observed < generation
}

function ageOf(at: string | null, now: number | null): number | null {
  const age = now === null || at === null ? Number.NaN : Math.round((now - Date.parse(at)) / 1000)
  return Number.isFinite(age) ? Math.max(0, age) : null
}
