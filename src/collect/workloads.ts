import type { ListOptions, Resource } from '../kube/cluster.ts'
import { daemonSets, deployments, jobs, replicaSets, statefulSets } from '../kube/resources.ts'
import { type Known, known } from '../model/known.ts'
import type { Workload } from '../model/workload.ts'
import type { Intern } from '../wire/intern.ts'
import type { Reader } from './few-at-once.ts'
import { inOrder } from './order.ts'
import { projectWorkload } from './project/workload.ts'

type Kind = Workload['kind']

const resources: Readonly<Record<Kind, Resource>> = { Deployment: deployments, StatefulSet: statefulSets, DaemonSet: daemonSets, ReplicaSet: replicaSets, Job: jobs }

export const workloadKinds: readonly Kind[] = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job']

/** One source from several lists: known only when each of them is, for half of the workloads would pass for all. */
export async function collectWorkloads(cluster: Reader, kinds: readonly Kind[], options: ListOptions, intern: Intern): Promise<Known<readonly Workload[]>> {
  const lists = await Promise.all(kinds.map((kind) => cluster.list(resources[kind], options, (raw) => projectWorkload(kind, raw, intern))))
  const all: Workload[] = []
  for (const list of lists) {
    if (!list.known) return list
    for (const it of list.value) all.push(it)
  }
  return known(all.sort((a, b) => inOrder(a, b) || (a.kind < b.kind ? -1 : 1)))
}
