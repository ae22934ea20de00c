import { apiPath } from '../kube/address.ts'
import type { Cluster } from '../kube/cluster.ts'
import { events, pods as podResource } from '../kube/resources.ts'
import { failing, type RawPod } from '../probe/pods/pod-state.ts'
import type { Subject } from '../model/subject.ts'
import { at, list, type Manifest, strings, text } from '../manifest/object.ts'
import { hearsay, told } from '../phrases.ts'

export interface Stuck {
  /** `ImagePullBackOff on worker-1: Back-off pulling image ...`. */
  readonly why: string
  /** Time alone does not heal it. */
  readonly hopeless: boolean
}

/** Why a workload is not ready, by the worst of its pods; null when nothing tells, or what tells may not be read. */
export async function whyNotReady(cluster: Cluster, workload: Subject, live: Manifest): Promise<Stuck | null> {
  const namespace = workload.namespace ?? ''
  const labels = Object.entries(strings(at(live, 'spec', 'selector', 'matchLabels')))
  if (labels.length === 0) return null
  const found = await cluster.list(
    podResource,
    { namespace, labelSelector: labels.map(([key, value]) => `${key}=${value}`).join(',') },
    (raw) => raw as RawPod,
  )
  if (!found.known) return null
  const pods = found.value.filter((it) => it.metadata.deletionTimestamp === undefined)
  const troubled = pods.flatMap((pod) => {
    const trouble = failing(pod)
    return trouble === null ? [] : [{ pod, trouble }]
  })
  const [worst] = troubled.toSorted((a, b) => Number(b.trouble.hopeless) - Number(a.trouble.hopeless))
  if (worst === undefined) return pods.length > 0 ? null : notMade(cluster, workload)
  const { pod, trouble } = worst
  const words =
    trouble.crashed === null ? null : await lastWords(cluster, namespace, pod.metadata.name, trouble.crashed)
  const node = text((pod['spec'] as Manifest | undefined)?.['nodeName'])
  return {
    why:
      `${trouble.reason} ` +
      (node === null ? `(pod ${pod.metadata.name})` : `on ${node}`) +
      (trouble.message === null ? '' : `: ${trouble.message}`) +
      (words === null ? '' : `; its last words: ${told(words)}`),
    hopeless: trouble.hopeless,
  }
}

/** What the run before the present one wrote last: the present one may just have begun. */
async function lastWords(cluster: Cluster, namespace: string, pod: string, container: string): Promise<string | null> {
  for (const previous of ['true', 'false']) {
    const log = await cluster.raw(
      apiPath`/api/v1/namespaces/${namespace}/pods/${pod}/log?container=${container}&tailLines=5&previous=${previous}`,
    )
    const line = log.known ? log.value.trimEnd().split('\n').at(-1)?.trim() : undefined
    if (line !== undefined && line !== '') return line
  }
  return null
}

/** A quota, an admission webhook, Pod Security: then there is no pod that could tell. */
async function notMade(cluster: Cluster, { namespace, kind, name }: Subject): Promise<Stuck | null> {
  const found = await cluster.list(
    events,
    {
      namespace: namespace ?? '',
      fieldSelector: `involvedObject.kind=${kind},involvedObject.name=${name},reason=FailedCreate`,
    },
    (raw) => raw as unknown as Manifest,
  )
  const last = found.known ? list(found.value).at(-1) : undefined
  return last === undefined
    ? null
    : { why: `no pod can be made: ${hearsay(text(at(last, 'message')) ?? 'FailedCreate')}`, hopeless: true }
}
