import type { RawObject, Resource } from '../kube/cluster.ts'
import { cronJobs, daemonSets, deployments, jobs, replicaSets, statefulSets } from '../kube/resources.ts'
import { known } from '../model/known.ts'
import { type Pieces, putPiece } from './bundle.ts'
import { keyOf } from './kinds.ts'

/**
 * Kinds that make pods, with how many of the others must be there whole for this one to have been asked for as well.
 * Whoever lists two of them lists what runs; Deployments and StatefulSets are often all that is asked for, and one
 * that is scaled to 0 leaves no trace, so that of these more is wanted.
 */
const makers: readonly { readonly kind: string; readonly resource: Resource; readonly others: number }[] = [
  { kind: 'Deployment', resource: deployments, others: 4 },
  { kind: 'StatefulSet', resource: statefulSets, others: 4 },
  { kind: 'DaemonSet', resource: daemonSets, others: 2 },
  { kind: 'ReplicaSet', resource: replicaSets, others: 2 },
  { kind: 'Job', resource: jobs, others: 2 },
  { kind: 'CronJob', resource: cronJobs, others: 2 },
]

/**
 * kubectl writes nothing of a kind that has no objects: `kubectl get deploy,ds,rs,sts,jobs,cronjobs` of a cluster
 * without a CronJob does not say that it asked for them. Where several of the kinds that make pods are there whole, and
 * no object names an owner of the one that is not, there is none of it. Returns the kinds of which that is taken.
 */
export function addNoMakers(pieces: Pieces, objects: readonly RawObject[]): readonly string[] {
  const owners = new Set(objects.flatMap(({ metadata }) => ownerKinds(metadata.ownerReferences)))
  const absent = makers.filter((it) => !pieces.has(keyOf(it.resource)) && !owners.has(it.kind))
  const places = new Set(makers.flatMap(({ resource }) => [...(pieces.get(keyOf(resource))?.keys() ?? [])]))
  const taken = new Set<string>()
  for (const place of places) {
    const isWhole = (it: Resource): boolean => pieces.get(keyOf(it))?.get(place)?.().known === true
    const whole = makers.filter(({ resource }) => isWhole(resource)).length
    for (const { kind, resource, others } of absent) {
      if (whole < others) continue
      putPiece(pieces, keyOf(resource), place, () => known([]))
      taken.add(kind)
    }
  }
  return [...taken]
}

function ownerKinds(references: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(references) ? references : []
  return all.flatMap((it) =>
    typeof it === 'object' && it !== null && 'kind' in it && typeof it.kind === 'string' ? [it.kind] : [],
  )
}
