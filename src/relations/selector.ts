import type { Selector } from '../model/network-policy.ts'

export type Labels = Readonly<Record<string, string>>

/** Three answers, because labels may not have been readable: `maybe` must never be taken for either of the others. */
export type Tri = 'no' | 'maybe' | 'yes'

export const anyOf = (its: readonly Tri[]): Tri => {
  if (its.includes('yes')) return 'yes'
  return its.includes('maybe') ? 'maybe' : 'no'
}
export const allOf = (its: readonly Tri[]): Tri => {
  if (its.includes('no')) return 'no'
  return its.includes('maybe') ? 'maybe' : 'yes'
}

/** A label's own value: `constructor` is a valid key, and every object has something under it. */
export function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}

/** A Service's selector, a plain map: every pair must be there. An empty map selects nothing (core/v1 Service). */
export function hasPairs(pairs: Labels, labels: Labels): boolean {
  // No list of pairs for each of a million questions.
  for (const key in pairs) if (Object.hasOwn(pairs, key) && labelOf(labels, key) !== pairs[key]) return false
  return true
}

/** A label selector as in NetworkPolicies and workloads: an empty one selects everything. */
export function selects(selector: Selector, labels: Labels): boolean {
  return (
    hasPairs(selector.matchLabels, labels) &&
    selector.matchExpressions.every((it) => holds(it, labelOf(labels, it.key)))
  )
}

/** The label that the API server puts on every namespace, since 1.21, and that nobody can change. */
export const namespaceNameLabel = 'kubernetes.io/metadata.name'

/**
 * Whether a namespace is selected. `labels` is null where its labels could not be read: its name label is known all the
 * same.
 */
export function selectsNamespace(selector: Selector, name: string, labels: Labels | null): Tri {
  const seen: Labels = { ...labels, [namespaceNameLabel]: name }
  const certain = (key: string): boolean => labels !== null || key === namespaceNameLabel
  const judge = (key: string, holds: boolean): Tri => {
    if (certain(key)) return holds ? 'yes' : 'no'
    return 'maybe'
  }
  return allOf([
    ...Object.entries(selector.matchLabels).map(([key, value]) => judge(key, labelOf(seen, key) === value)),
    ...selector.matchExpressions.map((it) => judge(it.key, holds(it, labelOf(seen, it.key)))),
  ])
}

export function isEverything(selector: Selector): boolean {
  return Object.keys(selector.matchLabels).length === 0 && selector.matchExpressions.length === 0
}

/** As a user would type it after `-l`: `app=web,tier in (a,b)`. */
export function selectorText(selector: Selector): string {
  const pairs = Object.entries(selector.matchLabels).map(([key, value]) => `${key}=${value}`)
  const expressions = selector.matchExpressions.map(({ key, operator, values }) => {
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
  })
  return [...pairs, ...expressions].join(',')
}

/** NotIn and DoesNotExist hold for a label that is not there (apimachinery labels/selector.go). */
export function holds(it: Selector['matchExpressions'][number], value: string | undefined): boolean {
  switch (it.operator) {
    case 'In':
      return value !== undefined && it.values.includes(value)
    case 'NotIn':
      return value === undefined || !it.values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
  }
}
