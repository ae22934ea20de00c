import type { Cluster } from '../kube/cluster.ts'
import { pods } from '../kube/resources.ts'
import { type Known } from '../model/known.ts'
import { fields, list, text, texts } from './project/json.ts'

/** A pod's `hostAliases` as lines of the hosts file that the kubelet writes from them. */
export function hostAliases(cluster: Pick<Cluster, 'get'>, namespace: string, pod: string): Promise<Known<string>> {
  return cluster.get(pods, namespace, pod, (raw) =>
    list(fields(raw['spec'])['hostAliases'])
      .map(fields)
      .map((it) => `${text(it['ip']) ?? ''}\t${texts(it['hostnames']).join('\t')}\n`)
      .join(''),
  )
}
