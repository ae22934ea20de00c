import type { Scaler } from '../../model/beside.ts'
import type { RawObject } from '../../kube/cluster.ts'
import type { Intern } from '../../wire/intern.ts'
import { fields, text, whole } from './json.ts'

/**
 * `autoscaling` HorizontalPodAutoscaler, which wants one pod at least where it says nothing (autoscaling/v2 types.go),
 * and KEDA's ScaledObject, which wants none then, and which an annotation keeps at a number whatever its triggers say
 * (keda.sh, "Pausing autoscaling"). null for what is neither.
 */
export function projectScaler(raw: RawObject, intern: Intern): Scaler | null {
  const group = (text(raw.apiVersion) ?? '').split('/')[0]
  const isHpa = raw.kind === 'HorizontalPodAutoscaler' && group === 'autoscaling'
  if (!isHpa && !(raw.kind === 'ScaledObject' && group === 'keda.sh')) return null
  const spec = fields((raw as { readonly spec?: unknown }).spec)
  const target = fields(spec['scaleTargetRef'])
  const name = text(target['name'])
  const { namespace } = raw.metadata
  if (name === null || namespace === undefined) return null
  const paused = Number(raw.metadata.annotations?.['autoscaling.keda.sh/paused-replicas'] ?? Number.NaN)
  return {
    kind: isHpa ? 'HorizontalPodAutoscaler' : 'ScaledObject',
    namespace: intern.text(namespace),
    name: intern.text(raw.metadata.name),
    target: { kind: intern.text(text(target['kind']) ?? 'Deployment'), name: intern.text(name) },
    least: isHpa ? (whole(spec['minReplicas']) ?? 1) : (whole(spec['minReplicaCount']) ?? 0),
    ...(!isHpa && Number.isInteger(paused) && paused >= 0 ? { pausedAt: paused } : {}),
  }
}
