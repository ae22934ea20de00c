import { type Scaler, scalerKinds } from '../../model/beside.ts'
import type { RawObject } from '../../kube/cluster.ts'
import type { Intern } from '../../wire/intern.ts'
import { type Fields, fields, text, whole } from './json.ts'

/** By their groups; each names whom it scales in one field of its spec. */
const kinds: Readonly<Record<Scaler['kind'], { readonly group: string; readonly target: string }>> = {
  HorizontalPodAutoscaler: { group: 'autoscaling', target: 'scaleTargetRef' },
  ScaledObject: { group: 'keda.sh', target: 'scaleTargetRef' },
  HTTPScaledObject: { group: 'http.keda.sh', target: 'scaleTargetRef' },
  Canary: { group: 'flagger.app', target: 'targetRef' },
}

/**
 * `autoscaling` HorizontalPodAutoscaler, which wants one pod at least where it says nothing (autoscaling/v2 types.go),
 * and KEDA's ScaledObject, which wants none then, and which an annotation keeps at a number whatever its triggers say
 * (keda.sh, "Pausing autoscaling"); the HTTPScaledObject of its HTTP add-on, and Flagger's Canary, which has the target
 * at 0 while its primary serves (docs.flagger.app, "How it works"). null for what is none of these.
 */
export function projectScaler(raw: RawObject, intern: Intern): Scaler | null {
  const group = (text(raw.apiVersion) ?? '').split('/')[0]
  const kind = scalerKinds.find((it) => it === raw.kind)
  if (kind === undefined || kinds[kind].group !== group) return null
  const spec = fields((raw as { readonly spec?: unknown }).spec)
  const target = fields(spec[kinds[kind].target])
  const name = text(target['name'])
  const { namespace } = raw.metadata
  if (name === null || namespace === undefined) return null
  const paused = Number(raw.metadata.annotations?.['autoscaling.keda.sh/paused-replicas'] ?? Number.NaN)
  return {
    kind,
    namespace: intern.text(namespace),
    name: intern.text(raw.metadata.name),
    target: { kind: intern.text(text(target['kind']) ?? 'Deployment'), name: intern.text(name) },
    least: leastOf(kind, spec),
    ...(kind === 'ScaledObject' && Number.isInteger(paused) && paused >= 0 ? { pausedAt: paused } : {}),
  }
}

function leastOf(kind: Scaler['kind'], spec: Fields): number {
  if (kind === 'HorizontalPodAutoscaler') return whole(spec['minReplicas']) ?? 1
  if (kind === 'HTTPScaledObject') return whole(fields(spec['replicas'])['min']) ?? 0
  return whole(spec['minReplicaCount']) ?? 0
}
