import type { Cluster } from '../kube/cluster.ts'
import type { Model } from '../model/sources.ts'
import { type Subject, subjectKey } from '../model/subject.ts'
import {
  type InsideLookups,
  insideLookups,
  type InsideLookupsSpec,
  insideRate,
  insideSeconds,
} from '../probe/inside/inside-lookups.ts'
import { workloadOfPod } from '../relations/workload-of-pod.ts'
import { apiServerName } from '../wire/dns-name.ts'
import { enoughLookups } from './measure.ts'

const mostPods = 5

/** Where lookups will be made: in the first ready pods of each workload, `enoughLookups` over all of them. */
export function planInsideLookups({ sources }: Model, workloads: readonly Subject[]): readonly InsideLookupsSpec[] {
  const { pods, clusterDns } = sources
  if (!pods.known) return []
  const name = apiServerName(clusterDns.known ? clusterDns.value.domain : 'cluster.local')
  if (name === null) return []
  return workloads.flatMap((workload) => {
    const own = pods.value
      .filter(
        (it) =>
          it.phase === 'Running' && it.ready && !it.deleting && subjectKey(workloadOfPod(it)) === subjectKey(workload),
      )
      .slice(0, mostPods)
    return own.flatMap((pod) => {
      const container = pod.containers.find((it) => it.ready) ?? pod.containers[0]
      return container === undefined
        ? []
        : [
            {
              workload: subjectKey(workload),
              namespace: pod.namespace,
              pod: pod.name,
              container: container.name,
              name,
              count: Math.ceil(enoughLookups / own.length),
            },
          ]
    })
  })
}

/** In words, for before it starts. */
export function announceInside(specs: readonly InsideLookupsSpec[]): string {
  const total = specs.reduce((sum, it) => sum + it.count, 0)
  return (
    `makes ${total} lookups with getent inside ${specs.map((it) => `${it.namespace}/${it.pod}`).join(', ')}: ` +
    `at most ${insideRate} a second in each, ended after ${insideSeconds} s`
  )
}

export function lookUpInside(
  cluster: Cluster,
  specs: readonly InsideLookupsSpec[],
  signal: AbortSignal,
): Promise<readonly InsideLookups[]> {
  return Promise.all(specs.map((it) => insideLookups(cluster, it, signal)))
}
