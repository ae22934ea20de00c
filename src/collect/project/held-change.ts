import type { HeldChange, Workload } from '../../model/workload.ts'
import type { Intern } from '../../wire/intern.ts'
import { type Fields, count, fields, list, text, whole } from './json.ts'

/**
 * A change of its template that its pods do not have, and will not get by themselves: of a Deployment that is paused
 * (spec.paused), a StatefulSet or DaemonSet by OnDelete, a StatefulSet with a partition (apps/v1, updateStrategy).
 */
export function heldOf(kind: Workload['kind'], raw: Fields, intern: Intern): Pick<Workload, 'held'> {
  const [spec, status] = [fields(raw['spec']), fields(raw['status'])]
  const by = heldBy(kind, spec)
  if (by === null || !isSettled(raw, status)) return {}
  const old = oldPods(kind, status)
  if (old <= 0) return {}
  const of = fields(fields(spec['template'])['spec'])
  const ports = list(of['containers'])
    .flatMap((it) => list(fields(it)['ports']).map(fields))
    .flatMap((it): HeldChange['ports'] => {
      const number = whole(it['containerPort'])
      const name = text(it['name'])
      return number === null || (it['protocol'] ?? 'TCP') !== 'TCP'
        ? []
        : [{ name: name === null ? null : intern.text(name), port: number }]
    })
  return { held: { by, pods: old, ports } }
}

function heldBy(kind: Workload['kind'], spec: Fields): HeldChange['by'] | null {
  if (kind === 'Deployment') return spec['paused'] === true ? 'paused' : null
  if (kind !== 'StatefulSet' && kind !== 'DaemonSet') return null
  const strategy = fields(spec['updateStrategy'])
  if (strategy['type'] === 'OnDelete') return 'OnDelete'
  return count(fields(strategy['rollingUpdate'])['partition']) > 0 ? 'partition' : null
}

/** Its controller has seen this spec, and counted by it. */
function isSettled(raw: Fields, status: Fields): boolean {
  const { generation } = fields(raw['metadata'])
  return generation === undefined || status['observedGeneration'] === generation
}

function oldPods(kind: Workload['kind'], status: Fields): number {
  if (kind === 'DaemonSet') return count(status['currentNumberScheduled']) - count(status['updatedNumberScheduled'])
  if (kind === 'StatefulSet' && status['currentRevision'] === status['updateRevision']) return 0
  return count(status['replicas']) - count(status['updatedReplicas'])
}
