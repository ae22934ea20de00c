import { type ArgsOf, check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { Beside } from '../../model/beside.ts'
import type { Pod } from '../../model/pod.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import type { Workload } from '../../model/workload.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import { expectedEmpty, type ExpectedEmpty } from '../../relations/service/expected-empty.ts'
import { type NearMiss, nearMisses } from '../../relations/service/near-miss.ts'
import { type CanaryOnly, canaryOnly } from '../../relations/ingress/canaries.ts'
import { once } from '../../relations/once.ts'
import { labelOf } from '../../relations/selector.ts'
import { isRunTimeLabel, sealedAmong } from '../../relations/service/run-time-labels.ts'
import { backingOf } from '../../relations/service/service-backing.ts'
import { byLabels, isLive, selectorOf } from '../../relations/service/service-selects-pod.ts'
import { noEndpoints, roleUnset, svcUnanswered } from '../../relations/symptom.ts'
import { type Top, topWorkloads } from '../../relations/workload-of-pod.ts'
import { pairsText, selectorEvidence, serviceSubject } from './words.ts'
import { count, full } from '../../phrases.ts'

/**
 * A Service finds its pods by labels alone, and nothing complains when there are none: kube-proxy just refuses.
 * Without a near miss it may be a leftover (a chart's Service for a part that was never installed): then a warning.
 */
export default check({
  code: 'SVC201',
  slug: 'service/selector-matches-nothing',
  title: 'the selector of a Service matches no pod',
  fine: 'every selector matches pods',
  severity: 'error',
  needs: ['services', 'pods'],
  wants: ['workloads', 'ingresses', 'beside'],
  remedies: ['service-selector'],
  decides: ['SVC-03'],

  run({ services, pods, workloads, ingresses, beside, scope }) {
    const choosing = services.filter((it) => selectorOf(it) !== null)
    if (choosing.length === 0) return notApplicable('no Service here chooses pods by a selector')
    const backing = backingOf(pods, workloads, beside)
    const carriers = Map.groupBy(pods.filter(isLive), (it) => it.namespace)
    const templates = Map.groupBy(workloads.known ? topWorkloads(workloads.value) : [], (it) => it.namespace)
    const siblings = Map.groupBy(services, (it) => it.namespace)
    const nearest = {
      pods: byName((namespace) => nearMisses(carriers.get(namespace) ?? [])),
      made: byName((namespace) =>
        nearMisses((templates.get(namespace) ?? []).flatMap((it) => it.templates.map((labels) => ({ labels })))),
      ),
    }
    const near = (service: Service, pairs: Readonly<Record<string, string>>): NearBy => ({
      nearPods: nearest.pods(service.namespace)(pairs),
      nearMade: nearest.made(service.namespace)(pairs) ?? namesakeMiss(service, templates.get(service.namespace) ?? []),
    })
    const target = scope.target.kind === 'object' ? subjectKey(scope.target.object) : null
    const claims = claimsOf(services)

    const found = choosing.flatMap((service) => {
      const behind = backing(service)
      if (behind.kind !== 'matches-nothing') return []
      const pairs = selectorOf(service) ?? {}
      const canary = canaryAmong(ingresses, service)
      // What is near to the selector of a canary is what it is a canary of.
      const { nearPods, nearMade } = canary === null ? near(service, pairs) : noneNear
      const asked = target === subjectKey(serviceSubject(service))
      const meant = nearPods !== null || nearMade !== null || asked || canary?.idle === false
      const here = carriers.get(service.namespace) ?? []
      // Who asks about this very Service wants an answer from it.
      const miss = nearPods ?? nearMade
      const expected =
        elsewhere(service, miss) ??
        (asked ? null : (idle(canary) ?? expectedEmpty(service, siblings.get(service.namespace) ?? [], here)))
      const claimedBy = claimant(service, miss, claims)
      if (!behind.sure && expected === null && !asked && isLikeOthers(meant, claimedBy)) return [unsure(service)]
      const carrier = nearPods !== null ? 'pod' : 'workload'
      return [
        verdict({
          service,
          miss,
          claimedBy,
          carrier,
          meant,
          sure: behind.sure,
          pods: here.length,
          elsewhere: bearersElsewhere(service, pods, [miss, expected]),
          expected,
          ordinal: workloads.known ? beyondSet(service, workloads.value) : null,
          writer: writerOf(service, beside),
          sealed: sealedAmong(here),
        }),
      ]
    })
    return found.length > 0 ? found : ok(choosing.length)
  },

  words: {
    headline: ({ subject: on, args }) => `Service ${full(on)} selects no pod: ${told(args)}.`,
    detail: ({ args }) =>
      `selector ${args.selector} · matches 0 of ${count(args.pods, 'pod')} in the namespace` +
      (!args.sure ? ' · not all workloads were read: one may be scaled to 0' : ''),
    note: ({ args }) =>
      args.expected !== null
        ? `${expectedText(args)}`
        : 'a Service without endpoints refuses every connection at once; nothing else reports it',
    help: ({ subject: on, args }) => [
      opening(args),
      ...(args.miss === null ||
      args.expected !== null ||
      args.claimedBy !== null ||
      isNumbered(args.key) ||
      args.moved ||
      isControlled(args.key)
        ? []
        : [`kubectl -n ${on.namespace} patch service ${on.name} --type=merge -p '${args.patch}'`]),
      `kubectl -n ${on.namespace} get pods --show-labels`,
    ],
  },
})

interface Elsewhere {
  readonly namespace: string
  readonly pods: number
}

function whomElse(elsewhere: Elsewhere | null): readonly Subject[] {
  return elsewhere === null ? [] : [subject('Namespace', null, elsewhere.namespace)]
}

function elsewhereArgs(it: Elsewhere | null) {
  return { elsewhere: it?.pods ?? 0, elsewhereIn: it?.namespace ?? '' }
}

/** Of all namespaces. */
const bearers = once((pods: readonly Pod[]) =>
  byLabels(pods.filter(isLive), ({ labels }) => ({ namespace: '', labels })),
)

/**
 * Live pods that bear all that the selector asks for, where they are of one other namespace: a kustomization that
 * gives its namespace to the Service alone leaves them behind. null where there
 * are none, or in several, which may be copies of one another; and where it is known otherwise.
 */
function bearersElsewhere(
  service: Service,
  pods: readonly Pod[],
  known: readonly (NearMiss | Expected | null)[],
): Elsewhere | null {
  if (known.some((it) => it !== null)) return null
  const pairs = selectorOf(service) ?? {}
  const its = bearers(pods)('', pairs).filter((it) => it.namespace !== service.namespace)
  const [first] = its
  const isOne = first !== undefined && its.every((it) => it.namespace === first.namespace)
  return isOne ? { namespace: first.namespace, pods: its.length } : null
}

/** A workload of the Service's own name was meant, however far its label is from what the selector wants. */
function namesakeMiss(service: Service, tops: readonly Top[]): NearMiss | null {
  const labels = wantedByName(tops).get(service.name)?.templates[0] ?? {}
  const missing = Object.entries(selectorOf(service) ?? {}).filter(([key, value]) => labelOf(labels, key) !== value)
  const [only] = missing
  const theirs = only === undefined || missing.length > 1 ? undefined : labelOf(labels, only[0])
  return only === undefined || theirs === undefined
    ? null
    : { kind: 'value', key: only[0], wanted: only[1], theirs, carriers: 1 }
}

/** The first of each name, of those that want pods. */
const wantedByName = once(
  (tops: readonly Top[]) =>
    new Map(
      tops
        .filter((it) => it.desired > 0)
        .toReversed()
        .map((it) => [it.name, it]),
    ),
)

/** Made once for each namespace. */
function byName<T>(make: (namespace: string) => T): (namespace: string) => T {
  const made = new Map<string, T>()
  return (namespace) => {
    const it = made.get(namespace) ?? make(namespace)
    made.set(namespace, it)
    return it
  }
}

/** Argo Rollouts puts this pair into the Services that its Rollout names (docs/features/traffic-management). */
const rolloutsHash = 'rollouts-pod-template-hash'

/** Labels of which controllers choose the value: what is written by hand is right until the next release. */
function isControlled(key: string): boolean {
  return key === rolloutsHash || key === 'pod-template-hash' || key === 'controller-revision-hash'
}

/** Who writes the hash of a version into its selector: a Rollout that names it. `unread`: none was read. */
function writerOf({ namespace, name }: Service, beside: Known<Beside>): 'rollout' | 'none' | 'unread' {
  const all = beside.known ? (beside.value.rollouts ?? []).filter((it) => it.namespace === namespace) : []
  if (all.length === 0) return 'unread'
  return all.some((it) => it.services.includes(name)) ? 'rollout' : 'none'
}

/** The label that the StatefulSet controller gives each pod: its name (k8s.io/api/apps/v1 StatefulSetPodNameLabel). */
const podNameLabel = 'statefulset.kubernetes.io/pod-name'

function isNumbered(key: string): boolean {
  return key === podNameLabel || key === 'apps.kubernetes.io/pod-index'
}

const noSet = { set: null, members: 0, first: 0 }

interface BeyondSet {
  readonly set: string
  readonly members: number
  readonly first: number
}

/** A Service of one member, `postgres-2`, whose StatefulSet makes fewer. */
function beyondSet(service: Service, workloads: readonly Workload[]): BeyondSet | null {
  const [, stem, number] = /^(.{1,240})-(\d{1,5})$/.exec(selectorOf(service)?.[podNameLabel] ?? '') ?? []
  const set = workloads.find(
    (it) => it.kind === 'StatefulSet' && it.namespace === service.namespace && it.name === stem,
  )
  if (set === undefined) return null
  const first = set.order?.start ?? 0
  const isMade = Number(number) >= first && Number(number) < first + set.desired
  return isMade ? null : { set: set.name, members: set.desired, first }
}

function opening(args: Seen): string {
  if (args.expected !== null) return 'see for yourself which pods are there'
  if (args.set !== null)
    return (
      `StatefulSet ${args.set} numbers its pods from ${args.first}, and makes ${args.members} of them: ` +
      'scale it, or take this Service away'
    )
  if (args.miss === null && args.elsewhere > 0)
    return (
      `a Service chooses pods of its own namespace alone: make it in ${args.elsewhereIn}, if those pods are meant, ` +
      'or the workload here'
    )
  if (args.miss === null) return 'find out what this Service was for: its pods are gone, or were never made'
  if (args.moved && args.sealed > 0)
    return (
      `${count(args.sealed, 'pod')} ${args.sealed === 1 ? 'is' : 'are'} sealed (vault-sealed=true): unseal Vault, ` +
      'and one of them becomes active'
    )
  if (args.moved)
    return (
      `leave the selector: whoever runs these pods, an operator or the server itself, gives one of them ` +
      `\`${args.key}=${args.wanted}\` while it runs, and none has it now: see in its log and its status ` +
      'why none was chosen'
    )
  if (args.claimedBy !== null)
    return (
      `Service ${args.claimedBy} selects those pods already, and they stay its own: ` +
      'see what was to make the pods of this one'
    )
  if (args.key === rolloutsHash && args.writer === 'none')
    return (
      `take \`${rolloutsHash}\` out of the selector: no Rollout here names this Service, so that nobody writes the ` +
      'pair again'
    )
  if (args.key === rolloutsHash && args.writer === 'unread')
    return (
      `if a Rollout names this Service (stableService, canaryService, activeService), leave the selector to Argo ` +
      `Rollouts, and see why it has no pods of that hash; else take \`${rolloutsHash}\` out of it`
    )
  if (args.key === rolloutsHash)
    return (
      'leave the selector to Argo Rollouts, which writes this pair and would write it again: see why its Rollout has ' +
      'not, or no more, pods of that hash'
    )
  if (isControlled(args.key))
    return `take \`${args.key}\` out of the selector: a controller gives it to pods, and each release has another value`
  return 'make the selector and the labels say the same; the patch is for a selector that is the wrong one'
}

function told(args: Seen): string {
  const carriers = `${count(args.carriers, `${args.carrier}`)} ${args.carriers === 1 ? 'says' : 'say'}`
  if (args.set !== null)
    return (
      `it is of pod ${args.wanted}, and StatefulSet ${args.set} makes ${count(args.members, 'pod')}, ` +
      `from ${args.set}-${args.first} on`
    )
  switch (args.miss) {
    case 'value':
      return `it wants \`${args.key}=${args.wanted}\`, ${carriers} \`${args.key}=${args.theirs}\``
    case 'key':
      return `it wants \`${args.key}=${args.wanted}\`, ${carriers} \`${args.theirs}=${args.wanted}\``
    case 'absent':
      return `${count(args.carriers, `${args.carrier}`)} would match but for \`${args.key}=${args.wanted}\``
    default:
      return (
        `nothing in its namespace carries \`${args.selector}\`` +
        (args.elsewhere === 0
          ? ''
          : `, and ${count(args.elsewhere, 'pod')} of namespace ${args.elsewhereIn} ` +
            `${args.elsewhere === 1 ? 'does' : 'do'}`)
      )
  }
}

function expectedArgs(it: Expected | null) {
  if (it === null) return { expected: null, part: null, role: null, sibling: null }
  if (it.kind === 'elsewhere') return { expected: it.kind, part: null, role: null, sibling: null }
  if (it.kind === 'canary') return { expected: it.kind, part: it.ingress, role: null, sibling: null }
  return it.kind === 'control-plane'
    ? { expected: it.kind, part: it.part, role: null, sibling: null }
    : { expected: it.kind, part: it.pod, role: it.role, sibling: it.sibling }
}

/** Empty, and no fault: `canary` is one to which no request is led yet. */
type Expected = ExpectedEmpty | { readonly kind: 'canary'; readonly ingress: string } | { readonly kind: 'elsewhere' }

interface NearBy {
  readonly nearPods: NearMiss | null
  readonly nearMade: NearMiss | null
}

const noneNear: NearBy = { nearPods: null, nearMade: null }

function canaryAmong(ingresses: Known<readonly Ingress[]>, service: Service): CanaryOnly | null {
  return ingresses.known ? canaryOnly(ingresses.value, service) : null
}

/** Cilium merges the endpoints of other clusters into a global Service: its pods may all be there. */
function elsewhere(service: Service, miss: NearMiss | null): Expected | null {
  return service.global === true && miss === null ? { kind: 'elsewhere' } : null
}

function idle(canary: CanaryOnly | null): Expected | null {
  return canary?.idle === true ? { kind: 'canary', ingress: canary.ingress } : null
}

/** Services by the first pair of their selectors, so that each asks few of the others. */
type Claims = ReadonlyMap<string, readonly Service[]>

function claimsOf(services: readonly Service[]): Claims {
  return Map.groupBy(services, (it) => {
    const [first] = Object.entries(selectorOf(it) ?? {})
    return first === undefined ? '' : claimKey(it.namespace, ...first)
  })
}

function claimKey(namespace: string, key: string, value: string | null): string {
  return JSON.stringify([namespace, key, value])
}

/** A Service of the namespace that selects the pods which this one would get, by what its selector nearly says. */
function claimant(service: Service, miss: NearMiss | null, claims: Claims): string | null {
  if (miss === null) return null
  const { [miss.key]: _, ...rest } = selectorOf(service) ?? {}
  const meant: Readonly<Record<string, string | null>> = { ...rest, ...changeFor(miss) }
  const near = Object.entries(meant).flatMap(
    ([key, value]) => claims.get(claimKey(service.namespace, key, value)) ?? [],
  )
  const other = near.find((it) => {
    const theirs = Object.entries(selectorOf(it) ?? {})
    return (
      it !== service &&
      theirs.length > 0 &&
      theirs.every(([key, value]) => Object.hasOwn(meant, key) && meant[key] === value)
    )
  })
  return other?.name ?? null
}

type Seen = ArgsOf<ReturnType<typeof verdict>>

interface Judged {
  readonly service: Service
  readonly miss: NearMiss | null
  readonly claimedBy: string | null
  /** Who carries the labels that were nearly meant. */
  readonly carrier: 'pod' | 'workload'
  readonly meant: boolean
  readonly sure: boolean
  readonly pods: number
  readonly elsewhere: Elsewhere | null
  readonly expected: Expected | null
  readonly ordinal: BeyondSet | null
  readonly writer: 'rollout' | 'none' | 'unread'
  readonly sealed: number
}

/** Why nothing need be done, or null. */
function expectedText(args: Seen): string | null {
  if (args.expected === null) return null
  if (args.expected === 'elsewhere')
    return 'it is a global Service of Cilium: other clusters may have its pods, whose endpoints were not read'
  if (args.expected === 'canary')
    return (
      `only Ingress ${args.part} leads here, a canary at weight 0: ` +
      'no request goes there until its weight is raised'
    )
  return args.expected === 'control-plane'
    ? `nothing need be done: ${args.part} runs outside the pods of this cluster, ` +
        `and this Service is there to scrape it`
    : `nothing need be done: pod ${args.part} is the only one of its kind, ` +
        `and has the role \`${args.role}\` of Service ${args.sibling}`
}

function labelText(miss: NearMiss | null, carrier: Judged['carrier']): string {
  if (miss === null) return 'no pod and no workload says this'
  return miss.kind === 'absent' ? `${carrier}s have no such label` : `${carrier}s say \`${miss.theirs}\``
}

/** What is to be written into the selector, so that it matches what was nearly meant. */
function changeFor(miss: NearMiss | null): Readonly<Record<string, string | null>> {
  if (miss === null) return {}
  if (miss.kind === 'value') return { [miss.key]: miss.theirs }
  return { [miss.key]: null, ...(miss.kind === 'key' ? { [miss.theirs]: miss.wanted } : {}) }
}

function verdict({ service, miss, claimedBy, carrier, meant, sure, pods, elsewhere, expected, ...it }: Judged) {
  const { ordinal, writer, sealed } = it
  const pairs = selectorOf(service) ?? {}
  const key = miss?.key ?? Object.keys(pairs)[0] ?? ''
  return finding({
    subject: serviceSubject(service),
    also: whomElse(elsewhere),
    confidence: sure ? 'inferred' : 'possible',
    severity: severityOf(meant && !mayBeIdle(sure, ordinal), expected),
    args: {
      selector: pairsText(pairs),
      pods,
      miss: miss?.kind ?? null,
      key,
      wanted: pairs[key] ?? '',
      theirs: miss?.theirs ?? null,
      carrier,
      carriers: miss?.carriers ?? 0,
      claimedBy,
      writer,
      moved: isMoved(miss, carrier),
      sealed,
      sure,
      ...elsewhereArgs(elsewhere),
      ...(ordinal ?? noSet),
      ...expectedArgs(expected),
      patch: JSON.stringify({ spec: { selector: changeFor(miss) } }),
    },
    evidence: [
      selectorEvidence(
        service,
        key,
        miss?.kind === 'value' || miss === null ? (pairs[key] ?? '') : key,
        labelText(miss, carrier),
      ),
    ],
    dueTo: [roleUnset(service)],
    causes: [noEndpoints(service), svcUnanswered(service)],
  })
}

/** Pods bear that label with another value, and whoever gives it to them does so while they run. */
function isMoved(miss: NearMiss | null, carrier: Judged['carrier']): boolean {
  return miss?.kind === 'value' && carrier === 'pod' && isRunTimeLabel(miss.key)
}

/** Nothing near, or what is near is another's: a preview that is scaled to 0 looks the same. */
function isLikeOthers(meant: boolean, claimedBy: string | null): boolean {
  return !meant || claimedBy !== null
}

/** Its workload may be scaled to 0, or is. */
function mayBeIdle(sure: boolean, ordinal: BeyondSet | null): boolean {
  return !sure || ordinal?.members === 0
}

/** A workload that may not be read may be scaled to 0, or run now and then. */
function unsure(service: Service) {
  const why = `Service ${full(service)} selects no pod, and not all workloads were read: one may be scaled to 0`
  return cannotTell('forbidden', why)
}

function severityOf(meant: boolean, expected: Expected | null): Severity {
  if (expected !== null) return 'info'
  return meant ? 'error' : 'warning'
}
