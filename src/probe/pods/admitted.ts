import type { Cluster, RawObject } from '../../kube/cluster.ts'
import { pods } from '../../kube/resources.ts'
import type { Known, Why } from '../../model/known.ts'
import { type Ground, groundOf } from './ground.ts'
import { podManifest, type PodPlan } from './pod-manifest.ts'
import { fitted, probeWants, type Storage } from './pod-resources.ts'
import { refuserOf } from './refusal.ts'

/** What may differ from namespace to namespace, besides amounts. */
interface Shape {
  readonly uid: Ground['uid']
  readonly storage: Storage
}

/**
 * A pod in the shape that its namespace takes, or the last refusal; `unfit` without a request where no shape can do.
 * Tries again after a refusal only, which says that nothing was made, and at most twice: once for each part of a shape.
 */
export async function createAdmitted(
  cluster: Cluster,
  plan: PodPlan,
): Promise<Known<RawObject> | { readonly unfit: string }> {
  const { uid, bounds } = await groundOf(cluster, plan.namespace)
  const tried = async (shape: Shape): Promise<Known<RawObject> | { readonly unfit: string }> => {
    const resources = fitted(plan.wants ?? probeWants, bounds, shape.storage)
    if ('why' in resources) return { unfit: resources.why }
    const created = await cluster.create(pods, plan.namespace, podManifest(plan, resources, shape.uid))
    const next = created.known ? null : shapeAfter(shape, created.why)
    return next === null ? created : tried(next)
  }
  return tried({ uid, storage: 'where-bounded' })
}

/** The shape that answers a refusal: of a uid out of OpenShift's range, of storage that a quota counts. */
function shapeAfter(shape: Shape, why: Why): Shape | null {
  const refuser = refuserOf(why)
  if (refuser === 'scc' && shape.uid === 'ours') return { ...shape, uid: 'of-the-namespace' }
  const isOfStorage = (refuser === 'quota' || refuser === 'limit-range') && why.detail.includes('ephemeral-storage')
  return isOfStorage && shape.storage === 'where-bounded' ? { ...shape, storage: 'named' } : null
}
