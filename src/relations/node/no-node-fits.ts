import { closest } from '../../closest.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { NodeRequirement, NodeTerm, Placement, Toleration } from '../../model/placement.ts'
import { count, some } from '../../phrases.ts'
import { once } from '../once.ts'
import { holds, labelOf } from '../selector.ts'

type Taint = Node['taints'][number]

/** Why no node takes a pod, by what it asks of nodes and what they are. `of`: where to look. */
export interface Misfit {
  readonly of: 'labels' | 'volumes' | 'taints'
  readonly why: string
  /** The taints of each node that fits otherwise; none where labels are in the way. */
  readonly taints: readonly { readonly node: string; readonly keys: readonly string[] }[]
}

/**
 * The first thing that keeps all nodes from a pod, as the scheduler's filters NodeAffinity, VolumeBinding and
 * TaintToleration see it (kube-scheduler, pkg/scheduler/framework/plugins). null where some node takes it by these, so
 * that room or something else is in the way; where its nodes were not read; and where it asks for nothing that is read.
 */
export function misfitOf(placement: Placement | undefined, nodes: Known<readonly Node[]>): Misfit | null {
  if (placement === undefined || !nodes.known || nodes.value.length === 0) return null
  const asks = asksOf(placement)
  for (const ask of asks) {
    const why = unmet(ask, nodes.value)
    if (why !== null) return { of: ask.of, why, taints: [] }
  }
  const fit = nodes.value.filter((node) => asks.every(({ terms }) => meetsOne(terms, node)))
  if (fit.length === 0)
    return { of: 'labels', why: `no node is all that it asks for: ${some(asks.map(askText), 3)}`, taints: [] }
  const shut = fit.map((node) => node.taints.filter((it) => keepsOut(it, placement.tolerations)))
  if (shut.some((it) => it.length === 0)) return null
  const taints = fit.map(({ name }, at) => ({ node: name, keys: (shut[at] ?? []).map((it) => it.key) }))
  return { of: 'taints', why: tainted(shut, nodes.value.length), taints }
}

/** One thing that it asks for, and by what: one of the terms. */
interface Ask {
  readonly of: 'labels' | 'volumes'
  readonly by: string
  readonly terms: readonly NodeTerm[]
}

function asksOf({ selector, terms, volumes = [] }: Placement): readonly Ask[] {
  return [
    ...Object.entries(selector).map(([key, value]) => ({
      of: 'labels' as const,
      by: 'its nodeSelector',
      terms: [[{ key, operator: 'In' as const, values: [value] }]],
    })),
    ...(terms.length === 0 ? [] : [{ of: 'labels' as const, by: 'its node affinity', terms }]),
    ...volumes.map((it) => ({
      of: 'volumes' as const,
      by: `PersistentVolume ${it.volume} of its claim ${it.claim}`,
      terms: it.terms,
    })),
  ]
}

function askText({ terms }: Ask): string {
  return terms.map((term) => term.map(requirementText).join(' and ')).join(', or ')
}

/** null where a node meets it. */
function unmet(ask: Ask, nodes: readonly Node[]): string | null {
  const { by, terms } = ask
  if (nodes.some((node) => meetsOne(terms, node))) return null
  const alone = terms.map((term) => term.find((it) => !nodes.some((node) => meets(it, node))))
  const [first] = alone
  if (first === undefined || alone.includes(undefined)) return `no node is what ${by} asks for: ${askText(ask)}`
  const more = alone.length > 1 ? `, nor what the other ${count(alone.length - 1, 'term')} of it asks for` : ''
  return `no node has ${requirementText(first)}, which ${by} asks for${more}${nearText(first, nodes)}`
}

function requirementText({ key, operator, values }: NodeRequirement): string {
  switch (operator) {
    case 'Exists':
      return `the label ${key}`
    case 'DoesNotExist':
      return `no label ${key}`
    case 'NotIn':
      return `a label ${key} other than ${some(values, 3)}`
    case 'In':
      return `the label ${key}=${values.length === 1 ? values[0] : `(${some(values, 3)})`}`
  }
}

/** What nodes have in its place: other values of the key, the nearest first; else a key that is spelt much alike. */
function nearText({ key, operator, values }: NodeRequirement, nodes: readonly Node[]): string {
  if (operator === 'NotIn' || operator === 'DoesNotExist') return ''
  const there = [...new Set(nodes.flatMap((it) => labelOf(it.labels, key) ?? []))].toSorted()
  if (there.length > 0) {
    const near = closest(values[0] ?? '', there, 1)
    return ` (nodes say ${some([...near, ...there.filter((it) => !near.includes(it))], 3)})`
  }
  const [other] = closest(key, keysOf(nodes), 1)
  return other === undefined ? ' (no node has a label of that key)' : ` (nodes have ${other})`
}

const keysOf = once((nodes: readonly Node[]): readonly string[] => [
  ...new Set(nodes.flatMap((it) => Object.keys(it.labels))),
])

function meetsOne(terms: readonly NodeTerm[], node: Node): boolean {
  return terms.some((term) => term.every((it) => meets(it, node)))
}

function meets(asked: NodeRequirement, { labels }: Node): boolean {
  return holds(asked, labelOf(labels, asked.key))
}

/** Whether a taint keeps a pod from being placed (component-helpers, FindMatchingUntoleratedTaint). */
function keepsOut(taint: Taint, tolerations: readonly Toleration[]): boolean {
  if (taint.effect !== 'NoSchedule' && taint.effect !== 'NoExecute') return false
  return !tolerations.some(
    ({ key, value, effect }) =>
      (key === null || key === taint.key) &&
      (effect === null || effect === taint.effect) &&
      (value === null || value === (taint.value ?? '')),
  )
}

/** What the taints of the API's own say of a node (core/v1, well_known_taints.go). */
const states: Readonly<Record<string, string>> = {
  'node.kubernetes.io/unschedulable': 'is cordoned',
  'node.kubernetes.io/not-ready': 'is not ready',
  'node.kubernetes.io/unreachable': 'does not report',
  'node.kubernetes.io/network-unavailable': 'has no network',
  'node.kubernetes.io/disk-pressure': 'has too little disk left (DiskPressure)',
  'node.kubernetes.io/memory-pressure': 'has too little memory left (MemoryPressure)',
  'node.kubernetes.io/pid-pressure': 'has too few process ids left (PIDPressure)',
  'node.cloudprovider.kubernetes.io/uninitialized': 'waits for its cloud controller',
}

function tainted(shut: readonly (readonly Taint[])[], of: number): string {
  const firsts = shut.flatMap(([it]) => (it === undefined ? [] : [taintText(it)]))
  const groups = [...Map.groupBy(firsts, (it) => it)].toSorted(([, a], [, b]) => b.length - a.length)
  const that = shut.length < of ? ` that ${shut.length === 1 ? 'fits' : 'fit'} it otherwise` : ''
  const texts = groups.map(([text, its]) => (groups.length === 1 ? text : `${its.length} ${text}`))
  const each = shut.length === 1 ? `the one node${that}` : `each of the ${shut.length} nodes${that}`
  return groups.length === 1 ? `${each} ${some(texts)}` : `of the ${shut.length} nodes${that}, ${some(texts, 3)}`
}

function taintText({ key, value, effect }: Taint): string {
  const state = Object.hasOwn(states, key) ? states[key] : undefined
  return (
    state ??
    `has the taint ${key}${value === null || value === '' ? '' : `=${value}`}:${effect}, which it does not tolerate`
  )
}
