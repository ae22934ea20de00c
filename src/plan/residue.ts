import type { Cluster } from '../kube/cluster.ts'
import { pods } from '../kube/resources.ts'
import { failing, type RawPod } from '../probe/pods/pod-state.ts'
import type { Subject } from '../model/subject.ts'
import { at, list, type Manifest, strings, text } from '../manifest/object.ts'

/**
 * Nodes on which a DaemonSet that changes its nodes' network may leave rules behind when it is deleted now: its pod
 * takes them away when it is ended, and there it is not running but crashed. A node cache's rules without a cache are a
 * node without DNS (the manual's DNS-61), and no object shows them.
 */
export async function mayLeaveRules(
  cluster: Cluster,
  { kind, namespace }: Subject,
  live: Manifest,
): Promise<readonly string[]> {
  const spec = ['spec', 'template', 'spec'] as const
  const containers = list(at(live, ...spec, 'containers'))
  const changesNetwork =
    at(live, ...spec, 'hostNetwork') === true &&
    containers.some(
      (it) =>
        at(it, 'securityContext', 'privileged') === true ||
        list(at(it, 'securityContext', 'capabilities', 'add')).includes('NET_ADMIN'),
    )
  const labels = Object.entries(strings(at(live, 'spec', 'selector', 'matchLabels')))
  if (kind !== 'DaemonSet' || !changesNetwork || labels.length === 0) return []
  const found = await cluster.list(
    pods,
    { namespace: namespace ?? '', labelSelector: labels.map(([key, value]) => `${key}=${value}`).join(',') },
    (raw) => raw as RawPod,
  )
  if (!found.known) return [`nodes that could not be told (${found.why.detail})`]
  return found.value.flatMap((it) =>
    failing(it)?.crashed == null ? [] : [text(at(it as unknown as Manifest, 'spec', 'nodeName')) ?? it.metadata.name],
  )
}
