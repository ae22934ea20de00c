import { recordedNames } from '../collect/recorded-names.ts'
import { type ResolvedTarget, resolveTarget } from '../collect/target.ts'
import { type Known, known } from '../model/known.ts'
import type { Model, Scope, Sources } from '../model/sources.ts'
import { subjectKey } from '../model/subject.ts'
import { ToolError } from '../tool-error.ts'

export interface Narrower {
  readonly from: string
  /** undefined: as recorded. null: every namespace. */
  readonly namespace: string | null | undefined
}

/**
 * A recording holds what was read for one scope: a target or a namespace beside `--from` can narrow it, and cannot
 * widen it. What it does not hold is refused, and not answered about something else.
 */
export async function narrowed(model: Model, target: string | null, narrower: Narrower): Promise<Narrowed> {
  const asked = namespaceAsked(model, narrower)
  if (asked === model.scope.namespace && target === null) return { shown: model, judged: model, within: null }
  const resolved = await resolveTarget(target, recordedNames(model), asked)
  return narrowedTo(model, resolved, { from: narrower.from, target })
}

/** The namespace that is asked about: as recorded, or one of those that were. */
export function namespaceAsked({ scope }: Model, { from, namespace }: Narrower): string | null {
  const asked = namespace === undefined ? scope.namespace : namespace
  if (asked === scope.namespace || scope.namespace === null) return asked
  throw new ToolError(
    'usage',
    `${from} is a recording of namespace ${scope.namespace}, and -n or -A asks for something else`,
    'leave out -n and -A, or record that namespace',
  )
}

/** The same for a target whose meaning is known; `target`: its words, null where none was named. */
export function narrowedTo(
  model: Model,
  resolved: ResolvedTarget,
  { from, target }: { readonly from: string; readonly target: string | null },
): Narrowed {
  const { scope } = model
  // A URL says its namespace itself.
  const within = resolved.namespace === scope.namespace ? model : inNamespace(model, resolved.namespace)
  const wanted = target === null ? scope.target : resolved.target
  if (!isHeld(scope.target, wanted))
    throw new ToolError(
      'usage',
      `${from} was recorded for ${nameOf(scope.target)}: it holds too little of ${target ?? 'the namespace'}`,
      'leave out the target, or record without one: hopscope collect',
    )
  const { serviceUrl } = target === null ? scope : resolved
  const { serviceUrl: _before, ...rest } = scope
  const asks = { ...rest, target: wanted, ...(serviceUrl === undefined ? {} : { serviceUrl }) }
  const shown = { ...within, scope: { ...asks, namespace: resolved.namespace } }
  if (within === model || wanted.kind === 'dns') return { shown, judged: shown, within: null }
  return {
    shown,
    judged: { ...model, scope: { ...asks, namespace: null } },
    within: wanted.kind === 'everything' ? resolved.namespace : null,
  }
}

/** What stands outside of a namespace may be why something in it fails: all that a file holds is judged. */
export interface Narrowed {
  /** What was asked about, as it would have been read. */
  readonly shown: Model
  /** What the checks are given. */
  readonly judged: Model
  /** The namespace whose findings are asked for; null: `judged` says it by its scope. */
  readonly within: string | null
}

/**
 * What was recorded for everything holds each part; what was recorded for one object holds that, and the DNS that it
 * hangs on.
 */
function isHeld(recorded: Scope['target'], wanted: Scope['target']): boolean {
  if (recorded.kind === 'everything' || wanted.kind === 'dns') return true
  if (recorded.kind === 'dns' || wanted.kind !== 'object') return recorded.kind === wanted.kind
  return subjectKey(recorded.object) === subjectKey(wanted.object)
}

function nameOf(target: Scope['target']): string {
  if (target.kind === 'object') return `${target.object.kind} ${target.object.namespace}/${target.object.name}`
  return target.kind === 'dns' ? 'the DNS of the cluster alone' : 'everything'
}

/** As it would have been read with -n: the DNS servers' own namespace and what has no namespace stay. */
function inNamespace(model: Model, namespace: string | null): Model {
  if (namespace === null) return model
  const { sources } = model
  const own = <T extends { readonly namespace: string }>(list: Known<readonly T[]>): Known<readonly T[]> =>
    list.known ? known(list.value.filter((it) => it.namespace === namespace)) : list
  const dns = sources.clusterDns.known ? (sources.clusterDns.value.service?.namespace ?? 'kube-system') : 'kube-system'
  const measuredFrom = [sources.dnsProbe, sources.nameAnswers, sources.contacts, sources.podWays].flatMap((it) =>
    it.known ? [it.value.from.namespace] : [],
  )
  const kept = new Set([namespace, dns, ...measuredFrom])
  const policies: Known<Sources['networkPolicies']> = sources.networkPolicies.known
    ? known(sources.networkPolicies.value.filter((it) => kept.has(it.namespace)))
    : sources.networkPolicies
  const contacts = sources.contacts.known
    ? known({
        ...sources.contacts.value,
        connects: sources.contacts.value.connects.filter((it) => it.service.namespace === namespace),
        http: sources.contacts.value.http.filter((it) => it.ingress.namespace === namespace),
      })
    : sources.contacts
  return {
    ...model,
    sources: {
      ...sources,
      pods: own(sources.pods),
      services: own(sources.services),
      endpointSlices: own(sources.endpointSlices),
      workloads: own(sources.workloads),
      ingresses: own(sources.ingresses),
      insideViews: own(sources.insideViews),
      networkPolicies: policies,
      contacts,
    },
  }
}
