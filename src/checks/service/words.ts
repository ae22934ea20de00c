import type { Evidence } from '../../findings/evidence.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { textOrder } from '../../model/text-order.ts'

/** `1 pod`, `3 pods`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

/** `a, b, c and 4 more`: names enough to go on with, in a line. */
export function some(names: readonly string[], shown = 3): string {
  const more = names.length - shown
  return more > 0 ? `${names.slice(0, shown).join(', ')} and ${more} more` : names.join(', ')
}

/** `shop/cart`. */
export function full(it: { readonly namespace: string | null; readonly name: string }): string {
  return it.namespace === null ? it.name : `${it.namespace}/${it.name}`
}

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

/** Why a pod gets no traffic, in the fewest words that tell what to do about it. */
export function whyNotReady(pod: Pod): string {
  return reason(pod).replace(/\.$/, '')
}

function reason(pod: Pod): string {
  if (pod.phase === 'Succeeded') return 'completed'
  if (pod.phase === 'Failed') return `failed${pod.notReadyReason === null ? '' : `: ${pod.notReadyReason}`}`
  if (pod.deleting) return 'terminating'
  const waiting = pod.containers.find((it) => it.waiting !== null && it.waiting !== 'ContainerCreating')
  if (waiting !== undefined)
    return `${waiting.waiting} in container ${waiting.name}${waiting.lastTermination === null ? '' : `, last exit ${waiting.lastTermination}`}`
  if (pod.node === null) return `not scheduled${pod.notReadyReason === null ? '' : `: ${pod.notReadyReason}`}`
  if (pod.phase === 'Pending') return `starting${pod.notReadyReason === null ? '' : `: ${pod.notReadyReason}`}`
  if (pod.ready && pod.ip === null) return 'has no address'
  const failing = pod.containers.find((it) => !it.ready && it.readinessProbe !== null)
  if (failing !== undefined) return `readiness probe of ${failing.name} fails (${failing.readinessProbe})`
  return pod.notReadyReason ?? 'not ready, reason unknown'
}

/** How many pods for each reason, most first. */
export function reasons(pods: readonly Pod[]): readonly { readonly why: string; readonly pods: readonly Pod[] }[] {
  return [...Map.groupBy(pods, whyNotReady)]
    .map(([why, its]) => ({ why, pods: its }))
    .toSorted((a, b) => b.pods.length - a.pods.length || textOrder(a.why, b.why))
}

export function reasonsEvidence(label: string, pods: readonly Pod[]): Evidence {
  return {
    kind: 'shares',
    label,
    rows: reasons(pods).map((it) => ({
      where: it.why,
      bad: it.pods.length,
      of: pods.length,
      note: some(it.pods.map((pod) => pod.name)),
    })),
  }
}
