import type { RawObject } from '../kube/cluster.ts'
import { daemonSets, endpointSlices, jobs, pods, replicaSets, statefulSets } from '../kube/resources.ts'
import { unknown } from '../model/known.ts'
import { type Objects, type Pieces, putPiece } from './bundle.ts'
import { keyOf } from './kinds.ts'

/*
 * A list of kubectl's does not say how its objects were chosen. A part of them passing for all would be a false green:
 * a policy that is not there blocks nothing. So what looks chosen is unknown; what is whole and looks so as well is
 * unknown too, with this reason.
 */

/** A label that all of them bear, `app=web`, be it a lone one. */
export function commonLabel(objects: readonly RawObject[]): string | null {
  const [first, ...others] = objects
  let common = Object.entries(first?.metadata.labels ?? {})
  for (const { metadata } of others) {
    common = common.filter(([key, value]) => metadata.labels?.[key] === value)
    if (common.length === 0) return null
  }
  const [label] = common
  return label === undefined ? null : label.join('=')
}

const owners = { ReplicaSet: replicaSets, StatefulSet: statefulSets, DaemonSet: daemonSets, Job: jobs } as const

/** Makes unknown the kinds of which others name objects that are not there. */
export function doubt(pieces: Pieces, what: string): void {
  for (const [namespace, piece] of pieces.get(keyOf(endpointSlices)) ?? []) {
    const targets = read(piece()).flatMap((slice) => targetsOf(slice))
    const stale = leftovers(targets, read(pieces.get(keyOf(pods))?.get(namespace)?.() ?? nothing))
    const named = targets.flatMap((it) => (stale.has(it.pod) ? [] : [it.pod]))
    lessThan(pieces, { key: keyOf(pods), namespace, named, of: 'an EndpointSlice', what })
  }
  for (const [namespace, piece] of pieces.get(keyOf(pods)) ?? []) {
    const all = read(piece())
    for (const [kind, resource] of Object.entries(owners)) {
      const named = all.flatMap(({ metadata }) =>
        fieldsOf(metadata.ownerReferences).flatMap((it) =>
          it['kind'] === kind && it['controller'] === true ? `${metadata.namespace ?? ''}/${String(it['name'])}` : [],
        ),
      )
      lessThan(pieces, { key: keyOf(resource), namespace, named, of: 'a pod', what })
    }
  }
}

interface Named {
  readonly key: string
  readonly namespace: string
  readonly named: readonly string[]
  readonly of: string
  readonly what: string
}

function lessThan(pieces: Pieces, { key, namespace, named, of, what }: Named): void {
  const objects = pieces.get(key)?.get(namespace)?.()
  if (objects === undefined || !objects.known) return
  const there = new Set(objects.value.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`))
  const missing = named.find((it) => !there.has(it))
  if (missing === undefined) return
  putPiece(pieces, key, namespace, () =>
    unknown('cut-off', `${what} wrote a part of the ${key}: ${of} names ${missing}, which is not among them`),
  )
}

function read(objects: Objects): readonly RawObject[] {
  return objects.known ? objects.value : []
}

interface Target {
  readonly pod: string
  readonly node: string | null
}

function targetsOf({ metadata, ...slice }: RawObject): readonly Target[] {
  return fieldsOf(slice['endpoints']).flatMap((it): readonly Target[] => {
    const [target] = fieldsOf([it['targetRef']])
    const node = it['nodeName']
    return target?.['kind'] === 'Pod'
      ? [
          {
            pod: `${metadata.namespace ?? ''}/${String(target['name'])}`,
            node: typeof node === 'string' ? node : null,
          },
        ]
      : []
  })
}

const nothing: Objects = unknown('not-there', 'no list of pods')

/**
 * Endpoints of pods that are gone, which a controller that stands still leaves behind: few beside those whose pods are
 * there, and on nodes of which there are others. What was chosen by a label or a field leaves out more, or whole nodes.
 */
function leftovers(targets: readonly Target[], pods: readonly RawObject[]): ReadonlySet<string> {
  const there = new Set(pods.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`))
  const nodes = new Set(pods.flatMap((it) => fieldsOf([it['spec']]).map((spec) => spec['nodeName'])))
  const missing = targets.filter((it) => !there.has(it.pod))
  const areFew = missing.length * 3 <= targets.length && commonLabel(pods) === null
  return new Set(
    areFew && missing.every((it) => it.node === null || nodes.has(it.node)) ? missing.map((it) => it.pod) : [],
  )
}

type Fields = Readonly<Record<string, unknown>>

function fieldsOf(list: unknown): readonly Fields[] {
  const all: readonly unknown[] = Array.isArray(list) ? list : []
  return all.filter((it): it is Fields => typeof it === 'object' && it !== null)
}
