import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Workload } from '../../model/workload.ts'
import { full } from '../../phrases.ts'
import { isLive } from './service-selects-pod.ts'

/** A pod that its StatefulSet is to make, and has not yet. */
export interface DueMember {
  readonly set: Workload
  readonly pod: string
  readonly ordinal: number
  /** Those that are there. */
  readonly there: readonly Pod[]
  /** The first in its order that is not there. */
  readonly first: number
}

/**
 * `shard-2.shard`, where StatefulSet shard wants three and has one: the number after the name is below what it wants.
 * `home` is the namespace of who calls. null for any other name, and where the pod is there.
 */
export function dueMember(
  host: string,
  home: string,
  {
    workloads,
    services,
    pods,
  }: {
    readonly workloads: readonly Workload[]
    readonly services: readonly Service[]
    readonly pods: readonly Pod[]
  },
): DueMember | null {
  const [before = ''] = host.split('.svc')
  const [pod = '', name = '', namespace = home, ...more] = before.split('.')
  const [, stem, number] = /^(.+)-(\d{1,5})$/.exec(pod) ?? []
  if (more.length > 0 || number === undefined) return null
  if (!services.some((it) => it.namespace === namespace && it.name === name)) return null
  const set = workloads.find((it) => it.kind === 'StatefulSet' && it.namespace === namespace && it.name === stem)
  if (set === undefined || (set.serviceName ?? name) !== name) return null
  const start = set.order?.start ?? 0
  const ordinal = Number(number)
  if (ordinal < start || ordinal >= start + set.desired) return null
  const there = pods.filter((it) => it.namespace === namespace && it.owner?.name === set.name && isLive(it))
  const names = new Set(there.map((it) => it.name))
  if (names.has(pod)) return null
  const wanted = Array.from({ length: Math.min(set.desired, 1000) }, (_, index) => start + index)
  const first = wanted.find((it) => !names.has(`${set.name}-${it}`)) ?? ordinal
  return { set, pod: full({ namespace, name: pod }), ordinal, there, first }
}
