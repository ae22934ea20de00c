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
    const named = read(piece()).flatMap((slice) => targetsOf(slice))
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

function targetsOf({ metadata, ...slice }: RawObject): readonly string[] {
  return fieldsOf(slice['endpoints']).flatMap((it) => {
    const [target] = fieldsOf([it['targetRef']])
    return target?.['kind'] === 'Pod' ? `${metadata.namespace ?? ''}/${String(target['name'])}` : []
  })
}

type Fields = Readonly<Record<string, unknown>>

function fieldsOf(list: unknown): readonly Fields[] {
  const all: readonly unknown[] = Array.isArray(list) ? list : []
  return all.filter((it): it is Fields => typeof it === 'object' && it !== null)
}
