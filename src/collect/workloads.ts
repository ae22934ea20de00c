import { type Known, known } from '../model/known.ts'
import type { Workload } from '../model/workload.ts'
import { inOrder } from './order.ts'

export const workloadKinds: readonly Workload['kind'][] = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Job',
  'CronJob',
]

/** One source from several lists: known only when each of them is, for half of the workloads would pass for all. */
export async function allOf(
  lists: readonly Promise<Known<readonly Workload[]>>[],
): Promise<Known<readonly Workload[]>> {
  const all: Workload[] = []
  for (const list of await Promise.all(lists)) {
    if (!list.known) return list
    for (const it of list.value) all.push(it)
  }
  return known(all.sort((a, b) => inOrder(a, b) || (a.kind < b.kind ? -1 : 1)))
}
