import { hintText, unreadyHint } from '../../relations/service/unready-hints.ts'
import type { Evidence } from '../../findings/evidence.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { nextLookAt, type PodProblem } from '../../relations/pod-problem.ts'
import { textOrder } from '../../model/text-order.ts'
import { some } from '../../phrases.ts'

/**
 * Whether to speak of this object when nothing is known about it: not when the user asked about another of its kind.
 */
export function isAskedAbout(
  { target }: Scope,
  kind: string,
  it: { readonly namespace: string; readonly name: string },
): boolean {
  return (
    target.kind !== 'object' ||
    target.object.kind !== kind ||
    (target.object.namespace === it.namespace && target.object.name === it.name)
  )
}

export function serviceSubject(service: { readonly namespace: string; readonly name: string }): Subject {
  return subject('Service', service.namespace, service.name)
}

export function pairsText(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}

/** The Service's `selector:` as it stands in its YAML, with the caret under one pair's value (or key). */
export function selectorEvidence(service: Service, key: string, mark: string, label: string): Evidence {
  const keys = Object.keys(service.selector ?? {})
  return {
    kind: 'config',
    object: serviceSubject(service),
    path: 'spec.selector',
    lines: ['selector:', ...keys.map((it) => `  ${it}: ${service.selector?.[it]}`)],
    at: Math.max(1, keys.indexOf(key) + 1),
    mark,
    label,
  }
}

/** One port of the Service as it stands in its YAML, with the caret under its targetPort. */
export function targetPortEvidence(service: Service, index: number, label: string): Evidence {
  const port = service.ports[index]
  const named = port?.name === null || port?.name === undefined ? [] : [`name: ${port.name}`]
  const lines = [...named, `port: ${port?.port}`, `targetPort: ${port?.targetPort}`].map(
    (it, at) => `${at === 0 ? '- ' : '  '}${it}`,
  )
  return {
    kind: 'config',
    object: serviceSubject(service),
    path: `spec.ports[${index}].targetPort`,
    lines: ['ports:', ...lines],
    at: lines.length,
    mark: `${port?.targetPort}`,
    label,
  }
}

export interface ReasonedPods {
  readonly why: string
  readonly pods: readonly Pod[]
  /** Of the first of them. */
  readonly problem: PodProblem
}

/**
 * How many pods for each reason, most first. What a kubelet says differs by the pod's own name and addresses, which
 * make no other reason of it: of such the first is told.
 */
export function reasons(pods: readonly Pod[], problemOf: (pod: Pod) => PodProblem): readonly ReasonedPods[] {
  const problems = pods.map((pod) => ({ pod, problem: problemOf(pod) }))
  const groups = [...Map.groupBy(problems, ({ pod, problem }) => alikeOf(problem.why, pod)).values()].flatMap((its) => {
    const [first] = its
    if (first === undefined) return []
    const { why } = first.problem
    const differ = its.some(({ problem }) => problem.why !== why)
    return [
      { why: differ ? `${why} (pod ${first.pod.name})` : why, problem: first.problem, pods: its.map(({ pod }) => pod) },
    ]
  })
  return tellingFirst(groups.toSorted((a, b) => b.pods.length - a.pods.length || textOrder(a.why, b.why)))
}

/** Events are kept of some pods alone: where the first reason stands again with what one says, that one goes before. */
function tellingFirst(groups: readonly ReasonedPods[]): readonly ReasonedPods[] {
  const [first] = groups
  const telling = groups.find((it) => first !== undefined && it.why.startsWith(`${first.why}: `))
  return telling === undefined ? groups : [telling, ...groups.filter((it) => it !== telling)]
}

/** What is left of a reason without whose it is; a long one was cut where it would differ. */
function alikeOf(why: string, { name, ip, ips = [] }: Pod): string {
  const own = [name, ...[...ips, ip ?? ''].filter((it) => it.length > 2)]
  return own.reduce((text, it) => text.replaceAll(it, '\u0000'), why)
}

export function reasonsEvidence(label: string, reasoned: readonly ReasonedPods[]): Evidence {
  const of = reasoned.reduce((sum, it) => sum + it.pods.length, 0)
  return {
    kind: 'shares',
    label,
    rows: reasoned.map((it) => ({
      where: it.why,
      bad: it.pods.length,
      of,
      note: some(it.pods.map((pod) => pod.name)),
    })),
  }
}

/** Where to look next for these pods, as args; null where there are none. */
export function lookArgs(reasoned: ReasonedPods | undefined) {
  const look = reasoned?.problem.look
  return {
    pod: reasoned?.pods[0]?.name ?? null,
    look: look?.at ?? null,
    container: look !== undefined && 'container' in look ? look.container : null,
    hint: reasoned?.pods[0] === undefined ? null : unreadyHint(reasoned.pods[0]),
  }
}

type Look = ReturnType<typeof lookArgs>
type FirstLook = Pick<Look, 'look'> & Partial<Pick<Look, 'hint'>>

/** What to do about it first, where its cause says that. */
export function firstStep({ look, hint = null }: FirstLook): string {
  if (hint !== null) return hintText[hint]
  switch (look) {
    case 'probe':
      return (
        'take `host` out of the probe: without it the kubelet asks the pod; what the program is to read as Host goes ' +
        'into httpHeaders'
      )
    case 'labels':
      return 'ask in its template for what nodes have, or give a node that label; an autoscaler may bring one with it'
    case 'volumes':
      return 'bring a node that can have the volume, or restore its data where nodes are: it moves to no other one'
    case 'taints':
      return (
        'put the nodes right, or take the taint off them; tolerate it in the template only where the pod is meant to ' +
        'run there'
      )
    default:
      return 'see what keeps the pods from being ready'
  }
}

/** The commands for it, one a line. */
export function commandsFor(namespace: string | null, args: ReturnType<typeof lookArgs>): readonly string[] {
  const { pod, look, container } = args
  if (pod === null || look === null || namespace === null) return [`kubectl -n ${namespace} get pods`]
  const inContainer = look === 'logs' || look === 'logs-before' || look === 'ports' || look === 'probe'
  return nextLookAt(
    { look: inContainer ? { at: look, container: container ?? '' } : { at: look } },
    { namespace, name: pod },
  )
}
